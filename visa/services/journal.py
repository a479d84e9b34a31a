"""Writing events: one for each change, in the same transaction as the change."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from visa.store.tables import Event


@dataclass(frozen=True)
class By:
    """Who does something: "person" (with id), "policy" or "system"."""

    kind: str
    name: str
    id: str | None = None


SYSTEM = By("system", "VISA")


def record(
    session: Session,
    kind: str,
    message: str,
    *,
    at: datetime,
    by: By,
    person_id: str | None = None,
    instance_id: str | None = None,
    workspace_id: str | None = None,
) -> None:
    """Add one event. `person_id` is whose thing it concerns."""
    session.add(
        Event(
            at=at,
            kind=kind,
            message=message,
            actor_kind=by.kind,
            actor_id=by.id,
            actor_name=by.name,
            person_id=person_id,
            instance_id=instance_id,
            workspace_id=workspace_id,
        )
    )
