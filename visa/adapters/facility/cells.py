"""What a cell may hold: one function a kind, from text to value. They raise ValueError with a sentence for the reader.

Lengths are those of the tables that keep the values (`visa/store/tables/facility.py`). Knows single values only;
what must agree between lines or files is checked in `file`.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

LOWEST_ID = 1000  # below are a Debian system's own accounts and groups
HIGHEST_ID = 2**31 - 1
NOBODY = frozenset({65534, 65535})
SHOWN = 60
USERS_GROUP = 100  # the one traditional group of people below 1000

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_LOGIN = re.compile(r"[a-z_][a-z0-9._-]{0,31}")
_NUMBER = re.compile(r"[0-9]{1,10}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ORCID = re.compile(r"(?:https?://orcid\.org/)?([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X])", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # would let a title rewrite its page


def shown(value: str) -> str:
    """A value as it may be quoted in a message: short, without surprises."""
    return ascii(value) if len(value) <= SHOWN else f"{value[:SHOWN]!a}…"


def text(longest: int) -> Callable[[str], str]:
    """Any readable text; line breaks become spaces."""

    def parse(value: str) -> str:
        joined = " ".join(value.split())
        if not joined:
            raise ValueError("is empty")
        if len(joined) > longest:
            raise ValueError(f"has {len(joined)} characters; at most {longest} are kept")
        if any(unicodedata.category(letter) == "Cc" or letter in _BIDI for letter in joined):
            raise ValueError("holds control characters")
        return joined

    return parse


def optional(parse: Callable[[str], T]) -> Callable[[str], T | None]:
    """The same kind of cell, which may stay empty."""
    return lambda value: parse(value) if value else None


def identifier(value: str) -> str:
    """A key that is safe as one part of a path (/data/<id>) and of an address."""
    if not value:
        raise ValueError("is empty")
    if not _IDENTIFIER.fullmatch(value):
        raise ValueError(
            f"{shown(value)} is no id: it starts with a letter or digit, goes on with letters, digits, '.', '_', '-', "
            "and has at most 100 of them"
        )
    return value


def login(value: str) -> str:
    """A Unix login name."""
    if not _LOGIN.fullmatch(value) or value.endswith("."):
        raise ValueError(
            f"{shown(value)} is no login name: it starts with a small letter or '_', goes on with small letters, "
            "digits, '.', '_', '-', and has at most 32 of them"
        )
    if value == "root":
        raise ValueError("root does not sign in here")
    return value


def _number(value: str) -> int:
    if not _NUMBER.fullmatch(value):
        raise ValueError(f"{shown(value)} is not a whole number")
    return int(value)


def uid(value: str) -> int:
    """A person's Unix id; those of the system are refused."""
    number = _number(value)
    if number < LOWEST_ID:
        raise ValueError(f"{number} is below {LOWEST_ID}, where the system's own accounts are")
    if number > HIGHEST_ID or number in NOBODY:
        raise ValueError(f"{number} is not a person's id")
    return number


def gid(value: str) -> int:
    """A Unix group of people; those of the system (disk, docker …) are refused."""
    number = _number(value)
    if number < LOWEST_ID and number != USERS_GROUP:
        raise ValueError(f"{number} is below {LOWEST_ID}, where the system's own groups are")
    if number > HIGHEST_ID or number in NOBODY:
        raise ValueError(f"{number} is not a group of people")
    return number


def gids(value: str) -> tuple[int, ...]:
    """Groups, separated by spaces; none is allowed."""
    return tuple(dict.fromkeys(gid(one) for one in value.split()))


def orcid(value: str) -> str:
    """An ORCID iD, with or without its address in front; its last character is an ISO 7064 MOD 11-2 check digit."""
    found = _ORCID.fullmatch(value)
    if not found:
        raise ValueError(f"{shown(value)} is no ORCID iD (0000-0000-0000-0000)")
    plain = found[1].upper()
    digits = plain.replace("-", "")
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    if digits[-1] != ("X" if check == 10 else str(check)):  # noqa: PLR2004 - ISO 7064 writes ten as X
        raise ValueError(f"{shown(value)} is no ORCID iD: its last character does not fit the others")
    return plain


def email(value: str) -> str:
    """One e-mail address."""
    if not _EMAIL.fullmatch(value) or len(value) > 320:  # noqa: PLR2004 - RFC 3696, errata 1690
        raise ValueError(f"{shown(value)} is no e-mail address")
    return value


def day(value: str) -> date:
    """A calendar day."""
    if not _DAY.fullmatch(value):
        raise ValueError(f"{shown(value)} is no date: write YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{shown(value)} is not in the calendar") from None


def yes_no(value: str) -> bool:
    """yes or no, nothing else: an empty cell must not decide about secrecy."""
    if value not in ("yes", "no"):
        raise ValueError(f"{shown(value)} is neither yes nor no")
    return value == "yes"


def one_of(choices: type[E]) -> Callable[[str], E]:
    """One word of a list."""

    def parse(value: str) -> E:
        if value not in set(choices):
            raise ValueError(f"{shown(value)} is none of {', '.join(choices)}")
        return choices(value)

    return parse


def some_of(choices: type[E]) -> Callable[[str], tuple[E, ...]]:
    """Words of a list, separated by spaces; none is allowed."""
    parse = one_of(choices)
    return lambda value: tuple(dict.fromkeys(parse(word) for word in value.split()))
