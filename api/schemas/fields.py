"""Fields that several shapes share: texts that cannot surprise a page, moments that end in Z."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

from visa.domain.plain import composed, is_plain

_OPAQUE = re.compile(r"[!-~]+")


class Text(fields.String):
    """One line for people: in Unicode's composed form (NFC), without spaces around it or control characters."""

    def __init__(self, *, max_length: int, min_length: int = 1, **options: Any) -> None:
        super().__init__(validate=validate.Length(min=min_length, max=max_length), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **options)
        if not is_plain(text):
            raise ValidationError("Control characters are not allowed.")
        return composed(text)


class Paragraphs(Text):
    """The same in several lines, which end in a line feed each."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        if not isinstance(value, str):
            return super()._deserialize(value, attr, data, **options)
        lines = value.replace("\r\n", "\n").split("\n")
        return "\n".join(super(Paragraphs, self)._deserialize(one, attr, data, **options) for one in lines).strip()


class Key(fields.String):
    """The id of something: printable ASCII without spaces."""

    def __init__(self, *, max_length: int = 100, **options: Any) -> None:
        super().__init__(validate=validate.Length(min=1, max=max_length), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **options)
        if text and not _OPAQUE.fullmatch(text):
            raise ValidationError("Not a valid id.")
        return text


class Moment(fields.DateTime):
    """A moment in UTC, to the millisecond: 2030-01-07T09:00:00.000Z."""

    def _serialize(self, value: datetime | None, *_: Any, **__: Any) -> str | None:
        return None if value is None else moment(value)


class Until(fields.AwareDateTime):
    """A moment that somebody chose; without a zone it is in UTC."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="iso", default_timezone=UTC, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> datetime:
        try:
            chosen: datetime = super()._deserialize(value, attr, data, **options).astimezone(UTC)
        except OverflowError as error:  # the last hours of the year 9999, in some zones
            raise ValidationError("Not a valid datetime.") from error
        return chosen


def moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def word(*allowed: str, nullable: bool = False) -> fields.String:
    """One of a few words, always there."""
    return fields.String(
        required=True, allow_none=nullable, validate=validate.OneOf([*allowed, None] if nullable else allowed)
    )


def text(*, nullable: bool = False) -> fields.String:
    """A text that is shown, always there."""
    return fields.String(required=True, allow_none=nullable)


def number(*, nullable: bool = False) -> fields.Integer:
    return fields.Integer(required=True, allow_none=nullable)


def claim() -> fields.Boolean:
    return fields.Boolean(required=True)


def at(*, nullable: bool = False) -> Moment:
    return Moment(required=True, allow_none=nullable)


def day(*, nullable: bool = False) -> fields.Date:
    return fields.Date(required=True, allow_none=nullable)


def one(schema: Any, *, nullable: bool = False) -> fields.Nested:
    return fields.Nested(schema, required=True, allow_none=nullable)


def many(schema: Any) -> fields.List[Any]:
    return fields.List(fields.Nested(schema), required=True)


def texts() -> fields.List[Any]:
    return fields.List(fields.String(), required=True)
