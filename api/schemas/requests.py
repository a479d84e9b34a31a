"""Shapes of requests for more time and of their answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, post_load

from api.schemas.common import ActionSchema, NamedSchema, PageQuery, PageQuerySchema, page_of, show_action
from api.schemas.fields import Paragraphs, Until, at, one, text, word
from visa.services.reclaim.request_views import RequestView
from visa.services.reclaim.requests import REASON_AT_LEAST, WORDS_AT_MOST, State
from visa.store.tables import ExtensionRequest


class ExtensionRequestSchema(Schema):
    """More time that an owner asked for; `answer` are the words of who answered."""

    id = text()
    instance_id = text()
    reason = text()
    until = at()
    made_at = at()
    state = word(*State)
    answered_by = text(nullable=True)
    answered_at = at(nullable=True)
    answer = text(nullable=True)


ExtensionRequestPageSchema = page_of(ExtensionRequestSchema, "ExtensionRequestPage")


class InstanceOfRequestSchema(NamedSchema):
    """What more time is asked for, and when it ends as things stand."""

    phase = text()
    expires_at = at()


class RequestActionsSchema(Schema):
    answer = one(ActionSchema)


class RequestToAnswerSchema(ExtensionRequestSchema):
    """The same for those who answer."""

    owner = one(NamedSchema)
    instance = one(InstanceOfRequestSchema)
    actions = one(RequestActionsSchema)


RequestToAnswerPageSchema = page_of(RequestToAnswerSchema, "RequestToAnswerPage")


@dataclass(frozen=True)
class RequestQuery(PageQuery):
    include_answered: bool


class RequestQuerySchema(PageQuerySchema):
    """As other lists, and whether those that need no answer any more are in it."""

    include_answered = fields.Boolean(load_default=False)

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> RequestQuery:
        return RequestQuery(**values)


@dataclass(frozen=True)
class Asked:
    reason: str
    until: datetime


@dataclass(frozen=True)
class Answered:
    words: str
    until: datetime | None = None


class NewExtensionRequestSchema(Schema):
    """Until when an instance is to live, and why."""

    reason = Paragraphs(min_length=REASON_AT_LEAST, max_length=WORDS_AT_MOST, required=True)
    until = Until(required=True)

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> Asked:
        return Asked(**values)


class GrantSchema(Schema):
    """Until when it lives, which need not be what was asked for."""

    until = Until(required=True)
    words = Paragraphs(min_length=0, max_length=WORDS_AT_MOST, load_default="")

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> Answered:
        return Answered(**values)


class RefuseSchema(Schema):
    """Why not, for the owner to read."""

    words = Paragraphs(max_length=WORDS_AT_MOST, required=True)

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> Answered:
        return Answered(**values)


def show_request(row: ExtensionRequest) -> dict[str, object]:
    return {name: getattr(row, name) for name in ExtensionRequestSchema().fields}


def show_to_answer(view: RequestView) -> dict[str, object]:
    return show_request(view.request) | {
        "owner": {"id": view.owner.id, "name": view.owner.name},
        "instance": {
            "id": view.instance.id,
            "name": view.instance.name,
            "phase": view.shown,
            "expires_at": view.instance.expires_at,
        },
        "actions": {"answer": show_action(view.answer)},
    }
