"""A letter of each kind with facts like real ones: to try templates with, and to send as a test."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from visa.domain import pages
from visa.domain.idle import Signal
from visa.domain.letters import (
    Facts,
    House,
    Letter,
    LetterKind,
    Over,
    QuietSince,
    Stuck,
    TakenFor,
)
from visa.domain.quota import Number

NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
DESKTOP = "h7k2m9p4"
HOUSE = House("Example Facility", "VISA", "https://visa.example.org", "support@example.org", "Europe/Paris")


def sample(kind: LetterKind, *, house: House = HOUSE, now: datetime = NOW) -> Letter:
    """One letter of the kind."""
    return Letter(kind, "Anna Jäger", "Bragg peaks, 2nd try", house, _facts(kind, house, now))


def variants(house: House = HOUSE) -> Iterator[Letter]:
    """A letter for every turn that a template may take: each is a sample with other facts."""
    for kind in LetterKind:
        letter = sample(kind, house=house)
        yield letter
        yield from (replace(letter, facts=facts) for facts in _other_facts(letter))
        yield replace(letter, person_name="")


def _facts(kind: LetterKind, house: House, now: datetime) -> Facts:
    page, soon = house.url + pages.instance(DESKTOP), now + timedelta(days=3, hours=4)
    bin_page, far = house.url + pages.BIN, now + timedelta(days=90)
    match kind:
        case LetterKind.LIFETIME_WARNING:
            return Facts(deadline=soon, url=page, extend_url=house.url + pages.extend(DESKTOP), days=14)
        case LetterKind.IDLE_WARNING:
            quiet = tuple(QuietSince(one, now - timedelta(days=3, hours=number)) for number, one in enumerate(Signal))
            return Facts(deadline=now + timedelta(days=1), url=page, days=4, signals=quiet)
        case LetterKind.QUOTA_WARNING:
            over = (Over(Number.INSTANCES, 3, 2), Over(Number.MEMORY_MIB, 98304, 65536, experiment="20261234"))
            return Facts(deadline=soon, url=page, over=over)
        case LetterKind.BIN_WARNING:
            return Facts(deadline=soon, url=bin_page, days=90, archived_until=now + timedelta(days=368))
        case LetterKind.ARCHIVE_WARNING:
            return Facts(deadline=soon, url=bin_page, days=365)
        case LetterKind.RECLAIMED:
            return Facts(deadline=far, url=bin_page, days=4, taken_for=TakenFor.IDLE)
        case LetterKind.ARCHIVED:
            return Facts(deadline=now + timedelta(days=365), url=bin_page, days=90)
        case LetterKind.REQUEST_MADE:
            words = "The beam time moved by a month.\nWithout the fit we cannot plan it."
            return Facts(deadline=far, url=house.url + pages.REQUESTS, asked_by="Ben Ōkami", words=words)
        case LetterKind.REQUEST_ANSWERED:
            return Facts(deadline=far, url=page, granted=True, words="Good luck with the beam time!")
        case LetterKind.ADMITTED:
            return Facts(deadline=now + timedelta(days=14), url=page)
        case LetterKind.TOLD_OPERATORS:
            trouble = "The warning cannot be delivered: 550 no such user here"
            stuck = Stuck(f"Bragg peaks, 2nd try ({DESKTOP})", trouble, now - timedelta(hours=26), page)
            return Facts(url=house.url + pages.RECLAIM, stuck=(stuck, replace(stuck, url="")))


def _other_facts(letter: Letter) -> Iterator[Facts]:
    facts = letter.facts
    match letter.kind:
        case LetterKind.LIFETIME_WARNING:
            ask = letter.house.url + pages.ask_for_time(DESKTOP)
            yield replace(facts, url=ask, extend_url="", days=1)
        case LetterKind.BIN_WARNING:
            yield replace(facts, archived_until=None)
        case LetterKind.RECLAIMED:
            yield from (replace(facts, taken_for=cause) for cause in TakenFor)
        case LetterKind.REQUEST_MADE:
            yield replace(facts, words="")
        case LetterKind.REQUEST_ANSWERED:
            yield replace(facts, granted=False, deadline=None)
            yield replace(facts, granted=False, words="")
        case LetterKind.QUOTA_WARNING:
            yield from (replace(facts, over=(Over(number, 9216, 8192),)) for number in Number)
        case _:
            return
