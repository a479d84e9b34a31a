"""Shapes of who is signed in, and of the place they signed in to."""

from marshmallow import Schema

from api.schemas.fields import claim, many, number, one, text, texts, word
from visa.domain.quota import Bound, Number


class NoticeSchema(Schema):
    """Something that everybody should read."""

    level = word("info", "warning", "danger")
    text = text()


class SiteSchema(Schema):
    """What the pages need to know before anybody signed in."""

    name = text()
    federation_name = text()
    notices = many(NoticeSchema)
    development = claim()
    version = text()


class UsedSchema(Schema):
    """How many there are, and how many there may be."""

    used = number()
    limit = number()


class QuotaSchema(Schema):
    """One number of an allowance; what has no limit is not told."""

    of = word(*Number)
    used = number()
    limit = number()


class MeSchema(Schema):
    """The signed-in person. `login` is the account inside desktops, null until there is one."""

    id = text()
    name = text()
    email = text()
    login = text(nullable=True)
    roles = texts()
    guest = claim()
    instances = one(UsedSchema)
    quota = many(QuotaSchema)
    bin_count = number()


def show_quota(own: Bound) -> list[dict[str, object]]:
    limits = ((number, own.limits.of(number)) for number in Number)
    return [
        {"of": number, "used": own.used.of(number), "limit": limit} for number, limit in limits if limit is not None
    ]
