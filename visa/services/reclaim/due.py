"""Which rows a look is due to, and their locks: what somebody else holds just now is looked at the next time.

Locks are only ever taken without waiting, so a look never stands in anybody's way.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, tuple_, update
from sqlalchemy.orm import Session

from visa.domain.fate import AT_LEAST
from visa.services.wake import Subject
from visa.store.tables import Instance, Reclaim, Workspace

UNDECIDED = "It could not be decided: "
Key = tuple[str, str]
"""A subject and its id."""


def keys(session: Session, now: datetime, limit: int) -> list[Key]:
    """Of what is to be looked at, those that wait for longest."""
    found: list[Key] = []
    for condition in _due(now):  # one by one: together they would be looked for in the whole table
        due = select(Reclaim.subject, Reclaim.subject_id).where(condition).order_by(Reclaim.look_at)
        found += [(row.subject, row.subject_id) for row in session.execute(due.limit(limit - len(found)))]
    return found


def lock(session: Session, keys: Sequence[Key], now: datetime) -> dict[Key, Reclaim]:
    """Rows that are still due and whose subjects nobody holds: like verbs, first the subject and then its row here."""
    if not keys:
        return {}
    free = _free(session, Workspace, [key for subject, key in keys if subject == Subject.WORKSPACE])
    instances = _free(session, Instance, [key for subject, key in keys if subject == Subject.INSTANCE])
    used = dict(session.execute(select(Instance.id, Instance.workspace_id).where(Instance.id.in_(instances))).all())
    free |= _free(session, Workspace, set(used.values()) - free)
    here = [(Subject.INSTANCE.value, one) for one in sorted(instances) if used[one] in free]
    here += [(subject, key) for subject, key in keys if subject == Subject.WORKSPACE and key in free]
    rows = select(Reclaim).where(tuple_(Reclaim.subject, Reclaim.subject_id).in_(here), or_(*_due(now)))
    locked = rows.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return {(row.subject, row.subject_id): row for row in session.scalars(locked)}


def put_off(session: Session, key: Key, until: datetime, why: object) -> None:
    """It could not be decided: look at it again then, and not before."""
    row = update(Reclaim).where(Reclaim.subject == key[0], Reclaim.subject_id == key[1])
    changed = row.values(look_at=until, message=f"{UNDECIDED}{why}")
    session.execute(changed.execution_options(synchronize_session=False))


def undecided(session: Session, keys: Collection[Key]) -> list[Key]:
    """Those of these that could not be decided when they were last looked at."""
    rows = select(Reclaim.subject, Reclaim.subject_id).where(tuple_(Reclaim.subject, Reclaim.subject_id).in_(keys))
    found = session.execute(rows.where(Reclaim.message.startswith(UNDECIDED)).order_by(Reclaim.subject_id))
    return [(row.subject, row.subject_id) for row in found]


def _due(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Its time has come, or is further away than any look puts it: a clock wrote that which was wrong."""
    return Reclaim.look_at <= now, Reclaim.look_at > now + 2 * AT_LEAST


def _free(session: Session, table: Any, ids: Collection[str]) -> set[str]:
    """Those of these rows that nobody holds; nobody else changes them until this transaction ends."""
    rows = select(table).where(table.id.in_(ids)).order_by(table.id)
    locked = rows.with_for_update(skip_locked=True, key_share=True).execution_options(populate_existing=True)
    return {row.id for row in session.scalars(locked)}
