"""Reading notices: a person's own for pages, those of everybody for operators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from visa.services.actors import Actor
from visa.services.reclaim import record, wording
from visa.services.reclaim.leases import PENDING
from visa.services.reclaim.notices import State, from_json
from visa.services.reclaim.operators import code_of
from visa.store.tables import FacilityPerson, Notice, Person


@dataclass(frozen=True)
class Told:
    """One notice as it is shown. `ends_at`: the moment that it names, if it names one; what waits may name a later one.

    `trouble` is the code of what keeps it from being delivered; "" when it was, or was not tried yet.
    """

    notice: Notice
    name: str
    said: str
    ends_at: datetime | None
    trouble: str


@dataclass(frozen=True)
class Addressed:
    """One notice to somebody, and where mail to them goes: their own address, else the facility's; "" when none."""

    told: Told
    person: Person
    address: str


def list_mine(session: Session, actor: Actor, *, after: tuple[datetime, str] | None, limit: int) -> list[Told]:
    """What this person was told or is to be told, newest first, from just after the one at `after`.

    Three queries. What became void is left out: nobody was told.
    """
    mine = select(Notice).where(Notice.person_id == actor.person_id, Notice.state != State.VOID)
    if after:
        at, last_id = after
        mine = mine.where((Notice.made_at < at) | ((Notice.made_at == at) & (Notice.id < last_id)))
    rows = session.scalars(mine.order_by(Notice.made_at.desc(), Notice.id.desc()).limit(limit)).all()
    return views(session, rows)


def list_pending(session: Session, *, after: tuple[datetime, str] | None, limit: int, now: datetime) -> list[Addressed]:
    """What waits to be delivered to people, who waits for longest first, from just after the one at `after`.

    Each names the end that follows when they are told now. Three queries.
    """
    waits = _addressed().where(PENDING)
    if after:
        at, last_id = after
        waits = waits.where((Notice.made_at > at) | ((Notice.made_at == at) & (Notice.id > last_id)))
    return _to_people(session, waits.order_by(Notice.made_at, Notice.id).limit(limit), now)


def list_all(session: Session, *, limit: int, now: datetime) -> list[Addressed]:
    """Notices to people, newest first; those that wait name the end that follows when they are told now."""
    return _to_people(session, _addressed().order_by(Notice.made_at.desc(), Notice.id.desc()).limit(limit), now)


@dataclass(frozen=True)
class Post:
    """How telling people goes: when the last letter was delivered, and how many wait, after a failed try or before."""

    last_at: datetime | None
    waiting: int
    failing: int


def post(session: Session) -> Post:
    """Of all letters to people."""
    last_at = session.scalar(select(func.max(Notice.sent_at)))
    counts = select(func.count(), func.count(Notice.error)).where(PENDING, Notice.person_id.is_not(None))
    waiting, failing = session.execute(counts).one()
    return Post(last_at, waiting, failing)


def views(session: Session, rows: Sequence[Notice], *, told_at: datetime | None = None) -> list[Told]:
    """What is shown of these notices, in their order; `told_at`: what waits is shown as if it was told then."""
    names = wording.names(session, rows)
    ends = [row.announced_for or _end(row, told_at) for row in rows]
    return [
        Told(
            notice=row,
            name=names[row.id],
            said=wording.said(row, names[row.id], end if told_at else row.announced_for),
            ends_at=end,
            trouble=code_of(row.error),
        )
        for row, end in zip(rows, ends, strict=True)
    ]


def _addressed() -> Select[Notice, Person, str]:
    query = select(Notice, Person, FacilityPerson.email).join(Person, Person.id == Notice.person_id)
    return query.outerjoin(FacilityPerson, FacilityPerson.id == Person.facility_person_id)


def _to_people(session: Session, query: Select[Notice, Person, str], now: datetime) -> list[Addressed]:
    rows = session.execute(query).all()
    shown = views(session, [notice for notice, _, _ in rows], told_at=now)
    return [
        Addressed(one, person, person.email or theirs or "")
        for one, (_, person, theirs) in zip(shown, rows, strict=True)
    ]


def _end(row: Notice, told_at: datetime | None) -> datetime | None:
    try:
        if told_at is not None and row.state == State.PENDING:
            return record.announced(row, told_at)
        return from_json(row.facts).deadline
    except ValueError:  # another release wrote it: the page shows the others all the same
        return None
