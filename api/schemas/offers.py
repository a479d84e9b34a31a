"""Shapes of what can be started: images and flavours."""

from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from api.schemas.common import CURSOR_LENGTH, DEFAULT_LIMIT, MAX_LIMIT, page_of
from api.schemas.fields import Key, claim, number, one, text, texts, word
from visa.domain.lifecycle import Verdict
from visa.services.create_instance import MAX_EXPERIMENTS
from visa.services.offers import FlavourOffer, ImageOffer, When


@dataclass(frozen=True)
class FlavourQuery:
    """Which part of the list is asked for, and for a machine on which experiments."""

    cursor: str | None
    limit: int
    experiment_ids: tuple[str, ...]


class FlavourQuerySchema(Schema):
    """`experiment_ids`, which may be repeated: what the machine would be for; their limits count too."""

    cursor = Key(max_length=CURSOR_LENGTH, load_default=None)
    limit = fields.Integer(load_default=DEFAULT_LIMIT, validate=validate.Range(1, MAX_LIMIT))
    experiment_ids = fields.List(Key(), validate=validate.Length(max=MAX_EXPERIMENTS), load_default=list)

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> FlavourQuery:
        return FlavourQuery(**values | {"experiment_ids": tuple(sorted(set(values["experiment_ids"])))})


class LimitsSchema(Schema):
    """Which limits hold for real; `note` says in a sentence why not where they do not."""

    memory_enforced = claim()
    cpu_enforced = claim()
    note = text()


class AvailableSchema(Schema):
    """Whether the person could start one now, and if not why."""

    now = claim()
    reason = text(nullable=True)


class FlavourAvailableSchema(Schema):
    """When the person could start one, and why not now; `place` in a line of `of` is where one would wait.

    `now`: whether it starts at once. `own_limit`: once the person made room; `never`: as long as the limits are these.
    """

    now = claim()
    when = word(*When)
    reason = text(nullable=True)
    place = number(nullable=True)
    of = number(nullable=True)


class ImageSchema(Schema):
    """A desktop with its applications."""

    id = text()
    name = text()
    description = text()
    icon = text()
    good_for = texts()
    protocols = texts()
    available = one(AvailableSchema)


class FlavourSchema(Schema):
    """A size of machine."""

    id = text()
    name = text()
    description = text()
    vcpus = number()
    memory_mib = number()
    gpus = number()
    limits = one(LimitsSchema)
    available = one(FlavourAvailableSchema)


ImagePageSchema = page_of(ImageSchema, "ImagePage")
FlavourPageSchema = page_of(FlavourSchema, "FlavourPage")


def show_image(offer: ImageOffer) -> dict[str, object]:
    shown = ("id", "name", "description", "icon", "good_for", "protocols")
    return {name: getattr(offer.image, name) for name in shown} | {"available": show_available(offer.available)}


def show_flavour(offer: FlavourOffer) -> dict[str, object]:
    row, limits, available = offer.flavour, offer.enforcement, offer.available
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "vcpus": row.vcpus,
        "memory_mib": row.memory_mib,
        "gpus": row.gpus,
        "limits": {"memory_enforced": limits.memory, "cpu_enforced": limits.cpu, "note": limits.note},
        "available": {
            "now": available.when is When.NOW,
            "when": available.when,
            "reason": available.reason,
            "place": available.place,
            "of": available.of,
        },
    }


def show_available(verdict: Verdict) -> dict[str, object]:
    return {"now": verdict.allowed, "reason": verdict.reason}
