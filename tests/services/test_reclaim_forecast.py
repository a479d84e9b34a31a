"""The dry run says what comes, in order, and is what the next looks do."""

import pytest

from tests.services.reclaim_place import ADMIN, DAY, Place
from visa.cli.explained_reclaim import lines
from visa.domain.instance import Wanted
from visa.domain.lived import Pace
from visa.domain.reclaim import Why
from visa.services.reclaim import holds
from visa.services.reclaim.forecast import counts, forecast
from visa.services.reclaim.look import Looking
from visa.services.wake import Subject
from visa.store.tables import Instance
from visa.testing.builders import ADA, BOB


@pytest.fixture
def place(sessions, seeded, clock, new_id) -> Place:
    pace = Pace(step=DAY, settle=DAY / 2)
    place = Place(sessions, seeded, clock, Looking(sessions, clock, new_id, {"main": True}, pace)).begin()
    with sessions.write() as session:
        seeded.create(session, BOB, clock.now(), name="Bob's")
    place.look()
    return place


def foreseen(place: Place, days: float, *, after=None, limit=10):
    now = place.clock.now()
    with place.sessions.read() as session:
        return forecast(session, until=now + days * DAY, after=after, limit=limit, now=now)


def test_it_lists_what_ends_in_these_days_soonest_first(place):
    assert foreseen(place, 10.9) == []
    assert [one.name for one in foreseen(place, 11)] == ["My analysis", "Bob's"], "they are warned of by then"
    first, second = foreseen(place, 16)
    assert (first.name, first.owner.id, first.why, first.ends_at) == (
        "My analysis",
        ADA,
        Why.LIFETIME,
        place.instance().expires_at,
    )
    assert second.name == "Bob's"
    assert [(one.lead, one.at, one.delivered) for one in first.warnings] == [
        (3 * DAY, first.ends_at - 3 * DAY, False),
        (DAY, first.ends_at - DAY, False),
    ]
    with place.sessions.read() as session:
        assert counts(session, until=place.clock.now() + 16 * DAY) == {Why.LIFETIME: 2}


def test_pages_follow_each_other(place):
    (first,) = foreseen(place, 16, limit=1)
    (second,) = foreseen(place, 16, after=(first.noted_at, first.subject_id))
    assert (first.name, second.name) == ("My analysis", "Bob's")


def test_what_was_told_and_what_holds_it_off_is_said(place):
    place.live(11.5)
    (mine, _) = foreseen(place, 16)
    assert [one.delivered for one in mine.warnings] == [True, False]
    with place.sessions.write() as session:
        about = {"reason": "A paper.", "ends_at": None, "by": ADMIN, "now": place.clock.now()}
        holds.place(session, Subject.INSTANCE, place.id, new_id=place.seeded.new_id, **about)
    (held, _) = foreseen(place, 16)
    assert (held.ends_at, held.off) == (None, "hold"), "decided anew, before the next look"


def test_what_it_says_is_what_happens(place):
    ends_at = foreseen(place, 16)[0].ends_at
    assert place.live((ends_at - place.clock.now()) / DAY - 0.25) == {}
    assert place.live(0.25) == {"lifetime": 2}


def test_it_is_explained_line_by_line(place):
    place.live(11.5)
    with place.sessions.read() as session:
        said = list(lines(session, place.id, place.clock.now()))
    assert said[:3] == [
        f"instance “My analysis” ({place.id})",
        "It is taken back on 2030-01-21 09:00 UTC, because its lifetime ends.",
        "policy      the product’s own: none was loaded",
    ]
    assert "            warning 3 days before: delivered 2030-01-18 09:00 UTC" in said
    assert "            warning 1 days before: due 2030-01-20 09:00 UTC" in said
    assert any(line.startswith("load        unknown") for line in said)


def test_what_is_on_its_way_out_neither_ends_the_list_nor_shortens_a_page(place):
    (mine, _) = foreseen(place, 16)
    with place.sessions.write() as session:
        session.get_one(Instance, mine.subject_id).wanted = Wanted.GONE  # its owner; no look has seen it yet
    assert [one.name for one in foreseen(place, 16, limit=1)] == ["Bob's"]
