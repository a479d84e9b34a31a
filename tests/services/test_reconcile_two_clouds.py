"""The loop over two clouds: each has its own rows, and what goes wrong in one is nothing to the other."""

import pytest

from tests.services.two_clouds import MINE, THEIRS, TwoClouds, open_two
from visa.domain.instance import Phase
from visa.errors import Busy, Fault
from visa.services.reconcile import anything_due, run_pass
from visa.testing.builders import ADA, BOB, OTHER_CLOUD
from visa.testing.crowd import add_settled


@pytest.fixture
def two(sessions, seeded, clock, work) -> TwoClouds:
    return open_two(sessions, seeded, clock, work)


def marks(cloud) -> set[str]:
    return {server.mark.id for server in cloud.survey().servers}


def test_an_instance_runs_in_the_cloud_of_its_image_and_nowhere_else(two):
    mine, theirs = two.one_each()
    assert (marks(two.main), marks(two.other)) == ({mine}, {theirs})
    assert [volume.mark.id for volume in two.main.survey().volumes] == [two.workspace_of(mine)]
    assert [(volume.mark.id, volume.size_gib) for volume in two.other.survey().volumes] == [
        (two.workspace_of(theirs), 30)
    ]


def test_a_pass_lists_one_cloud_once_and_touches_no_row_of_the_other(two):
    theirs = two.create(THEIRS)
    report = run_pass(two.here)
    assert (report.seen, report.claimed) == (0, 0)
    assert (two.main.calls, two.other.calls) == ({"survey": 1}, {})
    assert two.phase(theirs) == Phase.NEW


def test_only_the_cloud_in_which_something_is_due_is_asked(two):
    two.create(THEIRS)
    with two.sessions.read() as session:
        due = {name: anything_due(session, name, two.clock.now()) for name in ("main", OTHER_CLOUD)}
    assert due == {"main": False, OTHER_CLOUD: True}


@pytest.mark.parametrize(
    "trouble",
    [Busy("Slow down.", retry_after_s=5), Fault("The cloud is away.")],
    ids=lambda trouble: type(trouble).__name__,
)
def test_a_cloud_that_cannot_be_listed_blinds_its_own_rows_only(two, trouble):
    mine, theirs = two.one_each()
    two.delete(mine)
    two.delete(theirs)
    two.other.faults.before("survey", trouble, times=20)
    late = two.create(MINE, who=BOB)
    reports = two.passes(20)
    assert all(there.blind and not here.blind for here, there in reports)
    assert (two.phase(mine), two.phase(late), two.phase(theirs)) == (Phase.GONE, Phase.RUNNING, Phase.RUNNING)
    two.passes(20)
    assert two.phase(theirs) == Phase.GONE
    assert (marks(two.main), marks(two.other)) == ({late}, set())


def test_a_cloud_that_lists_nothing_is_doubted_while_the_other_is_believed(two):
    mine, theirs = two.one_each()
    two.other.empty_surveys = 20
    two.main.lose_server(two.status(mine).ref)
    reports = two.passes(20)
    assert all("missing" in there.alert for _, there in reports)
    assert not any(here.alert for here, _ in reports[3:])
    assert two.main.made.total() == 3, "the machine that was lost here is made anew here"
    assert (two.phase(mine), two.phase(theirs)) == (Phase.RUNNING, Phase.RUNNING)
    assert two.other.made.total() == 2


def test_the_share_that_is_missing_is_counted_in_each_cloud_alone(two):
    """Four of five missing here are a minority of all, and still reason enough to conclude nothing."""
    with two.sessions.write() as session:
        add_settled(session, two.main, owner_id=ADA, count=5, now=two.clock.now())
        add_settled(session, two.other, owner_id=ADA, count=20, now=two.clock.now(), name=OTHER_CLOUD)
    for server in two.main.survey().servers[:4]:
        two.main.hide(server.ref, surveys=100)
    reports = two.passes(10)
    assert {here.alert for here, _ in reports} == {
        "4 of 5 machines and 0 of 5 volumes are missing from the cloud's list."
    }
    assert not any(there.alert or there.claimed for _, there in reports)
    assert not two.main.calls["create_server"]


def test_orders_go_to_the_machine_of_the_right_cloud_although_both_have_the_same_ref(two):
    mine, theirs = two.one_each()
    two.delete(mine)
    two.passes(20)
    assert (two.phase(mine), two.phase(theirs)) == (Phase.GONE, Phase.RUNNING)
    assert (marks(two.main), marks(two.other)) == (set(), {theirs})
    assert not {"stop_server", "detach_volume", "delete_server"} & set(two.other.calls)


def test_a_failing_order_in_one_cloud_is_no_ones_business_in_the_other(two):
    two.other.faults.before("create_volume", Fault("No."), times=4)
    mine, theirs = two.create(MINE), two.create(THEIRS)
    two.passes(10)
    assert (two.phase(mine), two.phase(theirs)) == (Phase.RUNNING, Phase.NEW)
    two.passes(40, step_s=5)
    assert two.phase(theirs) == Phase.RUNNING


def test_a_restored_workspace_is_taken_up_in_its_cloud(two):
    _, theirs = two.one_each()
    volume = two.other.survey().volumes[0].ref
    two.delete(theirs)
    two.passes(20)
    again = two.create(THEIRS, workspace_id=two.workspace_of(theirs))
    two.passes(20)
    assert two.phase(again) == Phase.RUNNING
    (server,) = two.other.survey().servers
    assert server.volume_refs == (volume,)
    assert [seen.ref for seen in two.other.survey().volumes] == [volume]
