"""Shapes of what keeps reclaim from things: holds, and the switch for all of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from api.schemas.common import NamedSchema, PageQuery, PageQuerySchema, page_of
from api.schemas.fields import Key, Text, Until, at, claim, many, one, text, word
from visa.domain.deferral import Off
from visa.domain.reclaim import Why
from visa.services.reclaim.forecast import Planned
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


class WarningSchema(Schema):
    """A warning before an end: `at` is when it was delivered, else when it is due; `waits`: mail has it."""

    lead_s = fields.Float(required=True)
    at = at()
    delivered = claim()
    waits = claim()


class PlannedSchema(Schema):
    """What comes to one instance or workspace, and why. `off` is what holds it off now."""

    subject = word(*Subject)
    subject_id = text()
    name = text()
    owner = one(NamedSchema)
    ends_at = at(nullable=True)
    why = word(*Why, nullable=True)
    off = word(*Off, nullable=True)
    message = text()
    warnings = many(WarningSchema)


ForecastPageSchema = page_of(PlannedSchema, "ForecastPage")


@dataclass(frozen=True)
class ForecastQuery(PageQuery):
    days: float


class ForecastQuerySchema(PageQuerySchema):
    """As other lists, and how far to look ahead."""

    days = fields.Float(load_default=14.0, validate=validate.Range(min=0, max=3650))

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> ForecastQuery:
        return ForecastQuery(**values)


def show_planned(row: Planned) -> dict[str, object]:
    return {
        "subject": row.subject,
        "subject_id": row.subject_id,
        "name": row.name,
        "owner": {"id": row.owner.id, "name": row.owner.name},
        "ends_at": row.ends_at,
        "why": row.why,
        "off": row.off,
        "message": row.message,
        "warnings": [
            {"lead_s": one.lead.total_seconds(), "at": one.at, "delivered": one.delivered, "waits": one.waits}
            for one in row.warnings
        ],
    }
