"""The dry run: what will be warned of, taken back, archived and deleted until a moment, and why. Read only.

Rows are found by the moment that the last look wrote down, and decided anew by what is so now: with the same code that
acts, so that they cannot differ. What is held for ever has no such moment, and is among the holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from visa.domain.fate import End
from visa.domain.instance import Kept, Wanted
from visa.domain.reclaim import Why
from visa.services import policies
from visa.services.reclaim.cases import InstanceCase
from visa.services.reclaim.explain import Explained, explained
from visa.services.reclaim.terms import leads
from visa.services.wake import Subject
from visa.store.tables import Instance, Person, Reclaim, Workspace


@dataclass(frozen=True)
class Warning:  # noqa: A001 - the word of the product; the built-in is not used here
    """One warning before an end. `at`: when it was delivered, or will be at the earliest; `waits`: mail has it."""

    lead: timedelta
    at: datetime
    delivered: bool
    waits: bool = False


@dataclass(frozen=True)
class Planned:
    """What comes to one instance or workspace. `noted_at`: by which it is listed; `ends_at` None: held for ever now."""

    subject: Subject
    subject_id: str
    name: str
    owner: Person
    noted_at: datetime
    ends_at: datetime | None
    why: Why | None
    off: str | None
    message: str
    warnings: tuple[Warning, ...]


def forecast(
    session: Session, *, until: datetime, after: tuple[datetime, str] | None, limit: int, now: datetime
) -> list[Planned]:
    """What is warned of or ends until then, by its end, from just after the one at `after`.

    A fixed number of queries a page.
    """
    rows = select(Reclaim).where(*_coming(session, until))
    if after:
        at, last_id = after
        rows = rows.where(Reclaim.axe_at >= at, (Reclaim.axe_at > at) | (Reclaim.subject_id > last_id))
    found = session.scalars(rows.order_by(Reclaim.axe_at, Reclaim.subject_id).limit(limit)).all()
    ids = {subject: [row.subject_id for row in found if row.subject == subject] for subject in Subject}
    said = {(one.case.subject, one.case.subject_id): one for one in explained(session, ids, now)}
    owners = _owners(session, list(said.values()))
    here = [(row, said[key]) for row in found if (key := (Subject(row.subject), row.subject_id)) in said]
    return [planned(one, owners, row.axe_at or now, now) for row, one in here]


def counts(session: Session, *, until: datetime) -> dict[Why, int]:
    """How many of each cause are warned of or end until then, as they were last looked at."""
    rows = select(Reclaim.why, func.count()).where(*_coming(session, until)).group_by(Reclaim.why)
    return {Why(why): count for why, count in session.execute(rows) if why is not None}


def planned(one: Explained, owners: dict[str, Person], noted_at: datetime, now: datetime) -> Planned:
    """What is explained of one, as a line of the dry run."""
    end, what = one.fate.next_end, _what(one)
    return Planned(
        subject=one.case.subject,
        subject_id=one.case.subject_id,
        name=what.name,
        owner=owners[what.owner_id],
        noted_at=noted_at,
        ends_at=one.ends_at,
        why=end.cause.why if end else None,
        off=one.off,
        message=one.message,
        warnings=warnings(one, end, now) if end else (),
    )


def warnings(one: Explained, end: End, now: datetime) -> tuple[Warning, ...]:
    """Those before this end, in their order."""
    ends_at = end.course.axe_at if end.course else end.cause.deadline
    mine = {told.lead: told for told in one.case.told if (told.cause, told.cycle) == (end.cause.why, end.cause.cycle)}
    found = []
    for lead in sorted(end.cause.leads, reverse=True):
        told = mine.get(lead)
        if told is not None and told.given is not None:
            found.append(Warning(lead, told.sent_at or ends_at - lead, delivered=True))
        else:
            found.append(Warning(lead, max(ends_at - lead, now), delivered=False, waits=told is not None))
    return tuple(found)


def _coming(session: Session, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """What is warned of by then and can still be taken: no look may have seen yet that its owner deleted it."""
    policy = policies.in_force(session).policy
    first = {why: max(leads(policy, why, timedelta.max)) for why in Why}
    warned = or_(*((Reclaim.why == why) & (Reclaim.axe_at <= until + lead) for why, lead in first.items()))
    instances = select(Instance.id).where(Instance.id == Reclaim.subject_id, Instance.wanted != Wanted.GONE)
    workspaces = select(Workspace.id).where(Workspace.id == Reclaim.subject_id, Workspace.wanted != Kept.GONE)
    of_instance = (Reclaim.subject == Subject.INSTANCE) & instances.exists()
    of_workspace = (Reclaim.subject == Subject.WORKSPACE) & workspaces.exists()
    return Reclaim.axe_at <= until + max(first.values()), warned, of_instance | of_workspace


def _what(one: Explained) -> Instance | Workspace:
    return one.case.instance if isinstance(one.case, InstanceCase) else one.case.workspace


def _owners(session: Session, said: Sequence[Explained]) -> dict[str, Person]:
    ids = {_what(one).owner_id for one in said}
    return {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(ids)))}
