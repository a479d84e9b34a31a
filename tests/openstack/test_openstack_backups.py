"""Backups by the real Cinder: lost answers, damage, and what else is done with a volume meanwhile."""

from pathlib import Path

import pytest

from tests.openstack.flaky import KINDS, Flaky, like
from tests.openstack.ground import FOLDER, held, put
from visa.adapters.cloud.openstack.connect import Service
from visa.domain.resources import Mark, VolumeState
from visa.errors import Busy, CloudError, Refused


@pytest.fixture
def spec(house):
    """What the one volume was ordered by; it holds a word."""
    made = house.volume_spec()
    put(house.until_volume(house.cloud.create_volume(made).ref, VolumeState.AVAILABLE).ref, "thesis")
    return made


@pytest.fixture
def mark(spec):
    return Mark(spec.mark.deployment, "backup", f"{spec.mark.id}.1")


@pytest.fixture
def volume(house, spec):
    (seen,) = house.volumes().values()
    return seen


def test_lost_answers_never_make_a_second_backup_or_a_second_volume(house, ground, spec, mark, volume):
    flaky = Flaky()
    dropped = ground.cloud(house.mine, transport=flaky)
    flaky.spoil(like(r"POST .*/backups$"), KINDS["time-out after"])
    with pytest.raises(CloudError):
        dropped.create_backup(volume.ref, mark)
    again = ground.cloud(house.mine).create_backup(volume.ref, mark)  # as the next scheduler asks
    assert [row["id"] for row in ground.backups(house.mine)] == [again.ref]
    house.until_backup(again.ref, VolumeState.AVAILABLE)
    house.cloud.delete_volume(volume.ref)
    house.until_gone(volume.ref)

    flaky.spoil(like(r"POST .*/volumes$"), KINDS["reset after"])
    with pytest.raises(CloudError):
        dropped.create_volume_from(again.ref, spec)
    back = ground.cloud(house.mine).create_volume_from(again.ref, spec)
    house.until_volume(back.ref, VolumeState.AVAILABLE)
    assert ground.cloud(house.mine).create_volume_from(again.ref, spec).ref == back.ref
    assert [row["id"] for row in ground.volumes(house.mine)] == [back.ref]
    assert held(back.ref) == "thesis"
    assert flaky.left == 0


def test_a_damaged_backup_makes_no_volume_that_could_be_used(house, ground, spec, mark, volume):
    backup = house.cloud.create_backup(volume.ref, mark).ref
    house.until_backup(backup, VolumeState.AVAILABLE)
    house.cloud.delete_volume(volume.ref)
    house.until_gone(volume.ref)
    for path in stored(backup):
        path.write_bytes(b"\xff" * path.stat().st_size)
    broken = house.cloud.create_volume_from(backup, spec)
    states = house.states_until(broken.ref, VolumeState.ERROR)
    assert states <= {VolumeState.CREATING, VolumeState.ERROR}
    assert house.volumes()[broken.ref].fault
    house.cloud.delete_volume(broken.ref)
    house.until_gone(broken.ref)
    house.accepted(lambda: house.cloud.delete_backup(backup))
    house.until_gone(backup)


def stored(backup: str) -> list[Path]:
    """The files with the content of a backup."""
    return [path for path in (FOLDER / "fake/backups").rglob(f"*{backup}-0*") if path.is_file()]


def test_a_volume_that_is_backed_up_is_left_in_peace(house, ground, volume):
    ground.reset_volume(volume.ref, "backing-up")
    server = house.server_spec(volume.ref)
    for order in (
        lambda: house.cloud.create_server(server),
        lambda: house.cloud.delete_volume(volume.ref),
        lambda: house.cloud.snapshot_volume(volume.ref, Mark(house.mine, "snapshot", "1.1")),
        lambda: house.cloud.create_backup(volume.ref, Mark(house.mine, "backup", "1.1")),
    ):
        with pytest.raises(Busy):
            order()
    seen = house.volumes()[volume.ref]
    assert (seen.state, seen.attached_to) == (VolumeState.IN_USE, None)
    ground.reset_volume(volume.ref, "available")
    assert ground.backups(house.mine) == []
    assert ground.servers(house.mine) == []


def test_a_snapshot_in_a_passing_state_is_deleted_later(house, ground, volume):
    snapshot = house.cloud.snapshot_volume(volume.ref, Mark(house.mine, "snapshot", "1.1")).ref
    house.accepted(lambda: house.cloud.delete_snapshot(snapshot))
    house.until_gone(snapshot)
    house.cloud.delete_volume(volume.ref)


def test_a_backup_in_a_passing_state_is_not_deleted_and_one_in_error_fills_nothing(house, ground, spec, mark, volume):
    backup = house.cloud.create_backup(volume.ref, mark).ref
    with pytest.raises(Busy):
        house.cloud.delete_backup(backup)
    house.until_backup(backup, VolumeState.AVAILABLE)
    house.cloud.delete_volume(volume.ref)
    house.until_gone(volume.ref)
    ground.reset_backup(backup, "error")
    (seen,) = house.backups().values()
    assert (seen.state, bool(seen.fault)) == (VolumeState.ERROR, True)
    with pytest.raises(Refused) as refusal:
        house.cloud.create_volume_from(backup, spec)
    assert refusal.value.code == "broken"
    assert house.volumes() == {}
    house.cloud.delete_backup(backup)
    house.until_gone(backup)


def test_a_quota_of_backups_that_is_used_up_is_said(house, ground, mark, volume):
    with ground.quota(Service.VOLUME, backups=ground.backups_in_use()), pytest.raises(Refused) as refusal:
        house.cloud.create_backup(volume.ref, mark)
    assert refusal.value.code == "quota"
    assert ground.backups(house.mine) == []
    assert house.volumes()[volume.ref].state is VolumeState.AVAILABLE


def test_without_the_setting_nothing_is_asked_of_the_backup_service(house, ground, mark, volume):
    flaky = Flaky()
    cloud = ground.cloud(house.mine, transport=flaky, backups=False)
    assert not cloud.archives()
    with pytest.raises(Refused) as refusal:
        cloud.create_backup(volume.ref, mark)
    assert refusal.value.code == "unsupported"
    assert flaky.made == []
    assert cloud.survey().backups == ()
