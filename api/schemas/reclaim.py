"""Shapes of what keeps reclaim from things: holds, and the switch for all of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from api.schemas.common import NamedSchema, PageQuery, PageQuerySchema, page_of
from api.schemas.fields import Key, Text, Until, at, claim, one, text, word
from visa.services.reclaim.holds import REASON_LENGTH, HoldView
from visa.services.wake import Subject
from visa.store.tables import ReclaimStop


class HoldSchema(Schema):
    """An instance or workspace that is kept whatever the policy says; for ever when `ends_at` is null."""

    id = text()
    subject = word(*Subject)
    subject_id = text()
    name = text()
    owner = one(NamedSchema)
    reason = text()
    placed_by = text()
    placed_at = at()
    ends_at = at(nullable=True)
    released_by = text(nullable=True)
    released_at = at(nullable=True)
    in_force = claim()


HoldPageSchema = page_of(HoldSchema, "HoldPage")


@dataclass(frozen=True)
class HoldQuery(PageQuery):
    include_over: bool


class HoldQuerySchema(PageQuerySchema):
    """As other lists, and whether holds that were released or have ended are in it."""

    include_over = fields.Boolean(load_default=False)

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> HoldQuery:
        return HoldQuery(**values)


@dataclass(frozen=True)
class NewHold:
    subject: Subject
    subject_id: str
    reason: str
    ends_at: datetime | None


class NewHoldSchema(Schema):
    """What to keep, and why; without an end it is kept for ever."""

    subject = fields.Enum(Subject, by_value=True, required=True)
    subject_id = Key(required=True, max_length=32)
    reason = Text(max_length=REASON_LENGTH, required=True)
    ends_at = Until(load_default=None, allow_none=True)

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> NewHold:
        return NewHold(**values)


class StopSchema(Schema):
    """One time that all reclaim was stopped; it goes on when `resumed_at` is null."""

    reason = text()
    stopped_by = text()
    stopped_at = at()
    resumed_by = text(nullable=True)
    resumed_at = at(nullable=True)


class SwitchSchema(Schema):
    """Whether all reclaim is stopped, and the last time that it was."""

    stopped = claim()
    last = one(StopSchema, nullable=True)


@dataclass(frozen=True)
class Throw:
    stopped: bool
    reason: str


class ThrowSchema(Schema):
    """Where the switch is to be; stopping needs a reason, for all to read."""

    stopped = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = Text(max_length=REASON_LENGTH, load_default="")

    @validates_schema
    def _reasoned(self, values: dict[str, Any], **_: Any) -> None:
        if values["stopped"] and not values["reason"]:
            raise ValidationError("Say why.", "reason")

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> Throw:
        return Throw(**values)


def show_hold(view: HoldView) -> dict[str, object]:
    own = ("id", "subject", "subject_id", "reason", "placed_by", "placed_at", "ends_at", "released_by", "released_at")
    return {name: getattr(view.hold, name) for name in own} | {
        "name": view.name,
        "owner": {"id": view.owner.id, "name": view.owner.name},
        "in_force": view.in_force,
    }


def show_switch(last: ReclaimStop | None) -> dict[str, object]:
    told = None if last is None else {name: getattr(last, name) for name in StopSchema().fields}
    return {"stopped": last is not None and last.resumed_at is None, "last": told}
