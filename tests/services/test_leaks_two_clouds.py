"""Leaks in two clouds: what has a row in one is none there, and nothing is concluded about the other."""

from datetime import timedelta

import pytest

from tests.services.two_clouds import TwoClouds, open_two
from visa.domain.leaks import Rules
from visa.domain.resources import Mark, Power
from visa.errors import CloudError, Fault
from visa.services import leaks
from visa.testing.builders import OTHER_CLOUD

RULES = Rules(timedelta(minutes=15), delete_servers=True, max_share=1)


@pytest.fixture
def two(sessions, seeded, clock, work) -> TwoClouds:
    return open_two(sessions, seeded, clock, work)


def look(two: TwoClouds, times: int = 10) -> list[tuple[leaks.LeakReport, leaks.LeakReport]]:
    reports = []
    for _ in range(times):
        two.clock.advance(6 * 60)
        reports.append((leaks.look(two.here, RULES), leaks.look(two.there, RULES)))
    return reports


def remembered(two: TwoClouds) -> set[tuple[str, str, str]]:
    with two.sessions.read() as session:
        return {(leak.cloud, leak.kind, leak.ref) for leak in leaks.list_all(session)}


def test_what_has_a_row_in_its_own_cloud_is_no_leak(two):
    two.one_each()
    assert set(look(two)) == {(leaks.LeakReport(), leaks.LeakReport())}
    assert remembered(two) == set()


def test_leaks_with_the_same_ref_are_two_and_each_is_ended_in_its_own_cloud(two):
    made = two.one_each()
    refs = {cloud.plant_server(Mark("test", "server", "nobodys")).ref for cloud in (two.main, two.other)}
    assert len(refs) == 1
    look(two, 1)
    assert remembered(two) == {(cloud, "server", refs.copy().pop()) for cloud in ("main", OTHER_CLOUD)}
    look(two)
    left = [[server.mark.id for server in cloud.survey().servers] for cloud in (two.main, two.other)]
    assert left == [[made[0]], [made[1]]]
    assert remembered(two) == set()


def test_a_machine_of_another_clouds_instance_is_reported_and_never_ended(two):
    """Two entries of the settings may name one project: then each lists what is the other's."""
    mine, theirs = two.one_each()
    stray = two.main.plant_server(Mark("test", "server", theirs)).ref
    assert {(here.servers, here.cured, there.servers) for here, there in look(two)} == {(1, 0, 0)}
    assert {server.mark.id: server.power for server in two.main.survey().servers} == {
        mine: Power.ACTIVE,
        theirs: Power.ACTIVE,
    }
    assert remembered(two) == {("main", "server", stray)}


def test_a_cloud_that_cannot_be_listed_keeps_its_leaks_while_the_other_is_looked_at(two):
    two.one_each()
    stray = [cloud.plant_server(Mark("test", "server", "nobodys")).ref for cloud in (two.main, two.other)]
    look(two, 1)
    two.other.faults.before("survey", Fault("The cloud is away."), times=10)
    for _ in range(10):
        two.clock.advance(6 * 60)
        leaks.look(two.here, RULES)
        with pytest.raises(CloudError):
            leaks.look(two.there, RULES)
    assert remembered(two) == {(OTHER_CLOUD, "server", stray[1])}
    assert len(two.main.survey().servers) == 1
    assert not {"stop_server", "delete_server"} & set(two.other.calls)


def test_what_is_missing_in_one_cloud_is_no_reason_to_doubt_the_other(two):
    two.one_each()
    two.main.plant_server(Mark("test", "server", "nobodys"))
    two.other.empty_surveys = 1
    ((here, there),) = look(two, 1)
    assert (here.servers, here.alert) == (1, "")
    assert "lacks" in there.alert
