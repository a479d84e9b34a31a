"""Shapes of what a person was told."""

from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, post_load

from api.schemas.common import NamedSchema, page_of
from api.schemas.fields import Text, at, number, one, text, word
from visa.domain.letters import LetterKind
from visa.services.reclaim.notices import State
from visa.services.reclaim.record import LONGEST_HOW
from visa.services.reclaim.told import Addressed, Told
from visa.services.wake import Subject


class ToldSchema(Schema):
    """A warning or news that was sent by mail, or waits to be. `ends_at` is the moment that it names.

    `trouble` is why it was not delivered yet: `no_address` and `address_refused` can be mended by the person.
    """

    id = text()
    kind = word(*LetterKind)
    subject = word(*Subject)
    subject_id = text()
    subject_name = text()
    message = text()
    state = word(State.PENDING, State.SENT)
    made_at = at()
    sent_at = at(nullable=True)
    ends_at = at(nullable=True)
    trouble = text(nullable=True)


ToldPageSchema = page_of(ToldSchema, "ToldPage")


class UntoldSchema(ToldSchema):
    """What waits to be delivered to somebody; `message` and `ends_at` name the end that follows if told now.

    `address` is where mail to them goes, null when nobody knows one. `error` is the trouble in full.
    """

    person = one(NamedSchema)
    address = text(nullable=True)
    error = text(nullable=True)
    attempts = number()
    next_try_at = at(nullable=True)


UntoldPageSchema = page_of(UntoldSchema, "UntoldPage")


@dataclass(frozen=True)
class Telling:
    how: str


class TellingSchema(Schema):
    """How somebody was told, such as "by phone"."""

    how = Text(max_length=LONGEST_HOW, required=True)

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> Telling:
        return Telling(**values)


def show_told(told: Told) -> dict[str, object]:
    notice = told.notice
    return {
        "id": notice.id,
        "kind": notice.kind,
        "subject": notice.subject,
        "subject_id": notice.subject_id,
        "subject_name": told.name,
        "message": f"{told.said}.",
        "state": notice.state,
        "made_at": notice.made_at,
        "sent_at": notice.sent_at,
        "ends_at": told.ends_at,
        "trouble": told.trouble or None,
    }


def show_untold(waits: Addressed) -> dict[str, object]:
    notice = waits.told.notice
    return show_told(waits.told) | {
        "person": {"id": waits.person.id, "name": waits.person.name},
        "address": waits.address or None,
        "error": notice.error,
        "attempts": notice.attempts,
        "next_try_at": notice.next_try_at,
    }
