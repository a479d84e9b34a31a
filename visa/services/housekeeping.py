"""Removing what has no further use: tickets, sign-ins, job reports, pictures of machines that are gone.

Nothing here is anybody's data.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from visa.domain.instance import Phase
from visa.services import desktops
from visa.store.tables import InstanceStatus, JobReport, LoginAttempt, LoginSession, Thumbnail, Ticket

REPORTS_KEPT = timedelta(days=7)


@dataclass(frozen=True)
class SweepReport:
    """How many rows were removed, and how many desktop sessions of silent brokers were closed."""

    tickets: int
    login_attempts: int
    login_sessions: int
    job_reports: int
    thumbnails: int
    lost_desktops: int


def sweep(session: Session, *, now: datetime, silent_s: float) -> SweepReport:
    """One round, in the caller's transaction."""
    gone = select(InstanceStatus.instance_id).where(InstanceStatus.phase == Phase.GONE)
    return SweepReport(
        tickets=_remove(session, Ticket, Ticket.expires_at < now - timedelta(hours=1)),
        login_attempts=_remove(session, LoginAttempt, LoginAttempt.expires_at < now),
        login_sessions=_remove(session, LoginSession, LoginSession.expires_at < now),
        job_reports=_remove(session, JobReport, JobReport.finished_at < now - REPORTS_KEPT),
        thumbnails=_remove(session, Thumbnail, Thumbnail.instance_id.in_(gone)),
        lost_desktops=desktops.close_lost(session, now=now, silent_s=silent_s),
    )


def _remove(session: Session, table: Any, condition: ColumnElement[bool]) -> int:
    result: Any = session.execute(delete(table).where(condition))
    return int(result.rowcount)
