"""What people say when they decide something: a reason, an answer, how somebody was told.

Checked here, so that the API and commands take the same.
"""

from visa.domain.plain import composed, is_plain
from visa.errors import Invalid


def line(text: str, what: str, *, field: str, at_most: int, at_least: int = 1) -> str:
    """The text as it is kept, on one line. `what` names it in the message: "the reason". Raises `Invalid`."""
    if not is_plain(text):
        raise Invalid(f"{_capital(what)} must be one line without control characters.", field=field, code="not_plain")
    return _of_length(composed(text), what, field=field, at_most=at_most, at_least=at_least)


def paragraphs(text: str, what: str, *, field: str, at_most: int, at_least: int = 1) -> str:
    """The same in several lines, which end in a line feed each. Raises `Invalid`."""
    lines = text.replace("\r\n", "\n").split("\n")
    if not all(map(is_plain, lines)):
        raise Invalid(f"{_capital(what)} must not have control characters.", field=field, code="not_plain")
    kept = "\n".join(composed(one) for one in lines).strip()
    return _of_length(kept, what, field=field, at_most=at_most, at_least=at_least)


def _of_length(text: str, what: str, *, field: str, at_most: int, at_least: int) -> str:
    if not text and at_least:
        raise Invalid(f"{_capital(what)} is missing.", field=field, code="missing")
    if len(text) < at_least:
        message = f"{_capital(what)} needs at least {at_least} characters."
        raise Invalid(message, field=field, code="too_short")
    if len(text) > at_most:
        message = f"{_capital(what)} may have at most {at_most} characters; these are {len(text)}."
        raise Invalid(message, field=field, code="too_long")
    return text


def _capital(what: str) -> str:
    return what[:1].upper() + what[1:]
