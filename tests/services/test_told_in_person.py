"""People to whom no mail can be sent: the facility may know an address, or somebody tells them and says so."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.mail.mailserver import serving
from tests.services.sending import DAY, Post, post
from visa.domain.letters import LetterKind
from visa.errors import Conflict, Invalid, NotFound
from visa.services.journal import By
from visa.services.reclaim import record
from visa.services.reclaim.notices import State
from visa.services.reclaim.sender import SendReport
from visa.store.tables import Event, Person
from visa.testing.builders import ADA, BOB

JO = By("person", "Jo Smith")


@pytest.fixture
def house(sessions, seeded, clock) -> Iterator[Post]:
    with serving() as server:
        yield post(sessions, seeded, clock, server)


def test_who_has_no_address_is_told_in_person(house: Post):
    house.address("")
    notice_id = house.ask()
    assert house.send() == SendReport(failed=1)
    assert house.notice(notice_id).error == "no_address: the person has no mail address"
    house.clock.advance(13 * DAY.total_seconds())
    house.lived(99)
    with house.sessions.write() as session:
        said = record.told_in_person(session, notice_id, by=JO, how="by phone", now=house.clock.now())
    end = house.clock.now() + 3 * DAY
    assert said == f"Told by phone that “My analysis” ends on {end:%Y-%m-%d %H:%M} UTC, when its time is over."
    row = house.notice(notice_id)
    assert (row.state, row.announced_for, row.lived_s, row.error) == (State.SENT, end, 99, None)
    assert house.events()[-1] == ("instance.warned", said)
    assert house.send(operators=()) == SendReport()
    with pytest.raises(Conflict), house.sessions.write() as session:
        record.told_in_person(session, notice_id, by=JO, how="by phone", now=house.clock.now())
    with pytest.raises(NotFound), house.sessions.write() as session:
        record.told_in_person(session, "nothing", by=JO, how="by phone", now=house.clock.now())


def test_the_facility_s_address_is_taken_when_a_person_brought_none(house: Post):
    with house.sessions.write() as session:
        session.get_one(Person, ADA).email = ""
    house.ask()
    assert house.send().sent == 1
    assert house.server.inbox[0].recipients == ("ada@example.org",)


def test_that_support_could_not_be_told_of_a_request_is_no_part_of_its_owner_s_story(house: Post):
    house.address("", of=BOB)
    house.ask(kind=LetterKind.REQUEST_MADE, lead=timedelta(), person_id=BOB, asked_by="Ada")
    assert house.send() == SendReport(failed=1)
    with house.sessions.read() as session:
        assert session.scalars(select(Event).where(Event.kind == "instance.not_told")).all() == []


@pytest.mark.parametrize(
    ("name", "how", "field"), [("", "by phone", "by"), ("Jo", " ", "how"), ("Jo", "x" * 201, "how")]
)
def test_it_is_told_by_whom_and_how(house: Post, name: str, how: str, field: str):
    notice_id = house.ask()
    with pytest.raises(Invalid) as refused, house.sessions.write() as session:
        record.told_in_person(session, notice_id, by=By("person", name), how=how, now=house.clock.now())
    assert refused.value.field == field
    assert house.notice(notice_id).state == State.PENDING
