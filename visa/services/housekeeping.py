"""Removing what has no further use. Nothing here is anybody's data: tickets, sign-ins and job reports only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete
from sqlalchemy.orm import Session

from visa.services import desktops
from visa.store.tables import JobReport, LoginAttempt, LoginSession, Ticket

REPORTS_KEPT = timedelta(days=7)


@dataclass(frozen=True)
class SweepReport:
    """How many rows were removed, and how many desktop sessions of silent brokers were closed."""

    tickets: int
    login_attempts: int
    login_sessions: int
    job_reports: int
    lost_desktops: int


def sweep(session: Session, *, now: datetime, silent_s: float) -> SweepReport:
    """One round, in the caller's transaction."""
    return SweepReport(
        tickets=_remove(session, Ticket, Ticket.expires_at < now - timedelta(hours=1)),
        login_attempts=_remove(session, LoginAttempt, LoginAttempt.expires_at < now),
        login_sessions=_remove(session, LoginSession, LoginSession.expires_at < now),
        job_reports=_remove(session, JobReport, JobReport.finished_at < now - REPORTS_KEPT),
        lost_desktops=desktops.close_lost(session, now=now, silent_s=silent_s),
    )


def _remove(session: Session, table: Any, condition: ColumnElement[bool]) -> int:
    result: Any = session.execute(delete(table).where(condition))
    return int(result.rowcount)
