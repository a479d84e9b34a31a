"""The policy in force: the newest version in the database, the same for every process from the moment it is loaded.

Loading one never shortens what people were told: the ends of instances and of stays in the recycle bin are stored when
they are promised, and a new number counts from the next promise on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from visa.errors import BadFiles, Problem
from visa.services import said, yaml_file
from visa.settings import Policy
from visa.store.session import alone
from visa.store.tables import Flavour, Image, PolicyVersion, Reclaim

NOTE_LENGTH = 500
DEFAULTS = 0
"""The number of the product's own policy, which is in force until another is loaded."""


@dataclass(frozen=True)
class InForce:
    """A policy and its number."""

    number: int
    policy: Policy


def in_force(session: Session) -> InForce:
    """The policy of this moment."""
    number = session.scalar(select(func.max(PolicyVersion.number)))
    if number is None:
        return InForce(DEFAULTS, Policy())
    return InForce(number, Policy.model_validate(session.get_one(PolicyVersion, number).content))


def load(session: Session, policy: Policy, *, by: str, note: str, now: datetime) -> InForce:
    """Bring a policy into force, in the caller's transaction; nothing happens when it is in force already.

    Reclaim looks at everything again by the new one.
    Raises `BadFiles` for what the catalogue lacks, and `Invalid` for the note.
    """
    note = said.line(note, "the note", field="note", at_most=NOTE_LENGTH, at_least=0)
    alone(session, "policy")
    if problems := list(_unknown(session, policy)):
        raise BadFiles(tuple(problems))
    before = in_force(session)
    if before.policy == policy and before.number != DEFAULTS:
        return before
    after = InForce(before.number + 1, policy)
    content = policy.model_dump(mode="json")
    session.add(PolicyVersion(number=after.number, content=content, loaded_at=now, loaded_by=by, note=note))
    session.execute(update(Reclaim).values(look_at=now, version=Reclaim.version + 1))
    return after


def read(path: Path) -> Policy:
    """A policy file. Raises `BadFiles` with every problem."""
    return yaml_file.read(path, Policy)


def versions(session: Session, *, limit: int) -> list[PolicyVersion]:
    """The newest versions first."""
    return list(session.scalars(select(PolicyVersion).order_by(PolicyVersion.number.desc()).limit(limit)))


def _unknown(session: Session, policy: Policy) -> Iterator[Problem]:
    for table, named, what in ((Image, policy.images, "images"), (Flavour, policy.flavours, "flavours")):
        there = set(session.scalars(select(table.id)))
        for one in sorted(named.keys() - there):
            yield Problem("the policy", 0, f"{what}.{one}", "the catalogue has none with this id")
