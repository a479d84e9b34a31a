"""Requests and admissions at the same moment exceed no limit, on both databases, however many schedulers run."""

import pytest

from tests.services.limiting import at_once, limited
from visa.errors import Forbidden
from visa.testing.builders import ADA

CROWD = 8


def test_one_person_asking_in_many_windows_gets_no_more_than_allowed(sessions, seeded, clock):
    place = limited(sessions, seeded, clock, clouds={"main": {"instances": 1}})

    def ask(_: int) -> bool:
        try:
            return bool(place.ask(ADA))
        except Forbidden:
            return False

    assert sum(map(bool, at_once(CROWD, ask))) == 2
    assert (place.holding(), len(place.line())) == (1, 1)


@pytest.mark.parametrize("limits", [{"experiment": {"instances": 3}}, {"clouds": {"main": {"vcpus": 3}}}])
def test_many_people_asking_at_once_share_no_more_than_there_is(sessions, seeded, clock, limits):
    place = limited(sessions, seeded, clock, people=CROWD, **limits)
    at_once(CROWD, lambda number: place.ask(place.people[number]))
    assert (place.holding(), len(place.line())) == (3, CROWD - 3)


@pytest.mark.parametrize("limits", [{"experiment": {"instances": 3}}, {"clouds": {"main": {"instances": 3}}}])
def test_several_schedulers_let_in_no_more_than_there_is_while_people_ask(sessions, seeded, clock, limits):
    place = limited(sessions, seeded, clock, people=2 * CROWD, **limits)
    first = [place.ask(who) for who in place.people[:CROWD]]
    for holds in first[:3]:
        place.leave(holds)
    at_once(CROWD, lambda number: place.admit() if number % 2 else place.ask(place.people[CROWD + number]))
    while place.admit().admitted:
        pass
    assert place.holding() == 3
    assert len(place.line()) == CROWD - 3 + CROWD // 2 - 3
