"""What the API says of the use of an instance: which signals count, since when, and what follows."""

from datetime import timedelta

import pytest

from tests.api.place import Place
from visa.domain.idle import Signal
from visa.domain.instance import Phase, Wanted
from visa.services.create_instance import NewInstance, create
from visa.services.idleness import record
from visa.store.tables import Instance, InstanceStatus
from visa.testing.builders import ADA, TEAM


@pytest.fixture
def mine(place: Place) -> str:
    """An instance of Ada's that runs."""
    with place.sessions.write() as session:
        wish = NewInstance("Mine", "xfce", "small", (TEAM,), "us")
        made = create(session, place.seeded.desk(session, ADA, place.clock.now()), wish)
        session.flush()
        session.get_one(InstanceStatus, made.id).phase = Phase.RUNNING
        return made.id


def idle(place: Place, instance_id: str) -> dict:
    answer = place.browser(ADA).get(f"/api/v1/instances/{instance_id}")
    assert answer.status_code == 200
    return answer.json["idle"]


def say(place: Place, instance_id: str, *, load: float = 0, logins: int = 0) -> None:
    with place.sessions.write() as session:
        for signal, value in ((Signal.LOAD, load), (Signal.LOGINS, logins)):
            record(session, place.seeded.policy, instance_id, signal, value=value, now=place.clock.now())


def z(moment) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_what_is_unknown_counts_as_use_and_the_owner_is_told(place, mine):
    told = idle(place, mine)
    assert (told["since"], told["deadline"]) == (None, None)
    assert told["says"] == "It counts as used, because nothing is known of its load and logins."
    assert told["signals"][1] == {"signal": "load", "state": "unknown", "since": None, "value": None}


def test_what_keeps_it_alive_is_named_with_its_figure(place, mine):
    say(place, mine, load=1.5)
    told = idle(place, mine)
    now = z(place.clock.now())
    assert (told["since"], told["deadline"]) == (None, None)
    assert told["says"] == "It counts as used: its processors are busy. After 4 days without use it is reclaimed."
    assert told["signals"][1:] == [
        {"signal": "load", "state": "active", "since": now, "value": 1.5},
        {"signal": "logins", "state": "quiet", "since": now, "value": 0.0},
    ]


def test_what_is_unused_has_a_deadline(place, mine):
    say(place, mine)
    since = place.clock.now()
    place.clock.advance(300)
    told = idle(place, mine)
    assert (told["since"], told["deadline"]) == (z(since), z(since + timedelta(days=4)))
    assert told["says"] == "Nobody uses it, and nothing works in it; after 4 days of that it is reclaimed."


def test_what_is_stopped_is_unused_and_what_starts_is_not(place, mine):
    with place.sessions.write() as session:
        session.get_one(Instance, mine).wanted = Wanted.STOPPED
        status = session.get_one(InstanceStatus, mine)
        status.phase, status.phase_since = Phase.STOPPED, place.clock.now()
    assert idle(place, mine)["since"] == z(place.clock.now())
    with place.sessions.write() as session:
        session.get_one(Instance, mine).wanted = Wanted.RUNNING
    assert idle(place, mine) == {
        "since": None,
        "deadline": None,
        "signals": [],
        "says": "It does not count as unused before it runs.",
    }
