"""What people were told by mail, for those who look here instead."""

from datetime import datetime

from api.lists import page
from api.operation import Noun, operation
from api.schemas.common import PageQuery, PageQuerySchema
from api.schemas.notices import ToldPageSchema, show_told
from api.work import reading
from visa.services.reclaim import told

noun = Noun("notices", __name__, url_prefix="/api/v1", description="What people are told before and after a reclaim")


@operation(noun, "GET", "/notices", query=PageQuerySchema, gives=ToldPageSchema)
def list_notices(query: PageQuery) -> dict[str, object]:
    """What I was told by mail, or am to be told, newest first"""
    with reading() as work:
        return page(
            "notices",
            query,
            lambda after, limit: told.list_mine(work.session, work.actor, after=after, limit=limit),
            position=lambda one: (one.notice.made_at, one.notice.id),
            types=(datetime, str),
            show=show_told,
        )
