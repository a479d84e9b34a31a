"""Shapes of the catalogue as admins see and change it."""

import re
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from api.schemas.common import PageQuery, PageQuerySchema, page_of
from api.schemas.fields import Key, Text, at, many, number, one, text, texts, word
from visa.domain.access import Standing
from visa.domain.audience import PROTOCOLS, trouble
from visa.services.catalogue import EntryView
from visa.services.cloud_offers import Seen
from visa.settings import Policy
from visa.store.tables import CloudOffer, Image

ENTRY_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}\Z")
ICON = re.compile(r"[a-z-]{1,40}\Z")
MAX_WORDS = 50
MAX_DAYS = 3650
_MAX_INTEGER = 2**31 - 1


class LifetimeSchema(Schema):
    """Days of life, days that an extension gives from now, and the most days since creation."""

    lifetime_d = fields.Float(required=True, validate=validate.Range(0, MAX_DAYS, min_inclusive=False))
    extension_d = fields.Float(required=True, validate=validate.Range(0, MAX_DAYS, min_inclusive=False))
    max_lifetime_d = fields.Float(required=True, validate=validate.Range(0, MAX_DAYS, min_inclusive=False))


class LifetimesSchema(Schema):
    """In place of the policy's numbers, for those that are named."""

    user = fields.Nested(LifetimeSchema)
    staff = fields.Nested(LifetimeSchema)
    guest = fields.Nested(LifetimeSchema)


class InCloudSchema(Schema):
    """What the cloud has of an entry: "unknown" until it was looked; `since`: when it vanished, if it was there."""

    state = word("here", "vanished", "unknown")
    since = at(nullable=True)
    name = text(nullable=True)
    ref = text(nullable=True)


class AdminEntrySchema(Schema):
    """What images and flavours share. `origin` "file": it follows the catalogue file, "admin": no more."""

    id = text()
    name = text()
    description = text()
    cloud = text()
    cloud_name = text()
    audience = texts()
    lifetimes = one(LifetimesSchema)
    position = number()
    retired_at = at(nullable=True)
    origin = word("file", "admin")
    revision = number()
    updated_at = at(nullable=True)
    in_cloud = one(InCloudSchema)
    in_use = number()


class AdminImageSchema(AdminEntrySchema):
    """An image as admins see it."""

    icon = text()
    good_for = texts()
    protocols = fields.List(word(*PROTOCOLS), required=True)


class AdminFlavourSchema(AdminEntrySchema):
    """A flavour as admins see it."""

    vcpus = number()
    memory_mib = number()
    gpus = number()


AdminImagePageSchema = page_of(AdminImageSchema, "AdminImagePage")
AdminFlavourPageSchema = page_of(AdminFlavourSchema, "AdminFlavourPage")


class CloudImageSchema(Schema):
    cloud = text()
    ref = text()
    name = text()
    status = word("ready", "not_ready")
    size_bytes = number(nullable=True)
    min_disk_gib = number(nullable=True)


class CloudFlavourSchema(Schema):
    cloud = text()
    ref = text()
    name = text()
    vcpus = number()
    memory_mib = number()
    disk_gib = number()


class CloudOffersSchema(Schema):
    """What the clouds were last seen to have; `seen_at` is null until one was looked at.

    `policy` is what holds for an entry that names no lifetimes.
    """

    images = many(CloudImageSchema)
    flavours = many(CloudFlavourSchema)
    seen_at = at(nullable=True)
    policy = one(LifetimesSchema)


@dataclass(frozen=True)
class CatalogueQuery(PageQuery):
    include_retired: bool


class CatalogueQuerySchema(PageQuerySchema):
    """As other lists, and whether retired entries are in it."""

    include_retired = fields.Boolean(load_default=False)

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> CatalogueQuery:
        return CatalogueQuery(**values)


def _audience(value: str) -> None:
    if wrong := trouble(value):
        raise ValidationError(wrong)


