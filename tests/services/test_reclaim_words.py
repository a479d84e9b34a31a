"""What people are told of a reclaim: where letters lead, when they are sent, and what is over told as past."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.services.reclaim_place import ADMIN, DAY, Place
from visa.domain.lived import Pace
from visa.services.reclaim import holds
from visa.services.reclaim.look import Looking
from visa.services.wake import Subject
from visa.store.tables import Instance, Notice


@pytest.fixture
def place(sessions, seeded, clock, new_id) -> Place:
    pace = Pace(step=DAY, settle=DAY / 2)
    return Place(sessions, seeded, clock, Looking(sessions, clock, new_id, {"main": True}, pace)).begin()


@pytest.mark.parametrize(
    ("lives_d", "leads_to"), [(60, "?extend"), (7, "?extend"), (3, "?ask=time")], ids=["now", "later", "never"]
)
def test_the_warning_leads_to_extending_or_where_that_gives_no_more_time_to_asking(place, lives_d, leads_to):
    place.load(user={"lifetime_d": 3, "extension_d": 1, "max_lifetime_d": lives_d, "instances": 9})
    with place.sessions.write() as session:
        session.get_one(Instance, place.id).expires_at = place.clock.now() + 3 * DAY
    place.live(2.25, delivering=False)
    with place.sessions.read() as session:
        (told,) = session.scalars(select(Notice))
    assert told.facts["extend_url" if leads_to == "?extend" else "url"] == f"/instances/{place.id}{leads_to}"
    assert ("extend_url" in told.facts) == (leads_to == "?extend")


def test_its_owner_is_told_that_it_was_taken_once_it_is_gone(place):
    place.live(15)
    assert place.told("reclaimed") == []
    place.gone()
    place.live(1.5)
    assert place.told("reclaimed") == [timedelta()]
    with place.sessions.read() as session:
        told = session.scalars(select(Notice).where(Notice.kind == "reclaimed")).one()
    assert (told.subject, told.subject_id, told.cycle) == ("instance", place.id, place.workspace().binned_at)
    assert told.facts["taken_for"] == "lifetime"


def test_what_held_an_end_off_and_is_over_is_told_as_past(place):
    with place.sessions.write() as session:
        about = {"reason": "A thesis.", "ends_at": None, "by": ADMIN, "now": place.clock.now()}
        hold = holds.place(session, Subject.INSTANCE, place.id, new_id=place.seeded.new_id, **about)
    place.live(14.5)
    assert (place.row().axe_at, place.row().delay, place.row().message) == (None, "hold", "Kept by Admin: A thesis.")
    with place.sessions.write() as session:
        holds.release(session, hold.id, by=ADMIN, now=place.clock.now())
    released = place.clock.now()
    place.look()
    assert place.row().delay is None
    assert place.row().message.endswith(f"It was held until {released:%Y-%m-%d %H:%M} UTC.")
