"""What admins do about reclaim: hold single things, or stop all of it. Everybody else is told that nothing is here."""

from datetime import datetime, timedelta
from http import HTTPStatus

from api.lists import page
from api.operation import Noun, operation
from api.schemas.reclaim import (
    ForecastPageSchema,
    ForecastQuery,
    ForecastQuerySchema,
    HoldPageSchema,
    HoldQuery,
    HoldQuerySchema,
    HoldSchema,
    NewHold,
    NewHoldSchema,
    SwitchSchema,
    Throw,
    ThrowSchema,
    show_hold,
    show_planned,
    show_switch,
)
from api.work import Work, reading, writing
from visa.services.catalogue import require_admin
from visa.services.reclaim import forecast, holds, stop
from visa.store.tables import Hold

noun = Noun("reclaim", __name__, url_prefix="/api/v1/admin", description="What keeps things from being taken back")

Shown = dict[str, object]


@operation(noun, "GET", "/holds", query=HoldQuerySchema, gives=HoldPageSchema)
def list_holds(query: HoldQuery) -> Shown:
    """What is kept whatever the policy says, newest first"""
    with reading() as work:
        require_admin(work.actor)
        return page(
            f"holds:{query.include_over}",
            query,
            lambda after, limit: holds.list_all(
                work.session, with_over=query.include_over, after=after, limit=limit, now=work.desk.now
            ),
            position=lambda view: (view.hold.placed_at, view.hold.id),
            types=(datetime, str),
            show=show_hold,
        )


@operation(noun, "POST", "/holds", body=NewHoldSchema, gives=HoldSchema, status=HTTPStatus.CREATED)
def place_hold(wanted: NewHold) -> Shown:
    """Keep an instance or workspace, for a time or for ever"""
    with writing() as work:
        require_admin(work.actor)
        hold = holds.place(
            work.session,
            wanted.subject,
            wanted.subject_id,
            reason=wanted.reason,
            ends_at=wanted.ends_at,
            by=work.desk.by,
            now=work.desk.now,
            new_id=work.desk.new_id,
        )
        return _shown(work, hold)


@operation(noun, "DELETE", "/holds/<key:hold_id>", gives=HoldSchema)
def release_hold(hold_id: str) -> Shown:
    """Let the policy count again"""
    with writing() as work:
        require_admin(work.actor)
        return _shown(work, holds.release(work.session, hold_id, by=work.desk.by, now=work.desk.now))


@operation(noun, "GET", "/reclaim/forecast", query=ForecastQuerySchema, gives=ForecastPageSchema)
def foresee_reclaim(query: ForecastQuery) -> Shown:
    """What will be taken back, archived and deleted in the next days, and why; soonest first"""
    with reading() as work:
        require_admin(work.actor)
        now = work.desk.now
        return page(
            f"forecast:{query.days:g}",
            query,
            lambda after, limit: forecast.forecast(
                work.session, until=now + timedelta(days=query.days), after=after, limit=limit, now=now
            ),
            position=lambda row: (row.noted_at, row.subject_id),
            types=(datetime, str),
            show=show_planned,
        )


@operation(noun, "GET", "/reclaim/switch", gives=SwitchSchema)
def get_reclaim_switch() -> Shown:
    """Whether all reclaim is stopped, by whom and why"""
    with reading() as work:
        require_admin(work.actor)
        return show_switch(stop.stopped(work.session) or stop.last(work.session))


@operation(noun, "PUT", "/reclaim/switch", body=ThrowSchema, gives=SwitchSchema)
def throw_reclaim_switch(wanted: Throw) -> Shown:
    """Stop all reclaim at once, or let it go on; who finds it so already changes nothing"""
    with writing() as work:
        require_admin(work.actor)
        desk = work.desk
        if wanted.stopped:
            stop.stop(work.session, reason=wanted.reason, by=desk.by, now=desk.now, new_id=desk.new_id)
        else:
            stop.resume(work.session, by=desk.by, now=desk.now)
        return show_switch(stop.stopped(work.session) or stop.last(work.session))


def _shown(work: Work, hold: Hold) -> Shown:
    (view,) = holds.views(work.session, [hold], work.desk.now)
    return show_hold(view)
