"""Reading notices: a person's own for pages, those of everybody for operators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visa.services.actors import Actor
from visa.services.reclaim import wording
from visa.services.reclaim.leases import PENDING
from visa.services.reclaim.notices import State, from_json
from visa.services.reclaim.operators import code_of
from visa.store.tables import Notice, Person


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


def list_mine(session: Session, actor: Actor, *, after: tuple[datetime, str] | None, limit: int) -> list[Told]:
    """What this person was told or is to be told, newest first, from just after the one at `after`.

    Three queries. What became void is left out: nobody was told.
    """
    mine = select(Notice).where(Notice.person_id == actor.person_id, Notice.state != State.VOID)
    if after:
        at, last_id = after
        mine = mine.where((Notice.made_at < at) | ((Notice.made_at == at) & (Notice.id < last_id)))
    rows = session.scalars(mine.order_by(Notice.made_at.desc(), Notice.id.desc()).limit(limit)).all()
    return _shown(session, rows)


def list_all(session: Session, *, only_pending: bool, limit: int) -> list[tuple[Told, Person]]:
    """Notices to people: what waits, who waits for longest first; or all, newest first."""
    query = select(Notice, Person).join(Person, Person.id == Notice.person_id)
    if only_pending:
        query = query.where(PENDING).order_by(Notice.made_at, Notice.id)
    else:
        query = query.order_by(Notice.made_at.desc(), Notice.id.desc())
    rows = session.execute(query.limit(limit)).all()
    shown = _shown(session, [row.Notice for row in rows])
    return [(one, row.Person) for one, row in zip(shown, rows, strict=True)]


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


def _shown(session: Session, rows: Sequence[Notice]) -> list[Told]:
    names = wording.names(session, rows)
    return [
        Told(
            notice=row,
            name=names[row.id],
            said=wording.said(row, names[row.id], row.announced_for),
            ends_at=row.announced_for or _deadline(row),
            trouble=code_of(row.error),
        )
        for row in rows
    ]


def _deadline(row: Notice) -> datetime | None:
    try:
        return from_json(row.facts).deadline
    except ValueError:  # another release wrote it: the page shows the others all the same
        return None
