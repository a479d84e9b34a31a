"""Who has more than they may have: which machines are too much, since when, and when that is over."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from tests.services.limiting import Place, limited
from visa.domain.idle import Signal
from visa.domain.instance import Phase
from visa.services import idleness, instances
from visa.services.over_quota import over_quota
from visa.store.tables import Activity, InstanceStatus, RoleGrant
from visa.testing.builders import ADA, BOB


@pytest.fixture
def place(sessions, seeded, clock) -> Place:
    """Ada is staff for a week, and has as many as staff may have."""
    with sessions.write() as session:
        grant = {"id": "g1", "person_id": ADA, "role": "staff", "source": "admin", "granted_by": "test"}
        session.add(RoleGrant(**grant, granted_at=clock.now(), ends_at=clock.now() + timedelta(days=7)))
    return limited(sessions, seeded, clock)


def over(place: Place, **known) -> dict:
    with place.sessions.read() as session:
        return over_quota(session, place.seeded.policy, known, now=place.clock.now())


def used(place: Place, instance_id: str) -> None:
    with place.sessions.write() as session:
        session.add(Activity(instance_id=instance_id, kind="input", at=place.clock.now()))


def test_when_a_role_ends_the_longest_unused_ones_are_too_much(place):
    made = []
    for _ in range(4):
        made.append(place.ask(ADA))
        place.clock.advance(60)
    place.ask(BOB)
    used(place, made[0])
    assert over(place) == {}
    place.clock.advance(8 * 86400)
    assert over(place) == dict.fromkeys(made[1:3], place.clock.now())


def test_since_when_is_kept_until_it_fits_again(place):
    made = [place.ask(ADA) for _ in range(3)]
    place.clock.advance(8 * 86400)
    first = over(place)
    since = place.clock.now()
    assert first == {made[0]: since}
    place.clock.advance(86400)
    assert over(place, **first) == first
    with place.sessions.write() as session:
        instances.delete(session, place.seeded.desk(session, ADA, place.clock.now()), made[2])
    assert over(place, **first) == {}


def test_a_long_list_of_modest_people_costs_no_more_queries(place, sessions):
    for who in place.people:
        place.ask(who)
    said: list[str] = []
    event.listen(sessions.engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    assert over(place) == {}
    assert sum(statement.startswith("SELECT") for statement in said) == 1


def test_what_works_inside_is_no_longest_unused_one(place):
    made = []
    for _ in range(3):
        made.append(place.ask(ADA))
        place.clock.advance(60)
    place.clock.advance(8 * 86400)
    with place.sessions.write() as session:
        session.get_one(InstanceStatus, made[0]).phase = Phase.RUNNING
        idleness.record(session, place.seeded.policy, made[0], Signal.LOAD, value=1, now=place.clock.now())
    assert list(over(place)) == [made[1]]
