"""What happened."""

from collections.abc import Callable, Sequence

from api.lists import page
from api.operation import Noun, operation
from api.schemas.common import PageQuery, PageQuerySchema
from api.schemas.events import EventPageSchema, show_event
from api.work import reading
from visa.services import events
from visa.store.tables import Event

noun = Noun("events", __name__, url_prefix="/api/v1", description="Who did what, and why")


@operation(noun, "GET", "/events", query=PageQuerySchema, gives=EventPageSchema)
def list_events(query: PageQuery) -> dict[str, object]:
    """What happened to everything of mine, newest first"""
    with reading() as work:
        return _page(
            "events",
            query,
            lambda before, limit: events.list_mine(work.session, work.actor, before=before, limit=limit),
        )


@operation(noun, "GET", "/instances/<key:instance_id>/events", query=PageQuerySchema, gives=EventPageSchema)
def list_instance_events(query: PageQuery, instance_id: str) -> dict[str, object]:
    """What happened to one instance, newest first"""
    with reading() as work:
        return _page(
            f"events:{instance_id}",
            query,
            lambda before, limit: events.list_of_instance(
                work.session, work.actor, instance_id, before=before, limit=limit
            ),
        )


def _page(name: str, query: PageQuery, read: Callable[[int | None, int], Sequence[Event]]) -> dict[str, object]:
    return page(
        name,
        query,
        lambda after, limit: read(after[0] if after else None, limit),
        position=lambda event: (event.id,),
        types=(int,),
        show=show_event,
    )
