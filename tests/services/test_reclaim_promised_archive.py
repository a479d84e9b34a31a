"""Who was told that files go to the archive does not lose them when policy or cloud archive no more."""

from dataclasses import replace

import pytest

from tests.services.reclaim_place import DAY, Place
from visa.domain.instance import Kept
from visa.domain.lived import Pace
from visa.services.reclaim.explain import explain
from visa.services.reclaim.look import Looking
from visa.services.wake import Subject


@pytest.fixture
def place(sessions, seeded, clock, new_id) -> Place:
    """A workspace in the recycle bin, whose owner was told by both letters that it goes to the archive."""
    pace = Pace(step=DAY, settle=DAY / 2)
    place = Place(sessions, seeded, clock, Looking(sessions, clock, new_id, {"main": True}, pace)).begin()
    place.live(14)
    place.look()
    place.gone()
    place.live(88, step=DAY)
    assert place.told("bin_warning") == [14 * DAY, 3 * DAY]
    return place


def test_a_policy_that_archives_no_more_deletes_after_full_notice_of_that(place):
    place.load(archive=False)
    assert place.live(13, step=DAY) == {}
    with place.sessions.read() as session:
        said = explain(session, Subject.WORKSPACE, place.workspace_id, place.clock.now())
    assert (said.off, said.ends_at >= place.workspace().kept_until) == (None, True)
    assert "what its owner was told held until" in said.message
    assert place.told("bin_warning") == [14 * DAY, 3 * DAY, 14 * DAY, 3 * DAY]
    assert place.live(2, step=DAY) == {"bin": 1}
    assert place.workspace().wanted == Kept.GONE


def test_a_policy_that_archives_again_keeps_its_word(place):
    place.load(archive=False)
    place.live(5, step=DAY)
    place.load(archive=True)
    assert place.live(8, step=DAY) == {}, "its owner was told of a later end meanwhile"
    assert place.live(2, step=DAY) == {"bin": 1}
    assert place.workspace().wanted == Kept.ARCHIVED


def test_a_cloud_that_archives_no_more_is_the_operators_to_decide(place):
    place.looking = replace(place.looking, archives={})
    assert place.live(30, step=DAY) == {}
    place.clock.advance(DAY.total_seconds())
    report = place.look()
    assert report.undecided == [f"workspace {place.workspace_id}"]
    assert place.workspace_id in report.alert
    assert place.workspace().wanted == Kept.KEPT
