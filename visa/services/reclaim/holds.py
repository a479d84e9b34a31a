"""Holds: somebody decided that an instance or workspace is kept, whatever the policy says, for a time or for ever.

An instance and its workspace share their fate: a hold on one holds the other as well, while the one uses the other.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from visa.domain.instance import Kept, Phase, Wanted, WorkspacePhase
from visa.errors import Conflict, Invalid, NotFound
from visa.ports.clock import NewId
from visa.services import said
from visa.services.journal import By, record
from visa.services.wake import Subject, wake
from visa.store.session import lock
from visa.store.tables import Hold, Instance, InstanceStatus, Person, Workspace, WorkspaceStatus

REASON_LENGTH = 500
AT_MOST_D = 36_525
"""Days ahead at which a hold may end: a hundred years. What is to be kept for longer is held without an end."""


@dataclass(frozen=True)
class HoldView:
    """A hold with the name of what it keeps, and whose that is."""

    hold: Hold
    name: str
    owner: Person
    in_force: bool


def place(
    session: Session,
    subject: Subject,
    subject_id: str,
    *,
    reason: str,
    ends_at: datetime | None,
    by: By,
    now: datetime,
    new_id: NewId,
) -> Hold:
    """Keep it until `ends_at`, or for ever (None). One hold a subject: to change it, release it first.

    Raises `NotFound`, `Invalid` for the reason and for an end that is over or too far away, and `Conflict` when it is
    held or not there any more.
    """
    reason = said.line(reason, "the reason", field="reason", at_most=REASON_LENGTH)
    if ends_at is not None and ends_at <= now:
        raise Invalid("The end of a hold has to be in the future.", field="ends_at", code="is_past")
    if ends_at is not None and ends_at - now > timedelta(days=AT_MOST_D):
        message = "A hold ends in at most a hundred years. Without an end it holds for ever."
        raise Invalid(message, field="ends_at", code="too_late")
    owner_id = _claim(session, subject, subject_id)
    mine = select(Hold).where(_in_force(now), Hold.subject == subject, Hold.subject_id == subject_id)
    already = session.scalar(mine.limit(1))
    if already is not None:
        raise Conflict(f"{already.placed_by} holds it {until(already)}. Release that hold first.", code="held")
    hold = Hold(
        id=new_id(),
        subject=subject,
        subject_id=subject_id,
        reason=reason,
        placed_by=by.name,
        placed_at=now,
        ends_at=ends_at,
    )
    session.add(hold)
    session.flush()
    _changed(session, hold, owner_id, "held", f"It is kept {until(hold)}: {reason}", by=by, now=now)
    return hold


def release(session: Session, hold_id: str, *, by: By, now: datetime) -> Hold:
    """The policy counts again. Nothing happens to one that was released. Raises `NotFound`."""
    hold = lock(session, Hold, hold_id)
    if hold is None:
        raise NotFound("There is no such hold.")
    if hold.released_at is None:
        hold.released_by, hold.released_at = by.name, now
        owner_id = _owner_id(session, hold)
        message = f"It is no longer kept whatever happens. It was kept because: {hold.reason}"
        _changed(session, hold, owner_id, "hold_released", message, by=by, now=now)
    return hold


def list_all(
    session: Session, *, with_over: bool, after: tuple[datetime, str] | None, limit: int, now: datetime
) -> list[HoldView]:
    """Holds, newest first, from just after the one at `after`; `with_over`: also those released or ended."""
    query = select(Hold) if with_over else select(Hold).where(_in_force(now))
    if after:
        at, last_id = after
        query = query.where(or_(Hold.placed_at < at, and_(Hold.placed_at == at, Hold.id < last_id)))
    found = session.scalars(query.order_by(Hold.placed_at.desc(), Hold.id.desc()).limit(limit)).all()
    return views(session, found, now)


def views(session: Session, holds: Collection[Hold], now: datetime) -> list[HoldView]:
    """What is shown of these holds, in their order."""
    named: dict[tuple[str, str], tuple[str, Person]] = {}
    for subject, table in ((Subject.INSTANCE, Instance), (Subject.WORKSPACE, Workspace)):
        ids = {hold.subject_id for hold in holds if hold.subject == subject}
        rows = select(table.id, table.name, Person).join(Person, Person.id == table.owner_id).where(table.id.in_(ids))
        named |= {(subject, row[0]): (row[1], row[2]) for row in session.execute(rows)}
    return [HoldView(hold, *named[hold.subject, hold.subject_id], _counts(hold, now)) for hold in holds]


def _in_force(now: datetime) -> ColumnElement[bool]:
    return and_(Hold.released_at.is_(None), or_(Hold.ends_at.is_(None), Hold.ends_at > now))


def _counts(hold: Hold, now: datetime) -> bool:
    return hold.released_at is None and (hold.ends_at is None or hold.ends_at > now)


def _claim(session: Session, subject: Subject, subject_id: str) -> str:
    """Lock the subject, so that no two place a hold at once; whose it is. Raises `NotFound` and `Conflict`."""
    if subject is Subject.INSTANCE:
        instance = lock(session, Instance, subject_id)
        if instance is None:
            raise NotFound("There is no such instance.")
        status = session.get_one(InstanceStatus, subject_id)
        if instance.wanted == Wanted.GONE or status.phase == Phase.GONE:
            message = f"“{instance.name}” is deleted. A hold on its workspace keeps its files."
            raise Conflict(message, code="is_deleted")
        return instance.owner_id
    workspace = lock(session, Workspace, subject_id)
    if workspace is None:
        raise NotFound("There is no such workspace.")
    if workspace.wanted == Kept.GONE or session.get_one(WorkspaceStatus, subject_id).phase == WorkspacePhase.GONE:
        raise Conflict(f"“{workspace.name}” is deleted for ever.", code="is_deleted")
    return workspace.owner_id


def _owner_id(session: Session, hold: Hold) -> str:
    if hold.subject == Subject.INSTANCE:
        return session.get_one(Instance, hold.subject_id).owner_id
    return session.get_one(Workspace, hold.subject_id).owner_id


def until(hold: Hold) -> str:
    """How long it keeps, in words."""
    return f"until {hold.ends_at:%Y-%m-%d %H:%M} UTC" if hold.ends_at else "for ever"


def _changed(session: Session, hold: Hold, owner_id: str, what: str, message: str, *, by: By, now: datetime) -> None:
    """An event of the subject, and a new look at it and at what shares its fate."""
    is_instance = hold.subject == Subject.INSTANCE
    used_by = select(Instance.id, Instance.workspace_id).join(InstanceStatus).where(InstanceStatus.phase != Phase.GONE)
    mine = (Instance.id if is_instance else Instance.workspace_id) == hold.subject_id
    both = {(Subject(hold.subject), hold.subject_id)}
    for instance_id, workspace_id in session.execute(used_by.where(mine)):
        both |= {(Subject.INSTANCE, instance_id), (Subject.WORKSPACE, workspace_id)}
    for subject, subject_id in sorted(
        both
    ):  # always in this order: holds on either never wait for each other in a circle
        wake(session, subject, subject_id, at=now)
    instance = session.get(Instance, hold.subject_id) if is_instance else None
    record(
        session,
        f"{hold.subject}.{what}",
        message,
        at=now,
        by=by,
        person_id=owner_id,
        instance_id=instance.id if instance else None,
        workspace_id=instance.workspace_id if instance else hold.subject_id,
    )
