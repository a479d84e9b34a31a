"""Shapes of what a person was told."""

from marshmallow import Schema

from api.schemas.common import page_of
from api.schemas.fields import at, text, word
from visa.domain.letters import LetterKind
from visa.services.reclaim.notices import State
from visa.services.reclaim.told import Told
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
