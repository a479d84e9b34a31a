"""What people are to be told, as rows: asked for with what they are about, delivered by `visa.services.reclaim.sender`.

A warning counts from its delivery, never from being asked for. Pages may be named in facts by their paths
(visa.domain.pages): the sender puts the platform's own address before them.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from visa.domain.fate import Told
from visa.domain.letters import Facts, LetterKind
from visa.domain.reclaim import Given
from visa.ports.clock import NewId
from visa.services.reclaim.terms import CAUSES
from visa.services.wake import Subject
from visa.store.tables import Notice

WARNINGS = frozenset(CAUSES)
_FACTS = TypeAdapter(Facts)


class State(StrEnum):
    """What became of a notice. A void one was overtaken before it was delivered, and is not sent."""

    PENDING = "pending"
    SENT = "sent"
    VOID = "void"


@dataclass(frozen=True)
class Wish:
    """This person is to be told. `lead` is zero for what is no warning."""

    person_id: str
    subject: Subject
    subject_id: str
    kind: LetterKind
    cycle: datetime
    lead: timedelta
    facts: Facts


def ask(session: Session, *, new_id: NewId, now: datetime, **about: Any) -> bool:
    """Ask for one letter, a `Wish` of these fields; False when the same was asked for before."""
    return ask_all(session, [Wish(**about)], new_id=new_id, now=now) == 1


def ask_all(session: Session, wishes: Sequence[Wish], *, new_id: NewId, now: datetime) -> int:
    """Ask for letters in one statement, in the caller's writing transaction; how many were not asked for before.

    One that became void since is revived, with the new facts.
    """
    if not wishes:
        return 0
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = insert(Notice).values([{"id": new_id()} | _row(wish, now) for wish in wishes])
    fresh = {name: rows.excluded[name] for name in _FRESH}
    rows = rows.on_conflict_do_update(index_elements=list(_KEY), set_=fresh, where=Notice.state == State.VOID)
    return len(session.scalars(rows.returning(Notice.id)).all())


_KEY = ("subject", "subject_id", "kind", "cycle", "lead_s", "person_id")
_FRESH = ("facts", "made_at", "state", "next_try_at", "attempts", "error", "lease_holder", "lease_until")


def _row(wish: Wish, now: datetime) -> dict[str, Any]:
    about = (wish.subject, wish.subject_id, wish.kind, wish.cycle, wish.lead.total_seconds(), wish.person_id)
    state = (to_json(wish.facts), now, State.PENDING, now, 0, None, None, None)
    return dict(zip(_KEY + _FRESH, about + state, strict=True))


def void(
    session: Session, subject: Subject, subject_id: str, kind: LetterKind, *, except_cycle: datetime | None
) -> None:
    """What waits of other cycles than this one is not sent any more (None: of all cycles)."""
    waits = update(Notice).where(
        Notice.subject == subject,
        Notice.subject_id == subject_id,
        Notice.kind == kind,
        Notice.state == State.PENDING,
    )
    waits = waits if except_cycle is None else waits.where(Notice.cycle != except_cycle)
    session.execute(waits.values(state=State.VOID, next_try_at=None).execution_options(synchronize_session=False))


def told(session: Session, subject: Subject, ids: Collection[str]) -> Mapping[str, list[Told]]:
    """The warnings of each of these that were asked for and not made void, in one query."""
    rows = select(Notice).where(Notice.subject == subject, Notice.subject_id.in_(ids), Notice.kind.in_(CAUSES))
    rows = rows.where(Notice.state.in_([State.PENDING, State.SENT])).order_by(Notice.made_at, Notice.id)
    found: dict[str, list[Told]] = defaultdict(list)
    for row in session.scalars(rows):
        lead, given = timedelta(seconds=row.lead_s), None
        if row.state == State.SENT:
            if row.announced_for is None or row.lived_s is None:
                raise ValueError(f"notice {row.id} was delivered, and nobody knows which end it named")
            given = Given(lead, row.announced_for, row.lived_s)
        why, archives = CAUSES[LetterKind(row.kind)], "archived_until" in row.facts
        found[row.subject_id].append(Told(why, row.cycle, lead, given, row.sent_at, archives))
    return found


def to_json(facts: Facts) -> dict[str, Any]:
    """Facts as JSON can hold them; those that are not given are left out."""
    made: dict[str, Any] = _FACTS.dump_python(facts, mode="json", exclude_defaults=True)
    return made


def from_json(stored: Mapping[str, Any]) -> Facts:
    """The same facts again."""
    return _FACTS.validate_python(stored)
