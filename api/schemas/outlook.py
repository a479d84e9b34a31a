"""Shapes of what will come to an instance or workspace."""

from dataclasses import asdict

from marshmallow import Schema

from api.schemas.fields import at, claim, many, text, word
from visa.domain.deferral import Off
from visa.domain.reclaim import Why
from visa.services.reclaim.outlook import Outlook, What


class StageSchema(Schema):
    """A stage to come. A warning counts from its delivery; `waits`: the mail server has not taken it yet.

    `follows`: it comes after the next end, at this moment at the earliest.
    """

    what = word(*What)
    at = at()
    delivered = claim()
    waits = claim()
    follows = claim()


class OutlookSchema(Schema):
    """What comes, soonest first, and why. Nothing ends it when `why` is null; `off` is what holds its end off."""

    why = word(*Why, nullable=True)
    off = word(*Off, nullable=True)
    says = text()
    stages = many(StageSchema)


def show_outlook(outlook: Outlook) -> dict[str, object]:
    return asdict(outlook)
