"""When an instance ends, as pages are told: by the newest look, and by what its owner did since then."""

from datetime import timedelta

import pytest

from api.schemas.fields import moment
from tests.api.place import Place
from visa.services.reclaim.look import Looking, look
from visa.services.wake import Subject
from visa.store.tables import Hold, Instance, Reclaim
from visa.testing.builders import ADA


@pytest.fixture
def instance_id(place: Place) -> str:
    with place.sessions.write() as session:
        return place.seeded.create(session, ADA, place.clock.now()).id


def shown(place: Place, instance_id: str) -> dict[str, object]:
    return dict(place.browser(ADA).get(f"/api/v1/instances/{instance_id}").json or {})


def in_days(place: Place, days: float) -> str:
    return moment(place.clock.now() + timedelta(days=days))


def test_before_and_after_the_first_look_it_ends_with_its_lifetime(place: Place, instance_id: str):
    expected = {"at": in_days(place, 14), "why": "lifetime", "off": None}
    assert shown(place, instance_id)["ends"] == expected
    look(Looking(place.sessions, place.clock, place.seeded.new_id, {}))
    assert shown(place, instance_id)["ends"] == expected


def test_what_is_held_for_ever_has_no_end_and_warns_of_none(place: Place, instance_id: str):
    with place.sessions.write() as session:
        about = {"subject": "instance", "reason": "A paper.", "placed_by": "Admin", "placed_at": place.clock.now()}
        session.add(Hold(id="h1", subject_id=instance_id, **about))
        session.get_one(Instance, instance_id).expires_at = place.clock.now() + timedelta(hours=2)
    look(Looking(place.sessions, place.clock, place.seeded.new_id, {}))
    assert shown(place, instance_id)["ends"] == {"at": None, "why": "lifetime", "off": "hold"}
    assert shown(place, instance_id)["warning"] == "none"


@pytest.mark.parametrize(("why", "days"), [("quota", 1), ("lifetime", 14), ("idle", 14)])
def test_what_the_last_look_found_counts_until_its_owner_does_something(place, instance_id, why, days):
    """Extending moves the end of a lifetime at once; one that is used is not idle, whatever was found before."""
    look(Looking(place.sessions, place.clock, place.seeded.new_id, {}))
    with place.sessions.write() as session:
        row = session.get_one(Reclaim, (Subject.INSTANCE, instance_id))
        row.why, row.axe_at = why, place.clock.now() + timedelta(days=1)
    ends = shown(place, instance_id)["ends"]
    assert ends == {"at": in_days(place, days), "why": "quota" if why == "quota" else "lifetime", "off": None}
