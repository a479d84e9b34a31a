"""Shapes of what happened."""

from marshmallow import Schema

from api.schemas.common import page_of
from api.schemas.fields import at, one, text, word
from visa.store.tables import Event


class EventActorSchema(Schema):
    kind = word("person", "policy", "system")
    name = text()


class EventSchema(Schema):
    """Who did what, and why."""

    id = text()
    at = at()
    actor = one(EventActorSchema)
    kind = text()
    message = text()
    instance_id = text(nullable=True)
    workspace_id = text(nullable=True)


EventPageSchema = page_of(EventSchema, "EventPage")


def show_event(event: Event) -> dict[str, object]:
    return {
        "id": str(event.id),
        "at": event.at,
        "actor": {"kind": event.actor_kind, "name": event.actor_name},
        "kind": event.kind,
        "message": event.message,
        "instance_id": event.instance_id,
        "workspace_id": event.workspace_id,
    }
