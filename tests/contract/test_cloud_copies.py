"""The obligations of the cloud port about copies: what a volume held is what comes back."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.contract.house import ANNA, House
from visa.domain.resources import Mark, Power, VolumeSpec, VolumeState
from visa.errors import Refused
from visa.ports.cloud import Cloud


def filled(house: House, word: str = "thesis") -> VolumeSpec:
    """A volume that holds something: what it was ordered by."""
    spec = house.volume_spec()
    house.put(house.until_volume(house.cloud.create_volume(spec).ref, VolumeState.AVAILABLE).ref, word)
    return spec


def ref_of(house: House, spec: VolumeSpec) -> str:
    """The one volume that carries its mark."""
    (ref,) = (seen.ref for seen in house.volumes().values() if seen.mark == spec.mark)
    return ref


def backup_mark(spec: VolumeSpec, number: int = 1) -> Mark:
    return Mark(spec.mark.deployment, "backup", f"{spec.mark.id}.{number}")


def backed_up(house: House, spec: VolumeSpec, number: int = 1) -> str:
    made = house.cloud.create_backup(ref_of(house, spec), backup_mark(spec, number))
    house.until_backup(made.ref, VolumeState.AVAILABLE)
    return made.ref


def removed(house: House, spec: VolumeSpec) -> None:
    ref = ref_of(house, spec)
    house.accepted(lambda: house.cloud.delete_volume(ref))
    house.until_gone(ref)


def test_a_cloud_says_whether_it_keeps_backups(house):
    assert house.cloud.archives() is True


def test_what_a_volume_held_comes_back_after_the_volume_is_gone(house):
    spec = filled(house)
    mark, origin = backup_mark(spec), ref_of(house, spec)
    made = house.cloud.create_backup(origin, mark)
    assert (made.mark, made.size_gib, made.volume_ref) == (mark, spec.size_gib, origin)
    seen = house.until_backup(made.ref, VolumeState.AVAILABLE)
    assert (seen.mark, seen.size_gib, seen.volume_ref, seen.fault) == (mark, spec.size_gib, origin, "")
    assert seen.created_at is not None
    again = house.cloud.create_backup(origin, mark)
    assert (again.ref, again.state) == (made.ref, VolumeState.AVAILABLE)
    removed(house, spec)
    assert house.backups()[made.ref].state is VolumeState.AVAILABLE

    back = house.cloud.create_volume_from(made.ref, spec)
    assert back.mark == spec.mark
    states = house.states_until(back.ref, VolumeState.AVAILABLE)
    assert states <= {VolumeState.CREATING, VolumeState.AVAILABLE}
    assert house.held(back.ref) == "thesis"
    assert house.cloud.create_volume_from(made.ref, spec).ref == back.ref
    assert ref_of(house, spec) == back.ref, "one volume, which still carries its mark"
    assert house.backups()[made.ref].state is VolumeState.AVAILABLE, "the backup stays"
    server = house.cloud.create_server(house.server_spec(back.ref))
    assert house.until_ready(server.ref).volume_refs == (back.ref,)


def test_a_backup_is_made_once_however_many_ask(house):
    spec = filled(house)
    origin, mark = ref_of(house, spec), backup_mark(spec)
    with ThreadPoolExecutor(4) as pool:
        orders = [pool.submit(house.accepted, lambda: house.cloud.create_backup(origin, mark)) for _ in range(4)]
    assert {order.result().ref for order in orders} == set(house.backups())
    assert len(house.backups()) == 1


def test_a_volume_that_a_server_has_is_not_backed_up(house):
    server = house.server()
    (volume,) = house.volumes().values()
    house.cloud.stop_server(server.ref)
    house.until_power(server.ref, Power.STOPPED)
    with pytest.raises(Refused) as refusal:
        house.cloud.create_backup(volume.ref, Mark(house.mine, "backup", f"{volume.mark.id}.1"))
    assert refusal.value.code == "in_use"
    assert house.backups() == {}


def test_a_volume_is_backed_up_after_its_snapshots_are_gone_with_all_that_was_written_since(house):
    spec = filled(house, "first")
    ref = ref_of(house, spec)
    snapshot = house.cloud.snapshot_volume(ref, Mark(house.mine, "snapshot", f"{spec.mark.id}.1"))
    house.until(lambda: house.snapshots()[snapshot.ref].state is VolumeState.AVAILABLE, "the snapshot")
    with pytest.raises(Refused) as refusal:
        house.cloud.create_backup(ref, backup_mark(spec, 2))
    assert refusal.value.code == "has_snapshots"
    house.cloud.delete_snapshot(snapshot.ref)
    house.until_gone(snapshot.ref)
    house.put(ref, "second")
    backup = house.accepted(lambda: house.cloud.create_backup(ref, backup_mark(spec, 2))).ref
    house.until_backup(backup, VolumeState.AVAILABLE)
    removed(house, spec)
    back = house.cloud.create_volume_from(backup, spec)
    house.until_volume(back.ref, VolumeState.AVAILABLE)
    assert house.held(back.ref) == "second"


def test_a_backup_is_only_for_its_workspace_and_for_a_volume_that_is_large_enough(house):
    spec = replace(filled(house), size_gib=house.volume_gib)
    backup = backed_up(house, spec)
    with pytest.raises(Refused) as refusal:
        house.cloud.create_volume_from(backup, house.volume_spec())
    assert refusal.value.code == "other_workspace"
    removed(house, spec)
    with pytest.raises(Refused) as refusal:
        house.cloud.create_volume_from(backup, replace(spec, size_gib=house.volume_gib - 1))
    assert refusal.value.code == "too_small"
    assert house.volumes() == {}
    house.cloud.delete_backup(backup)
    house.until_gone(backup)
    with pytest.raises(Refused) as refusal:
        house.cloud.create_volume_from(backup, spec)
    assert refusal.value.code == "gone"


def test_copies_of_what_is_not_there_are_refused_and_deleting_them_succeeds(house):
    spec = VolumeSpec(Mark(house.mine, "volume", "1"), house.volume_gib, ANNA)
    for order in (
        lambda cloud: cloud.create_backup("never-made", Mark(house.mine, "backup", "1.1")),
        lambda cloud: cloud.create_volume_from("never-made", spec),
    ):
        with pytest.raises(Refused) as refusal:
            order(house.cloud)
        assert refusal.value.code == "gone"
    house.cloud.delete_backup("never-made")
    assert (house.volumes(), house.backups()) == ({}, {})


def test_the_backups_of_another_deployment_are_not_shown(house):
    theirs = house.another(house.theirs)
    spec = house.volume_spec(deployment=house.theirs)
    volume = theirs.create_volume(spec)
    house.until(lambda: theirs.survey().volumes[0].state is VolumeState.AVAILABLE, "their volume")
    made = theirs.create_backup(volume.ref, backup_mark(spec))
    assert house.backups() == {}
    house.until(lambda: is_available(theirs), "their backup")
    assert [seen.ref for seen in theirs.survey().backups] == [made.ref]


def is_available(cloud: Cloud) -> bool:
    return [seen.state for seen in cloud.survey().backups] == [VolumeState.AVAILABLE]
