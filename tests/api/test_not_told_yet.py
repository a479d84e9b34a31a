"""Who could not be told, for admins: listed with the reason, and told in person by one of them."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select, update

from api.schemas.fields import moment
from tests.api.place import Browser, Place
from tests.api.test_extension_requests import given
from visa.domain.letters import Facts, LetterKind
from visa.services.reclaim import notices
from visa.services.wake import Subject
from visa.store.tables import Event, Instance, Notice, Person
from visa.testing.builders import ADA, BOB

PENDING = "/api/v1/admin/notices/pending"
DAY = timedelta(days=1)


@pytest.fixture
def admin(place: Place) -> Browser:
    return given(place, BOB, "admin")


def warn(place: Place, *, leads: tuple[int, ...] = (3,)) -> Instance:
    """Ada is to be warned so many days before her desktop ends, and nobody knows where to write to."""
    now, numbers = place.clock.now(), count(1)
    with place.sessions.write() as session:
        instance = place.seeded.create(session, ADA, now)
        session.execute(update(Person).where(Person.id == ADA).values(email="", facility_person_id=None))
        about = {"subject": Subject.INSTANCE, "subject_id": instance.id, "person_id": ADA}
        for lead in leads:
            more: dict[str, Any] = about | {"cycle": now, "lead": lead * DAY, "facts": Facts(deadline=now + DAY)}
            notices.ask(session, new_id=lambda: f"n{next(numbers)}", now=now, kind=LetterKind.LIFETIME_WARNING, **more)
        session.execute(update(Notice).values(error="no_address: nobody knows one", attempts=7))
        return instance


def test_what_is_told_in_person_counts_from_then_and_leaves_the_list(place: Place, admin: Browser):
    instance = warn(place)
    place.clock.advance(3600)
    (shown,) = (admin.get(PENDING).json or {})["items"]
    ends_at = place.clock.now() + 3 * DAY
    assert shown["message"] == f"“My analysis” ends on {ends_at:%Y-%m-%d %H:%M} UTC, when its time is over."
    assert (shown["ends_at"], shown["trouble"]) == (moment(ends_at), "no_address")
    assert (shown["person"], shown["address"]) == ({"id": ADA, "name": "Ada"}, None)
    assert (shown["error"], shown["attempts"]) == ("no_address: nobody knows one", 7)
    place.clock.advance(600)  # the call takes its time: what counts is later than what was said, never sooner
    path = "/api/v1/admin/notices/n1/told"
    told = admin.post(path, {"how": "by phone"}).json or {}
    assert (told["state"], told["ends_at"]) == ("sent", moment(ends_at + timedelta(seconds=600)))
    assert admin.get(PENDING).json == {"items": [], "next": None}
    with place.sessions.read() as session:
        event = session.scalars(select(Event).where(Event.instance_id == instance.id, Event.kind == "instance.warned"))
        (warned,) = event
        assert (warned.actor_name, warned.message[:22]) == ("Bob", "Told by phone that “My")
    again = admin.post(path, {"how": "by phone"})
    assert (again.status_code, (again.json or {})["code"]) == (409, "not_pending")
    assert admin.post("/api/v1/admin/notices/n2/told", {"how": "by phone"}).status_code == 404


def test_who_waits_for_longest_comes_first_and_pages_join_without_a_gap(place: Place, admin: Browser):
    warn(place, leads=(9, 6, 3, 2, 1))
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        answer = admin.get(f"{PENDING}?limit=2{cursor and f'&cursor={cursor}'}").json or {}
        seen += [one["id"] for one in answer["items"]]
        cursor = answer["next"]
    assert seen == ["n1", "n2", "n3", "n4", "n5"]


def test_the_address_that_the_facility_knows_is_shown(place: Place, admin: Browser):
    warn(place)
    with place.sessions.write() as session:
        session.execute(update(Person).where(Person.id == ADA).values(facility_person_id="ada"))
    assert (admin.get(PENDING).json or {})["items"][0]["address"] == "ada@example.org"


@pytest.mark.parametrize("how", ["", " ", "x" * 201, "by\nphone", None])
def test_it_is_said_how_they_were_told(place: Place, admin: Browser, how: str | None):
    warn(place)
    answer = admin.post("/api/v1/admin/notices/n1/told", {"how": how})
    assert answer.status_code == 422
    assert len((admin.get(PENDING).json or {})["items"]) == 1


def test_nobody_else_learns_of_it(place: Place):
    warn(place)
    assert place.browser(ADA).get(PENDING).status_code == 404
    assert place.browser(ADA).post("/api/v1/admin/notices/n1/told", {"how": "by phone"}).status_code == 404
