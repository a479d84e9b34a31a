"""The obligations of `visa.ports.cloud.Cloud`, asked of every adapter in the same words."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from visa.domain.resources import Mark, Power, VolumeState
from visa.errors import Refused


def test_an_empty_cloud_shows_nothing(house):
    survey = house.cloud.survey()
    assert (survey.servers, survey.volumes, survey.snapshots) == ((), (), ())


def test_a_volume_carries_its_whole_mark_and_becomes_available(house):
    spec = house.volume_spec()
    made = house.cloud.create_volume(spec)
    assert made.mark == spec.mark
    seen = house.until_volume(made.ref, VolumeState.AVAILABLE)
    assert (seen.mark, seen.size_gib, seen.attached_to) == (spec.mark, spec.size_gib, None)


def test_a_volume_asked_for_twice_is_made_once(house):
    spec = house.volume_spec()
    first, second = house.cloud.create_volume(spec), house.cloud.create_volume(spec)
    assert first.ref == second.ref
    assert list(house.volumes()) == [first.ref]


def test_a_server_becomes_active_with_a_desktop_that_is_ready(house):
    volume = house.volume()
    spec = house.server_spec(volume.ref)
    made = house.cloud.create_server(spec)
    assert made.mark == spec.mark
    assert made.power in (Power.BUILDING, Power.ACTIVE)
    seen = house.until_ready(made.ref)
    assert (seen.mark, seen.power, seen.volume_refs) == (spec.mark, Power.ACTIVE, (volume.ref,))
    assert seen.address is not None
    assert seen.address.startswith(("unix:/", "tcp:"))


def test_a_volume_says_which_server_it_is_attached_to(house):
    server = house.server()
    (volume,) = house.volumes().values()
    assert (volume.state, volume.attached_to) == (VolumeState.IN_USE, server.ref)


def test_a_server_asked_for_twice_is_made_once(house):
    spec = house.server_spec(house.volume().ref)
    first = house.cloud.create_server(spec)
    house.until_ready(first.ref)
    second = house.cloud.create_server(spec)
    assert (second.ref, second.power) == (first.ref, Power.ACTIVE)
    assert list(house.servers()) == [first.ref]


def test_many_at_the_same_time_asking_for_one_server_get_the_same_one(house):
    spec = house.server_spec(house.volume().ref)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: house.accepted(lambda: house.cloud.create_server(spec)).ref, range(8)))
    assert set(made) == set(house.servers())
    assert len(set(made)) == 1


def test_many_at_the_same_time_asking_for_one_volume_get_the_same_one(house):
    spec = house.volume_spec()
    with ThreadPoolExecutor(8) as pool:
        made = {seen.ref for seen in pool.map(lambda _: house.cloud.create_volume(spec), range(8))}
    assert made == set(house.volumes())


def test_of_two_servers_that_want_one_volume_only_one_gets_it(house):
    volume = house.volume()
    specs = [house.server_spec(volume.ref) for _ in range(4)]

    def create(spec):
        try:
            return house.accepted(lambda: house.cloud.create_server(spec)).ref
        except Refused as refusal:
            return refusal.code

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(create, specs))
    (server,) = house.servers()
    assert sorted([server, *["volume_in_use"] * 3]) == answers


def test_a_server_without_its_volume_is_refused(house):
    with pytest.raises(Refused) as refusal:
        house.cloud.create_server(house.server_spec("never-made"))
    assert refusal.value.code == "gone"
    assert house.servers() == {}


def test_a_volume_is_not_deleted_while_it_is_attached(house):
    server = house.server()
    (volume,) = house.volumes()
    with pytest.raises(Refused) as refusal:
        house.cloud.delete_volume(volume)
    assert refusal.value.code == "in_use"
    house.cloud.stop_server(server.ref)
    house.until_power(server.ref, Power.STOPPED)
    with pytest.raises(Refused):
        house.cloud.delete_volume(volume)
    assert volume in house.volumes()


def test_deleting_a_server_keeps_its_volume(house):
    server = house.server()
    (volume,) = house.volumes()
    house.cloud.delete_server(server.ref)
    house.until_gone(server.ref)
    assert house.until_volume(volume, VolumeState.AVAILABLE).attached_to is None


def test_a_volume_serves_the_next_server(house):
    server = house.server()
    (volume,) = house.volumes()
    house.cloud.delete_server(server.ref)
    house.until_gone(server.ref)
    other = house.cloud.create_server(house.server_spec(volume))
    assert house.until_ready(other.ref).volume_refs == (volume,)


def test_a_server_that_is_deleted_while_it_starts_is_gone(house):
    made = house.cloud.create_server(house.server_spec(house.volume().ref))
    house.cloud.delete_server(made.ref)
    house.until_gone(made.ref)
    assert house.servers() == {}


def test_a_server_whose_mark_is_still_being_deleted_is_made_anew_in_the_end(house):
    spec = house.server_spec(house.volume().ref)
    first = house.cloud.create_server(spec)
    house.cloud.delete_server(first.ref)

    made = house.accepted(lambda: house.cloud.create_server(spec))
    assert made.power is not Power.DELETING
    house.until(lambda: list(house.servers()) == [made.ref], "only the new one")


@pytest.mark.parametrize("act", ["start_server", "reboot_server"])
def test_a_server_that_is_being_deleted_is_not_brought_back(house, act):
    server = house.server()
    house.cloud.delete_server(server.ref)
    with pytest.raises(Refused) as refusal:
        getattr(house.cloud, act)(server.ref, ())
    assert refusal.value.code == "gone"
    house.until_gone(server.ref)


def test_a_deleted_volume_is_gone(house):
    volume = house.volume()
    house.cloud.delete_volume(volume.ref)
    house.until_gone(volume.ref)


def test_deleting_what_is_not_there_succeeds(house):
    server = house.server()
    house.cloud.delete_server(server.ref)
    house.until_gone(server.ref)
    house.cloud.delete_server(server.ref)
    house.cloud.delete_server("never-made")
    house.cloud.delete_volume("never-made")
    house.cloud.delete_snapshot("never-made")
    house.cloud.delete_port("never-made")


@pytest.mark.parametrize(
    "act",
    [
        lambda cloud: cloud.start_server("never-made", ()),
        lambda cloud: cloud.stop_server("never-made"),
        lambda cloud: cloud.reboot_server("never-made", ()),
        lambda cloud: cloud.detach_volume("never-made", "never-made"),
        lambda cloud: cloud.console("never-made"),
        lambda cloud: cloud.snapshot_volume("never-made", Mark("mine", "snapshot", "1")),
    ],
    ids=["start", "stop", "reboot", "detach", "console", "snapshot"],
)
def test_what_is_not_there_is_refused_as_gone(house, act):
    with pytest.raises(Refused) as refusal:
        act(house.cloud)
    assert refusal.value.code == "gone"


def test_a_snapshot_becomes_available_and_is_made_once(house):
    volume = house.volume()
    mark = Mark(house.mine, "snapshot", "s1")
    made = house.cloud.snapshot_volume(volume.ref, mark)
    assert house.cloud.snapshot_volume(volume.ref, mark).ref == made.ref
    house.until(lambda: house.snapshots()[made.ref].state is VolumeState.AVAILABLE, "the snapshot")
    seen = house.snapshots()[made.ref]
    assert (seen.mark, seen.volume_ref) == (mark, volume.ref)
    assert seen.created_at is not None


def test_a_volume_is_not_deleted_before_its_snapshots(house):
    volume = house.volume()
    made = house.cloud.snapshot_volume(volume.ref, Mark(house.mine, "snapshot", "s1"))
    house.until(lambda: house.snapshots()[made.ref].state is VolumeState.AVAILABLE, "the snapshot")
    with pytest.raises(Refused) as refusal:
        house.cloud.delete_volume(volume.ref)
    assert refusal.value.code == "has_snapshots"
    assert volume.ref in house.volumes()
    house.cloud.delete_snapshot(made.ref)
    house.until_gone(made.ref)
    house.cloud.delete_volume(volume.ref)
    house.until_gone(volume.ref)


def test_a_volume_that_a_server_has_is_not_copied(house):
    server = house.server()
    (volume,) = house.volumes()
    house.cloud.stop_server(server.ref)
    house.until_power(server.ref, Power.STOPPED)
    with pytest.raises(Refused) as refusal:
        house.cloud.snapshot_volume(volume, Mark(house.mine, "snapshot", "s1"))
    assert refusal.value.code == "in_use"
    assert house.snapshots() == {}


def test_another_deployment_is_neither_shown_nor_disturbed(house):
    theirs = house.another(house.theirs)
    volume = theirs.create_volume(house.volume_spec(deployment=house.theirs))
    house.until(lambda: theirs.survey().volumes[0].state is VolumeState.AVAILABLE, "their volume")
    server = theirs.create_server(house.server_spec(volume.ref, deployment=house.theirs))
    mine = house.server()
    assert list(house.servers()) == [mine.ref]
    assert volume.ref not in house.volumes()
    assert [seen.ref for seen in theirs.survey().servers] == [server.ref]


def test_the_same_id_in_two_deployments_is_two_things(house):
    theirs = house.another(house.theirs)
    spec = house.volume_spec()
    mine = house.cloud.create_volume(spec)
    other = theirs.create_volume(type(spec)(Mark(house.theirs, "volume", spec.mark.id), spec.size_gib, spec.owner))
    assert mine.ref != other.ref


def test_a_second_process_sees_the_same(house):
    server = house.server()
    other = house.another(house.mine)
    assert [(seen.ref, seen.desktop_ready) for seen in other.survey().servers] == [(server.ref, True)]


def test_limits_that_do_not_hold_are_explained(house):
    enforcement = house.cloud.enforcement()
    assert (enforcement.memory and enforcement.cpu) or enforcement.note


def test_a_detached_volume_is_free_while_its_server_is_still_there(house):
    server = house.server()
    (volume,) = house.volumes()
    house.cloud.stop_server(server.ref)
    house.until_power(server.ref, Power.STOPPED)
    house.accepted(lambda: house.cloud.detach_volume(server.ref, volume))
    assert house.until_volume(volume, VolumeState.AVAILABLE).attached_to is None
    assert house.servers()[server.ref].volume_refs == ()
    house.cloud.detach_volume(server.ref, volume)
    assert house.volumes()[volume].state is VolumeState.AVAILABLE


def test_a_server_that_gave_its_volume_away_can_still_be_deleted(house):
    server = house.server()
    (volume,) = house.volumes()
    house.cloud.stop_server(server.ref)
    house.until_power(server.ref, Power.STOPPED)
    house.accepted(lambda: house.cloud.detach_volume(server.ref, volume))
    house.until_volume(volume, VolumeState.AVAILABLE)
    house.cloud.delete_server(server.ref)
    house.until_gone(server.ref)
    assert house.volumes()[volume].state is VolumeState.AVAILABLE


def test_ports_belong_to_machines_that_are_listed(house):
    server = house.server()
    assert {port.server_ref for port in house.cloud.ports()} <= {server.ref}


def test_the_console_is_text(house):
    assert isinstance(house.cloud.console(house.server().ref), str)


def test_offers_hold_what_machines_are_made_from(house):
    offers = house.cloud.offers()
    assert len({image.ref for image in offers.images}) == len(offers.images)
    assert len({flavour.ref for flavour in offers.flavours}) == len(offers.flavours)


def test_usage_never_exceeds_nothing(house):
    usage = house.cloud.usage()
    assert usage is None or min(usage.instances.used, usage.volumes.used, usage.volume_gib.used) >= 0
