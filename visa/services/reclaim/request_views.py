"""What is shown of requests for more time: to their owners, and to those who answer them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from visa.domain.instance import Wanted
from visa.domain.lifecycle import YES, Shown, Verdict, no
from visa.services import support
from visa.services.actors import Actor
from visa.services.instances import find_mine, word_for
from visa.services.reclaim.requests import State
from visa.store.tables import ExtensionRequest, Instance, InstanceStatus, Person

After = tuple[datetime, str] | None
"""When the last one of a page was made, and its id."""


@dataclass(frozen=True)
class RequestView:
    """A request with its instance and who made it. `answer` says whether it may be answered."""

    request: ExtensionRequest
    instance: Instance
    owner: Person
    shown: Shown
    answer: Verdict


def list_mine(session: Session, actor: Actor, instance_id: str, *, after: After, limit: int) -> list[ExtensionRequest]:
    """Requests for one own instance, newest first. Raises `NotFound`."""
    instance = find_mine(session, actor, instance_id)
    mine = select(ExtensionRequest).where(ExtensionRequest.instance_id == instance.id)
    return list(session.scalars(_newest_first(mine, after, limit)))


def list_for(session: Session, actor: Actor, *, only_open: bool, after: After, limit: int) -> list[RequestView]:
    """Requests that this person may help with, newest first. Raises `NotFound` for who is no support."""
    query = _rows().where(support.in_scope(actor))
    return _views(session, actor, _newest_first(query.where(open_ones()) if only_open else query, after, limit))


def list_all(session: Session, *, only_open: bool, limit: int) -> list[RequestView]:
    """Requests of everybody, newest first, for operators."""
    query = _rows()
    return _views(session, None, _newest_first(query.where(open_ones()) if only_open else query, None, limit))


def get_for(session: Session, actor: Actor, request_id: str) -> RequestView:
    """One that this person may help with; the row has to be there, and in their scope."""
    (view,) = _views(session, actor, _rows().where(ExtensionRequest.id == request_id))
    return view


def open_ones() -> ColumnElement[bool]:
    """Those that wait for an answer; of an instance that was deleted meanwhile nobody waits for one."""
    return and_(ExtensionRequest.state == State.OPEN, Instance.wanted != Wanted.GONE)


def _rows() -> Any:
    """Requests with everything that has exactly one row for each."""
    return (
        select(ExtensionRequest, Instance, InstanceStatus, Person)
        .join(Instance, Instance.id == ExtensionRequest.instance_id)
        .join(InstanceStatus, InstanceStatus.instance_id == Instance.id)
        .join(Person, Person.id == ExtensionRequest.person_id)
    )


def _newest_first(query: Any, after: After, limit: int) -> Any:
    made_at, its_id = ExtensionRequest.made_at, ExtensionRequest.id
    if after:
        at, last_id = after
        query = query.where(or_(made_at < at, and_(made_at == at, its_id < last_id)))
    return query.order_by(made_at.desc(), its_id.desc()).limit(limit)


def _views(session: Session, actor: Actor | None, query: Any) -> list[RequestView]:
    rows = session.execute(query).all()
    return [
        RequestView(request, instance, owner, word_for(instance, status), _answerable(actor, request))
        for request, instance, status, owner in rows
    ]


def _answerable(actor: Actor | None, request: ExtensionRequest) -> Verdict:
    if request.state != State.OPEN:
        return no("not_open", f"It was {request.state}.")
    return YES if actor is None else support.may_answer(actor, request.person_id)
