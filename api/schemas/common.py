"""Shapes that many operations share: what went wrong, which part of a list, the verdict on an action, a name."""

from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from api.schemas.fields import Key, claim, text
from visa.domain.lifecycle import Verdict

MAX_LIMIT = 100
DEFAULT_LIMIT = 25
CURSOR_LENGTH = 1000


class ProblemSchema(Schema):
    """What went wrong (RFC 9457). `code` is stable and for programs, `detail` is a sentence for people."""

    type = text()
    title = text()
    status = fields.Integer(required=True)
    detail = text()
    code = text()
    field = fields.String()
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    request_id = text()


@dataclass(frozen=True)
class PageQuery:
    """Which part of a list is asked for."""

    cursor: str | None
    limit: int


class PageQuerySchema(Schema):
    """`cursor` is the `next` of the page before; without it the list begins anew."""

    cursor = Key(max_length=CURSOR_LENGTH, load_default=None)
    limit = fields.Integer(load_default=DEFAULT_LIMIT, validate=validate.Range(1, MAX_LIMIT))

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> PageQuery:
        return PageQuery(**values)


class NothingSchema(Schema):
    """No parameters: whatever is sent is refused."""


class NamedSchema(Schema):
    """A thing by its id and name."""

    id = text()
    name = text()


class ActionSchema(Schema):
    """Whether something may be done; if not, why: a code for programs and a sentence for people."""

    allowed = claim()
    code = text(nullable=True)
    reason = text(nullable=True)


class MountsSchema(Schema):
    """How data are mounted in a desktop: read-only, read-write or not at all."""

    raw = fields.String(required=True, allow_none=True, validate=validate.OneOf(["ro", None]))
    processed = fields.String(required=True, allow_none=True, validate=validate.OneOf(["ro", "rw", None]))


def page_of(schema: type[Schema], name: str) -> type[Schema]:
    """The shape of one page of a list of `schema`; `next` is null on the last page."""
    shape: dict[str, fields.Field[Any]] = {
        "items": fields.List(fields.Nested(schema), required=True),
        "next": text(nullable=True),
    }
    return Schema.from_dict(shape, name=name)


def show_action(verdict: Verdict) -> dict[str, object]:
    return {"allowed": verdict.allowed, "code": verdict.code, "reason": verdict.reason}
