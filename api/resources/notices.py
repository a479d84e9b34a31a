"""What people were told by mail, for those who look here instead; and for admins, who could not be told."""

from datetime import datetime

from api.lists import page
from api.operation import Noun, operation
from api.schemas.common import PageQuery, PageQuerySchema
from api.schemas.notices import (
    Telling,
    TellingSchema,
    ToldPageSchema,
    ToldSchema,
    UntoldPageSchema,
    show_told,
    show_untold,
)
from api.work import reading, writing
from visa.services.catalogue import require_admin
from visa.services.reclaim import record, told
from visa.store.tables import Notice

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


@operation(noun, "GET", "/admin/notices/pending", query=PageQuerySchema, gives=UntoldPageSchema)
def list_pending_notices(query: PageQuery) -> dict[str, object]:
    """Who could not be told yet, of what and why; who waits for longest first"""
    with reading() as work:
        require_admin(work.actor)
        return page(
            "pending-notices",
            query,
            lambda after, limit: told.list_pending(work.session, after=after, limit=limit, now=work.desk.now),
            position=lambda one: (one.told.notice.made_at, one.told.notice.id),
            types=(datetime, str),
            show=show_untold,
        )


@operation(noun, "POST", "/admin/notices/<key:notice_id>/told", body=TellingSchema, gives=ToldSchema)
def tell_in_person(telling: Telling, notice_id: str) -> dict[str, object]:
    """Record that I told somebody what mail could not deliver: it counts as delivered from now on"""
    with writing() as work:
        require_admin(work.actor)
        record.told_in_person(work.session, notice_id, by=work.desk.by, how=telling.how, now=work.desk.now)
        (shown,) = told.views(work.session, [work.session.get_one(Notice, notice_id)])
        return show_told(shown)
