"""The switch that stops all reclaim at once. Warnings go on being sent, and nothing that was taken comes back by it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.ports.clock import NewId
from visa.services import said as words
from visa.services.journal import By, record
from visa.store.session import alone, together
from visa.store.tables import ReclaimStop

REASON_LENGTH = 500
SWITCH = "reclaim-stop"


def stopped(session: Session) -> ReclaimStop | None:
    """Who stopped it, when and why; None while it is on."""
    thrown = select(ReclaimStop).where(ReclaimStop.resumed_at.is_(None))
    return session.scalar(thrown.order_by(ReclaimStop.stopped_at, ReclaimStop.id).limit(1))


def may_take(session: Session) -> bool:
    """Whether this transaction may take things back: whoever stops reclaim meanwhile waits until it has ended.

    So nothing is taken any more once `stop` has been committed.
    """
    together(session, SWITCH)
    return stopped(session) is None


def last(session: Session) -> ReclaimStop | None:
    """The newest time that it was stopped, over or not; None when it never was."""
    newest = select(ReclaimStop).order_by(ReclaimStop.stopped_at.desc(), ReclaimStop.id.desc())
    return session.scalar(newest.limit(1))


def said(thrown: ReclaimStop) -> str:
    """How things stand by this row, in a sentence."""
    if thrown.resumed_at is None:
        return f"All reclaim is stopped since {_at(thrown.stopped_at)} by {thrown.stopped_by}: {thrown.reason}"
    return f"Reclaim goes on. {thrown.resumed_by} ended the last stop at {_at(thrown.resumed_at)}: {thrown.reason}"


def stop(session: Session, *, reason: str, by: By, now: datetime, new_id: NewId) -> ReclaimStop:
    """Nothing is taken from now on. Who comes second finds it stopped: the first one's row and reason stay.

    Raises `Invalid` for the reason.
    """
    reason = words.line(reason, "the reason", field="reason", at_most=REASON_LENGTH)
    alone(session, SWITCH)
    already = stopped(session)
    if already is not None:
        return already
    thrown = ReclaimStop(id=new_id(), reason=reason, stopped_by=by.name, stopped_at=now)
    session.add(thrown)
    record(session, "reclaim.stopped", f"All reclaim was stopped: {reason}", at=now, by=by)
    session.flush()
    return thrown


def resume(session: Session, *, by: By, now: datetime) -> ReclaimStop | None:
    """The policy may take things again. The row that ended by this; None when it was on already."""
    alone(session, SWITCH)
    thrown = stopped(session)
    if thrown is None:
        return None
    thrown.resumed_by, thrown.resumed_at = by.name, now
    record(session, "reclaim.resumed", f"Reclaim goes on. It was stopped because: {thrown.reason}", at=now, by=by)
    session.flush()
    return thrown


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
