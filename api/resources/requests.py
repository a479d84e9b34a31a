"""Asking for more time than policy gives, and answering: by support within their scope, and by admins."""

from datetime import datetime
from http import HTTPStatus

from api.lists import page
from api.operation import Noun, operation
from api.schemas.common import PageQuery, PageQuerySchema
from api.schemas.requests import (
    Answered,
    Asked,
    ExtensionRequestPageSchema,
    ExtensionRequestSchema,
    GrantSchema,
    NewExtensionRequestSchema,
    RefuseSchema,
    RequestQuery,
    RequestQuerySchema,
    RequestToAnswerPageSchema,
    RequestToAnswerSchema,
    show_request,
    show_to_answer,
)
from api.work import reading, writing
from visa.services.reclaim import request_views, requests

noun = Noun("requests", __name__, url_prefix="/api/v1", description="Asking for more time than policy gives")

Shown = dict[str, object]

OWN = "/instances/<key:instance_id>/extension-requests"
TO_ANSWER = "/support/extension-requests"


@operation(
    noun,
    "POST",
    OWN,
    body=NewExtensionRequestSchema,
    gives=ExtensionRequestSchema,
    status=HTTPStatus.CREATED,
)
def create_extension_request(asked: Asked, instance_id: str) -> Shown:
    """Ask support for more time for an instance that I can extend no more"""
    with writing() as work:
        made = requests.make(work.session, work.desk, instance_id, reason=asked.reason, until=asked.until)
        return show_request(made)


@operation(noun, "GET", OWN, query=PageQuerySchema, gives=ExtensionRequestPageSchema)
def list_extension_requests(query: PageQuery, instance_id: str) -> Shown:
    """What I asked for and what the answers were, newest first"""
    with reading() as work:
        return page(
            f"extension-requests:{instance_id}",
            query,
            lambda after, limit: request_views.list_mine(
                work.session, work.actor, instance_id, after=after, limit=limit
            ),
            position=lambda row: (row.made_at, row.id),
            types=(datetime, str),
            show=show_request,
        )


@operation(noun, "DELETE", OWN + "/<key:request_id>", gives=ExtensionRequestSchema)
def withdraw_extension_request(instance_id: str, request_id: str) -> Shown:
    """Take a request back that nobody answered yet"""
    with writing() as work:
        return show_request(requests.withdraw(work.session, work.desk, instance_id, request_id))


@operation(noun, "GET", TO_ANSWER, query=RequestQuerySchema, gives=RequestToAnswerPageSchema)
def list_requests_to_answer(query: RequestQuery) -> Shown:
    """Requests of those whom I support, newest first"""
    with reading() as work:
        return page(
            f"requests-to-answer:{query.include_answered}",
            query,
            lambda after, limit: request_views.list_for(
                work.session, work.actor, only_open=not query.include_answered, after=after, limit=limit
            ),
            position=lambda view: (view.request.made_at, view.request.id),
            types=(datetime, str),
            show=show_to_answer,
        )


@operation(noun, "POST", TO_ANSWER + "/<key:request_id>/grant", body=GrantSchema, gives=RequestToAnswerSchema)
def grant_extension_request(answer: Answered, request_id: str) -> Shown:
    """Give an instance more time, until a moment of my choice"""
    return _answer(request_id, answer)


@operation(noun, "POST", TO_ANSWER + "/<key:request_id>/refuse", body=RefuseSchema, gives=RequestToAnswerSchema)
def refuse_extension_request(answer: Answered, request_id: str) -> Shown:
    """Give no more time, and say why"""
    return _answer(request_id, answer)


def _answer(request_id: str, answer: Answered) -> Shown:
    with writing() as work:
        requests.to_answer(work.session, work.actor, request_id)
        requests.answer(
            work.session,
            request_id,
            until=answer.until,
            words=answer.words,
            by=work.desk.by,
            now=work.desk.now,
            new_id=work.desk.new_id,
        )
        work.session.flush()
        return show_to_answer(request_views.get_for(work.session, work.actor, request_id))
