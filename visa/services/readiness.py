"""Whether this deployment can serve people now: the database answers and is current, and a scheduler lives."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from visa.store import migrate
from visa.store.session import Sessions
from visa.store.tables import JobReport

SCHEDULER_SILENT_AFTER = timedelta(seconds=60)


@dataclass(frozen=True)
class Check:
    """One condition; `detail` says what to do about it when it does not hold."""

    name: str
    ok: bool
    detail: str


def checks(sessions: Sessions, *, now: datetime) -> tuple[Check, ...]:
    """All conditions; those after one that makes them unknowable are left out."""
    try:
        current = migrate.current(sessions.engine)
    except SQLAlchemyError:
        return (Check("database", False, "the database cannot be reached"),)
    database = Check("database", True, "")
    if current != migrate.head():
        return (database, Check("migrations", False, "run `visa db upgrade`"))
    with sessions.read() as session:
        newest = select(JobReport.finished_at).where(JobReport.job == "reconcile").order_by(JobReport.id.desc())
        seen_at = session.scalar(newest.limit(1))
    alive = seen_at is not None and now - seen_at < SCHEDULER_SILENT_AFTER
    detail = "" if alive else f"no scheduler has reported since {seen_at:%H:%M:%S}" if seen_at else "none has reported"
    return (database, Check("migrations", True, ""), Check("scheduler", alive, detail))