def _distinct(values: list[str]) -> None:
    if len(set(values)) < len(values):
        raise ValidationError("Something stands twice.")


_WORDS = validate.And(validate.Length(max=MAX_WORDS), _distinct)


class EntryChangesSchema(Schema):
    """What of an entry to change; the rest stays. Its cloud never changes: instances are there."""

    name = Text(max_length=100)
    description = Text(max_length=500, min_length=0)
    cloud_name = Text(max_length=255)
    audience = fields.List(fields.String(validate=validate.And(validate.Length(max=200), _audience)), validate=_WORDS)
    lifetimes = fields.Nested(LifetimesSchema)
    position = fields.Integer(strict=True, validate=validate.Range(0, _MAX_INTEGER))


class ImageChangesSchema(EntryChangesSchema):
    icon = fields.String(validate=validate.Regexp(ICON, error="Not the name of an icon."))
    good_for = fields.List(Text(max_length=60), validate=_WORDS)
    protocols = fields.List(
        fields.String(validate=validate.OneOf(PROTOCOLS)), validate=validate.And(validate.Length(min=1), _distinct)
    )


class FlavourChangesSchema(EntryChangesSchema):
    vcpus = fields.Integer(strict=True, validate=validate.Range(1, 1024))
    memory_mib = fields.Integer(strict=True, validate=validate.Range(64, _MAX_INTEGER))
    gpus = fields.Integer(strict=True, validate=validate.Range(0, 64))


class NewImageSchema(ImageChangesSchema):
    """An image to offer; without a `cloud` it is in the first, without a `position` at the end."""

    id = fields.String(required=True, validate=validate.Regexp(ENTRY_ID, error="Small letters, digits, . _ and -."))
    name = Text(max_length=100, required=True)
    cloud = Key(max_length=32)
    cloud_name = Text(max_length=255, required=True)
    description = Text(max_length=500, min_length=0, load_default="")
    icon = fields.String(load_default="desktop", validate=validate.Regexp(ICON, error="Not the name of an icon."))
    good_for = fields.List(Text(max_length=60), load_default=list, validate=_WORDS)


class NewFlavourSchema(FlavourChangesSchema):
    """A flavour to offer; without a `cloud` it is in the first, without a `position` at the end."""

    id = fields.String(required=True, validate=validate.Regexp(ENTRY_ID, error="Small letters, digits, . _ and -."))
    name = Text(max_length=100, required=True)
    cloud = Key(max_length=32)
    cloud_name = Text(max_length=255, required=True)
    description = Text(max_length=500, min_length=0, load_default="")
    vcpus = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1024))
    memory_mib = fields.Integer(required=True, strict=True, validate=validate.Range(64, _MAX_INTEGER))


_SHARED = (
    "id",
    "name",
    "description",
    "cloud",
    "cloud_name",
    "audience",
    "lifetimes",
    "position",
    "retired_at",
    "origin",
    "revision",
    "updated_at",
)


def show_entry(view: EntryView) -> dict[str, object]:
    own = ("icon", "good_for", "protocols") if isinstance(view.entry, Image) else ("vcpus", "memory_mib", "gpus")
    there = view.in_cloud
    return {name: getattr(view.entry, name) for name in _SHARED + own} | {
        "in_cloud": {"state": there.state, "since": there.since, "name": there.name, "ref": there.ref},
        "in_use": view.in_use,
    }


def show_offers(seen: Seen, policy: Policy) -> dict[str, object]:
    return {
        "images": [_pick(row, "size_bytes", "min_disk_gib", "status") for row in seen.images],
        "flavours": [_pick(row, "vcpus", "memory_mib", "disk_gib") for row in seen.flavours],
        "seen_at": seen.seen_at,
        "policy": {standing.value: getattr(policy, standing) for standing in Standing},
    }


def _pick(row: CloudOffer, *names: str) -> dict[str, object]:
    return {name: getattr(row, name) for name in ("cloud", "ref", "name", *names)}
