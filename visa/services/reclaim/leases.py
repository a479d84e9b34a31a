"""Which notices are due, and taking one: only who holds the lease sends it, and only under that lease is it recorded.

A lease or a next try that is further away than any of ours can be was written by a clock that was wrong, and binds
nobody: a warning is a duty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, literal_column, or_, select, update
from sqlalchemy.orm import Session

from visa.services.reclaim.notices import State
from visa.store.tables import Notice

LONGEST_PAUSE = timedelta(hours=2)
PENDING = Notice.state == literal_column("'pending'")
"""Spelt out, not as a value that is bound: only so can a partial index be used."""


@dataclass(frozen=True)
class Lease:
    """One notice is this holder's to deliver, until the end."""

    notice_id: str
    holder: str
    until: datetime


def due(session: Session, *, now: datetime, limit: int) -> Sequence[str]:
    """Notices whose time has come, who waits for longest first; cheap when there are none.

    Those of operators come last: what is delivered before them need not be in them.
    """
    ids = select(Notice.id).where(PENDING, _is_due(now), _is_free(now))
    return session.scalars(ids.order_by(Notice.person_id.is_(None), Notice.next_try_at, Notice.id).limit(limit)).all()


def take(session: Session, notice_id: str, *, holder: str, now: datetime, lease_s: float) -> Lease | None:
    """The lease of this notice; None when another was quicker, or it is not to be sent any more."""
    lease = Lease(notice_id, holder, now + timedelta(seconds=lease_s))
    taken = update(Notice).where(Notice.id == notice_id, PENDING, _is_due(now), _is_free(now))
    return lease if _changed(session, taken.values(lease_holder=holder, lease_until=lease.until)) else None


def holds(session: Session, lease: Lease) -> bool:
    """Whether the notice is still ours, and wanted."""
    return session.scalar(select(Notice.id).where(*_ours(lease), PENDING)) is not None


def settle(session: Session, lease: Lease, *, states: tuple[State, ...], **values: Any) -> bool:
    """Write `values` and give the lease back, if it is still ours and the notice in one of `states`; else False."""
    ours = update(Notice).where(*_ours(lease), Notice.state.in_(states))
    return _changed(session, ours.values(lease_holder=None, lease_until=None, **values))


def _ours(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return (
        Notice.id == lease.notice_id,
        Notice.lease_holder == lease.holder,
        Notice.lease_until == lease.until,
    )


def _is_due(now: datetime) -> ColumnElement[bool]:
    return or_(Notice.next_try_at <= now, Notice.next_try_at > now + LONGEST_PAUSE)


def _is_free(now: datetime) -> ColumnElement[bool]:
    until = Notice.lease_until
    return or_(until.is_(None), until < now, until > now + LONGEST_PAUSE)


def _changed(session: Session, change: Any) -> bool:
    return bool(session.execute(change.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
