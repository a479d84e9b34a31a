"""What people are to be told, as rows: asked for with what they are about, delivered by `visa.services.reclaim.sender`.

A warning counts from its delivery, never from being asked for. Pages may be named in facts by their paths
("/instances/x"): the sender puts the platform's own address before them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from visa.domain.letters import Facts, LetterKind
from visa.domain.reclaim import Given
from visa.ports.clock import NewId
from visa.services.wake import Subject
from visa.store.tables import Notice

WARNINGS = frozenset(
    {
        LetterKind.LIFETIME_WARNING,
        LetterKind.IDLE_WARNING,
        LetterKind.QUOTA_WARNING,
        LetterKind.BIN_WARNING,
        LetterKind.ARCHIVE_WARNING,
    }
)
_FACTS = TypeAdapter(Facts)


class State(StrEnum):
    """What became of a notice. A void one was overtaken before it was delivered, and is not sent."""

    PENDING = "pending"
    SENT = "sent"
    VOID = "void"


@dataclass(frozen=True)
class Waits:
    """A warning that is asked for and not delivered, since when, and why not: None before the first try."""

    lead: timedelta
    since: datetime
    error: str | None


@dataclass(frozen=True)
class Warned:
    """What is known of the warnings of one cycle: those delivered, and the one that waits for longest."""

    given: tuple[Given, ...] = ()
    waits: Waits | None = None


Cycle = tuple[str, LetterKind, datetime]
"""The warnings that belong together: a subject's id, their kind, and the cycle."""


def ask(
    session: Session,
    *,
    new_id: NewId,
    person_id: str,
    subject: Subject,
    subject_id: str,
    kind: LetterKind,
    cycle: datetime,
    lead: timedelta,
    facts: Facts,
    now: datetime,
) -> bool:
    """This person is to be told, in the caller's writing transaction. `lead` is zero for what is no warning.

    False when the same was asked for before; one that became void since is revived, with the new facts.
    """
    fresh = {
        "facts": to_json(facts),
        "made_at": now,
        "state": State.PENDING,
        "next_try_at": now,
        "attempts": 0,
        "error": None,
        "lease_holder": None,
        "lease_until": None,
    }
    key = {
        "subject": subject,
        "subject_id": subject_id,
        "kind": kind,
        "cycle": cycle,
        "lead_s": lead.total_seconds(),
        "person_id": person_id,
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(Notice).values(id=new_id(), **key, **fresh)
    row = row.on_conflict_do_update(index_elements=list(key), set_=fresh, where=Notice.state == State.VOID)
    return session.scalar(row.returning(Notice.id)) is not None


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


def given(session: Session, subject: Subject, ids: Collection[str]) -> Mapping[Cycle, Warned]:
    """The warnings of these subjects, in one query; a cycle of which nothing was asked for is absent."""
    told = select(Notice).where(Notice.subject == subject, Notice.subject_id.in_(ids), Notice.kind.in_(WARNINGS))
    told = told.where(Notice.state.in_([State.PENDING, State.SENT])).order_by(Notice.made_at, Notice.id)
    warned: dict[Cycle, Warned] = {}
    for row in session.scalars(told):
        cycle = (row.subject_id, LetterKind(row.kind), row.cycle)
        warned[cycle] = _with(warned.get(cycle, Warned()), row)
    return warned


def to_json(facts: Facts) -> dict[str, Any]:
    """Facts as JSON can hold them; those that are not given are left out."""
    made: dict[str, Any] = _FACTS.dump_python(facts, mode="json", exclude_defaults=True)
    return made


def from_json(stored: Mapping[str, Any]) -> Facts:
    """The same facts again."""
    return _FACTS.validate_python(stored)


def _with(warned: Warned, row: Notice) -> Warned:
    lead = timedelta(seconds=row.lead_s)
    if row.state == State.PENDING:
        return Warned(warned.given, warned.waits or Waits(lead, row.made_at, row.error))
    if row.announced_for is None or row.lived_s is None:
        raise ValueError(f"notice {row.id} was delivered, and nobody knows which end it named")
    return Warned((*warned.given, Given(lead, row.announced_for, row.lived_s)), warned.waits)
