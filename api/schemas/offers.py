"""Shapes of what can be started: images and flavours."""

from marshmallow import Schema

from api.schemas.common import page_of
from api.schemas.fields import claim, number, one, text, texts
from visa.domain.lifecycle import Verdict
from visa.services.offers import FlavourOffer, ImageOffer


class LimitsSchema(Schema):
    """Which limits hold for real; `note` says in a sentence why not where they do not."""

    memory_enforced = claim()
    cpu_enforced = claim()
    note = text()


class AvailableSchema(Schema):
    """Whether the person could start one now, and if not why."""

    now = claim()
    reason = text(nullable=True)


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
    available = one(AvailableSchema)


ImagePageSchema = page_of(ImageSchema, "ImagePage")
FlavourPageSchema = page_of(FlavourSchema, "FlavourPage")


def show_image(offer: ImageOffer) -> dict[str, object]:
    shown = ("id", "name", "description", "icon", "good_for", "protocols")
    return {name: getattr(offer.image, name) for name in shown} | {"available": show_available(offer.available)}


def show_flavour(offer: FlavourOffer) -> dict[str, object]:
    row, limits = offer.flavour, offer.enforcement
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "vcpus": row.vcpus,
        "memory_mib": row.memory_mib,
        "gpus": row.gpus,
        "limits": {"memory_enforced": limits.memory, "cpu_enforced": limits.cpu, "note": limits.note},
        "available": show_available(offer.available),
    }


def show_available(verdict: Verdict) -> dict[str, object]:
    return {"now": verdict.allowed, "reason": verdict.reason}
