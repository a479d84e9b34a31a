"""When instances end, for pages that show many: by the newest look, and by what people did since then."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.domain.reclaim import Why
from visa.services.wake import Subject
from visa.store.tables import Instance, Reclaim


@dataclass(frozen=True)
class Ends:
    """When one is taken back and why, as things stand; `at` None is never. `off` is what holds it off."""

    at: datetime | None
    why: Why
    off: str | None = None


def looked_at(session: Session, instance_ids: Collection[str]) -> Mapping[str, Reclaim]:
    """What the newest looks found of these, in one query; one that was not looked at yet is absent."""
    rows = select(Reclaim).where(Reclaim.subject == Subject.INSTANCE, Reclaim.subject_id.in_(instance_ids))
    return {row.subject_id: row for row in session.scalars(rows.where(Reclaim.looked_at.is_not(None)))}


def ends(instance: Instance, found: Reclaim | None, idle_deadline: datetime | None) -> Ends:
    """`idle_deadline`: when it ends if nobody uses it from now on; None while it is used.

    Whoever extended it or came back a moment ago sees that at once, and not after the next look.
    """
    by_lifetime = Ends(instance.expires_at, Why.LIFETIME)
    if found is None or (found.axe_at is None and found.delay is None):
        return by_lifetime
    if found.axe_at is None:
        return Ends(None, Why.LIFETIME, found.delay)
    why = Why(found.why or Why.LIFETIME)
    if why is Why.IDLE and idle_deadline is None:
        return by_lifetime
    least = {Why.LIFETIME: instance.expires_at, Why.IDLE: idle_deadline}.get(why)
    return Ends(max(found.axe_at, least or found.axe_at), why, found.delay)
