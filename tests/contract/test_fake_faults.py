"""The fault switches of the fake cloud do what they say: tests of services stand on them."""

from contextlib import suppress

import pytest

from visa.domain.resources import Account, Mark, Power, ServerSpec, Survey, VolumeSpec, VolumeState
from visa.errors import Busy, Fault, Refused
from visa.testing.clock import FrozenClock, counting_ids
from visa.testing.cloud import FakeCloud
from visa.testing.faults import Crash, Trouble, When

ANNA = Account("anna", 6101, 6101)
VOLUME = VolumeSpec(Mark("mine", "volume", "1"), 1, ANNA)


@pytest.fixture
def clock():
    return FrozenClock()


@pytest.fixture
def cloud(clock):
    return FakeCloud("mine", clock, counting_ids())


def server(cloud, number="1"):
    volume = cloud.create_volume(VolumeSpec(Mark("mine", "volume", number), 1, ANNA))
    cloud.survey()
    return cloud.create_server(
        ServerSpec(Mark("mine", "server", number), "x", "plain", 1, 64, volume.ref, ANNA, (), "us")
    )


def test_a_fault_before_leaves_nothing_and_after_leaves_the_thing(cloud):
    cloud.faults.before("create_volume", Busy("Not now.", retry_after_s=3))
    with pytest.raises(Busy):
        cloud.create_volume(VOLUME)
    assert cloud.survey().volumes == ()
    cloud.faults.after("create_volume", Fault("The answer was lost."))
    with pytest.raises(Fault):
        cloud.create_volume(VOLUME)
    assert [seen.mark for seen in cloud.survey().volumes] == [VOLUME.mark]
    assert (cloud.calls["create_volume"], cloud.made[VOLUME.mark]) == (2, 1)


def test_the_nth_call_from_now_fails_and_so_many_after_it(cloud):
    cloud.survey()
    cloud.faults.before("survey", Fault("Broken."), nth=2, times=2)
    cloud.survey()
    for _ in range(2):
        with pytest.raises(Fault):
            cloud.survey()
    cloud.survey()


def test_a_crash_passes_every_boundary_that_catches_exceptions(cloud):
    cloud.faults.after("create_volume", Crash())
    with pytest.raises(Crash), suppress(Exception):  # a careful caller's boundary
        cloud.create_volume(VOLUME)
    assert len(cloud.survey().volumes) == 1


def test_a_late_call_takes_effect_when_nobody_waits_any_more(cloud, clock):
    cloud.faults.late("create_volume", 30)
    with pytest.raises(Fault):
        cloud.create_volume(VOLUME)
    clock.advance(29)
    assert cloud.survey().volumes == ()
    clock.advance(1)
    assert len(cloud.survey().volumes) == 1


def test_a_late_call_that_was_repeated_meanwhile_makes_no_second_thing(cloud, clock):
    cloud.faults.late("create_volume", 30)
    with pytest.raises(Fault):
        cloud.create_volume(VOLUME)
    cloud.create_volume(VOLUME)
    clock.advance(60)
    assert len(cloud.survey().volumes) == 1


def test_an_operation_that_does_not_exist_cannot_fail(cloud):
    with pytest.raises(ValueError, match="create_volum"):
        cloud.faults.before("create_volum", Fault("x"))


def test_faults_can_be_chosen_call_by_call(cloud):
    cloud.faults.chooser = lambda operation, count: Trouble(When.BEFORE, Fault(operation)) if count % 2 else None
    with pytest.raises(Fault):
        cloud.survey()
    assert cloud.survey() == Survey((), (), ())
    cloud.faults.clear()
    cloud.survey()


def test_surveys_can_be_empty_or_miss_one(cloud):
    first, second = server(cloud, "1"), server(cloud, "2")
    cloud.empty_surveys = 1
    assert cloud.survey().servers == ()
    cloud.hide(first.ref, surveys=1)
    assert [seen.ref for seen in cloud.survey().servers] == [second.ref]
    assert [seen.ref for seen in cloud.survey().servers] == [first.ref, second.ref]


def test_servers_fail_to_build_break_stop_and_get_lost(cloud):
    cloud.fail_builds = 1
    made = server(cloud)
    assert cloud.survey().servers[0].power is Power.ERROR
    cloud.start_server(made.ref, ())
    assert cloud.survey().servers[0].desktop_ready
    cloud.power_off(made.ref)
    assert cloud.survey().servers[0].power is Power.STOPPED
    cloud.break_server(made.ref, "Disk on fire.")
    assert cloud.survey().servers[0].fault == "Disk on fire."
    cloud.lose_server(made.ref)
    survey = cloud.survey()
    assert survey.servers == ()
    assert survey.volumes[0].state is VolumeState.AVAILABLE


def test_a_volume_can_be_stuck_and_nothing_is_built_on_it(cloud, clock):
    volume = cloud.create_volume(VOLUME)
    cloud.stick(volume.ref)
    clock.advance(days=1)
    assert cloud.survey().volumes[0].state is VolumeState.CREATING
    with pytest.raises(Busy):
        server(cloud)


def test_things_take_their_time(cloud, clock):
    cloud.pace.build_s, cloud.pace.desktop_s, cloud.pace.surveys = 10, 5, 0
    server(cloud)
    assert cloud.survey().servers[0].power is Power.BUILDING
    clock.advance(10)
    assert (cloud.survey().servers[0].power, cloud.survey().servers[0].desktop_ready) == (Power.ACTIVE, False)
    clock.advance(5)
    assert cloud.survey().servers[0].desktop_ready


def test_each_passing_state_can_be_shown_by_some_surveys(cloud):
    cloud.pace.surveys = 2
    cloud.create_volume(VOLUME)
    states = [cloud.survey().volumes[0].state for _ in range(3)]
    assert states == [VolumeState.CREATING, VolumeState.CREATING, VolumeState.AVAILABLE]


def test_what_nobody_ordered_can_be_planted(cloud):
    cloud.plant_server(Mark("mine", "server", "leak"))
    cloud.plant_volume(Mark("mine", "volume", "leak"))
    cloud.plant_server(Mark("theirs", "server", "1"))
    survey = cloud.survey()
    assert [seen.mark.id for seen in survey.servers] == ["leak"]
    assert [seen.mark.id for seen in survey.volumes] == ["leak"]
    with pytest.raises(Refused):
        cloud.stop_server("nobody")
