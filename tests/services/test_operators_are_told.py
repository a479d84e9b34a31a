"""Operators hear of what could not be delivered: once a day, and at once of a trouble that is new."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.mail.mailserver import serving
from tests.services.sending import DAY, Post, body, post
from visa.domain.letters import LetterKind
from visa.services.reclaim.sender import SendReport, tell_operators
from visa.store.tables import Notice
from visa.testing.builders import ADA, BOB, GUEST

HOUR = 3600
OPS = "ops@example.org"


@pytest.fixture
def house(sessions, seeded, clock) -> Iterator[Post]:
    with serving() as server:
        yield post(sessions, seeded, clock, server)


def told(house: Post) -> list[str]:
    """What all letters to the operator said."""
    return [body(mail) for mail in house.server.inbox if mail.recipients == (OPS,)]


def hours(house: Post, count: int) -> None:
    """So many hours with rounds in them; operators' letters are sent by the round after the one that asks."""
    for _ in range(count):
        house.clock.advance(HOUR)
        house.send()
        house.send()


def test_they_are_told_after_some_hours_once_a_day_until_it_is_mended(house: Post):
    house.address("")
    house.ask()
    hours(house, 3)
    assert told(house) == []
    hours(house, 2)
    [letter] = told(house)
    assert "Ada could not be told that “My analysis” ends on" in letter
    assert "no_address" in letter
    assert "https://visa.example.org/admin/reclaim" in letter
    hours(house, 22)
    assert len(told(house)) == 1
    hours(house, 2)
    assert len(told(house)) == 2, "a day later"
    house.address("ada@example.org")
    hours(house, 48)
    assert len(told(house)) == 2
    assert len(house.server.inbox) == 3


def test_a_new_trouble_is_told_at_once_and_the_same_one_again_is_not(house: Post):
    house.address("")
    house.ask()
    hours(house, 5)
    assert len(told(house)) == 1
    house.ask(lead=DAY)
    hours(house, 5)
    assert len(told(house)) == 1, "the same person still has no address"
    house.address("", of=BOB)
    house.ask(person_id=BOB)
    hours(house, 5)
    assert len(told(house)) == 2
    assert "Bob could not be told" in told(house)[1]
    assert "Ada could not be told" in told(house)[1]


def test_a_mail_server_that_is_away_for_half_a_day_is_one_trouble(house: Post):
    """The letter about it waits like all others, and is not sent once there is nothing left to tell."""
    for who in (ADA, BOB, GUEST):
        house.ask(person_id=who)
    house.server.plan("MAIL", *["451 no disk"] * 300)
    hours(house, 12)
    with house.sessions.read() as session:
        asked = select(func.count()).select_from(Notice).where(Notice.kind == LetterKind.TOLD_OPERATORS)
        assert session.scalar(asked) == 1
    house.server.plans.clear()
    hours(house, 2)
    assert len(house.server.inbox) in {3, 4}
    assert len(told(house)) <= 1


def test_what_they_were_told_by_a_clock_far_ahead_does_not_silence_us(house: Post):
    house.address("")
    house.ask()
    house.clock.advance(365 * DAY.total_seconds())
    hours(house, 1)
    house.clock.advance(-365 * DAY.total_seconds())
    assert len(told(house)) == 1
    hours(house, 5)
    assert len(told(house)) == 2


def test_what_was_mended_meanwhile_is_not_told(house: Post):
    house.ask()
    house.server.plan("MAIL", *["451 no disk"] * 2)
    house.send()
    house.clock.advance(5 * HOUR)
    assert house.send() == SendReport(failed=1)
    house.server.plans.clear()
    house.clock.advance(HOUR)
    assert house.send() == SendReport(sent=1)
    assert house.send() == SendReport()
    assert told(house) == []


def test_what_only_waited_for_a_scheduler_is_no_trouble(house: Post):
    house.ask()
    house.clock.advance(50 * HOUR)
    assert house.send() == SendReport(sent=1)
    assert house.send() == SendReport()
    assert told(house) == []


def test_each_operator_has_a_letter_of_their_own(house: Post):
    house.address("")
    house.ask()
    both = (OPS, "night@example.org")
    house.server.refused["night@example.org"] = "550 moved away"
    for _ in range(30):
        house.clock.advance(HOUR)
        house.send(operators=both)
    assert len(told(house)) == 2, "one who cannot be reached keeps nobody from being told"


def test_one_who_is_no_operator_any_more_is_not_told(house: Post):
    house.address("")
    house.ask()
    house.clock.advance(5 * HOUR)
    tell_operators(house.work)
    assert house.send(operators=()) == SendReport(failed=1)
    assert house.send(operators=()) == SendReport()
    assert told(house) == []


def test_two_schedulers_ask_for_one_letter(house: Post):
    house.address("")
    house.ask()
    house.clock.advance(5 * HOUR)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: tell_operators(house.work), range(2)))
    with house.sessions.read() as session:
        asked = select(Notice).where(Notice.kind == LetterKind.TOLD_OPERATORS)
        assert len(session.scalars(asked).all()) == 1


def test_a_long_list_is_cut(house: Post):
    house.address("")
    for number in range(60):
        house.ask(lead=timedelta(hours=number + 1))
    house.clock.advance(5 * HOUR)
    house.send(limit=100)
    house.send(limit=100)
    assert "10 others" in told(house)[0]
