"""What the fake cloud's copies hold, and its switches for them: tests of services stand on them."""

import pytest

from visa.domain.resources import Account, Mark, VolumeSpec, VolumeState
from visa.errors import Busy, Refused
from visa.testing.clock import FrozenClock, counting_ids
from visa.testing.cloud import FakeCloud

ANNA = Account("anna", 6101, 6101)
BACKUP = Mark("mine", "backup", "1.1")
VOLUME = VolumeSpec(Mark("mine", "volume", "1"), 1, ANNA)


@pytest.fixture
def clock():
    return FrozenClock()


@pytest.fixture
def cloud(clock):
    return FakeCloud("mine", clock, counting_ids())


@pytest.fixture
def volume(cloud):
    made = cloud.create_volume(VOLUME)
    cloud.survey()
    cloud.contents[made.ref] = "thesis"
    return made.ref


def test_what_a_volume_held_comes_back_from_its_backup(cloud, volume):
    backup = cloud.create_backup(volume, BACKUP)
    cloud.survey()
    cloud.contents[volume] = "written later"
    cloud.delete_volume(volume)
    cloud.survey()
    again = cloud.create_volume_from(backup.ref, VOLUME)
    (seen,) = cloud.survey().volumes
    assert (seen.ref, seen.state) == (again.ref, VolumeState.AVAILABLE)
    assert cloud.contents == {backup.ref: "thesis", again.ref: "thesis"}


def test_a_snapshot_holds_what_the_volume_held_then(cloud, volume):
    snapshot = cloud.snapshot_volume(volume, Mark("mine", "snapshot", "1.1"))
    cloud.contents[volume] = "written later"
    assert cloud.contents[snapshot.ref] == "thesis"


def test_a_snapshot_is_not_deleted_while_it_is_made(cloud, clock, volume):
    cloud.pace.snapshot_s = 5
    snapshot = cloud.snapshot_volume(volume, Mark("mine", "snapshot", "1.1"))
    with pytest.raises(Busy):
        cloud.delete_snapshot(snapshot.ref)
    clock.advance(seconds=5)
    cloud.delete_snapshot(snapshot.ref)
    assert cloud.survey().snapshots == ()


def test_a_backup_takes_its_time_and_the_volume_is_not_free_meanwhile(cloud, clock, volume):
    cloud.pace.backup_s = 30
    backup = cloud.create_backup(volume, BACKUP)
    survey = cloud.survey()
    assert [seen.state for seen in (*survey.backups, *survey.volumes)] == [VolumeState.CREATING, VolumeState.IN_USE]
    for call in (lambda: cloud.delete_volume(volume), lambda: cloud.delete_backup(backup.ref)):
        with pytest.raises(Busy):
            call()
    clock.advance(seconds=30)
    survey = cloud.survey()
    assert {seen.state for seen in (*survey.backups, *survey.volumes)} == {VolumeState.AVAILABLE}


def test_a_volume_being_filled_is_empty_until_it_is_available(cloud, clock, volume):
    backup = cloud.create_backup(volume, BACKUP)
    cloud.survey()
    cloud.delete_volume(volume)
    cloud.survey()
    cloud.pace.backup_s = 30
    again = cloud.create_volume_from(backup.ref, VOLUME)
    assert again.ref not in cloud.contents
    with pytest.raises(Busy):
        cloud.delete_backup(backup.ref)
    clock.advance(seconds=30)
    cloud.survey()
    assert cloud.contents[again.ref] == "thesis"


def test_copies_can_be_made_to_fail(cloud, volume):
    cloud.fail_copies(backups=1, restores=1)
    cloud.create_backup(volume, BACKUP)
    (broken,) = cloud.survey().backups
    assert (broken.state, broken.fault) == (VolumeState.ERROR, "No space left on device.")
    cloud.delete_backup(broken.ref)
    backup = cloud.create_backup(volume, BACKUP)
    cloud.survey()
    cloud.delete_volume(volume)
    cloud.survey()
    again = cloud.create_volume_from(backup.ref, VOLUME)
    (seen,) = cloud.survey().volumes
    assert (seen.state, seen.fault) == (VolumeState.ERROR, "The backup could not be read.")
    cloud.delete_volume(again.ref)
    assert [seen.state for seen in cloud.survey().backups] == [VolumeState.AVAILABLE]


def test_a_copy_can_be_broken(cloud, volume):
    snapshot = cloud.snapshot_volume(volume, Mark("mine", "snapshot", "1.1"))
    cloud.break_copy(snapshot.ref)
    assert [seen.state for seen in cloud.survey().snapshots] == [VolumeState.ERROR]


def test_nothing_comes_back_from_a_backup_that_is_not_whole(cloud, clock, volume):
    cloud.pace.backup_s = 30
    backup = cloud.create_backup(volume, BACKUP)
    other = VolumeSpec(Mark("mine", "volume", "2"), 1, ANNA)
    with pytest.raises(Refused) as refusal:
        cloud.create_volume_from(backup.ref, other)
    assert refusal.value.code == "other_workspace"
    cloud._machines.ground.by_mark.pop(VOLUME.mark)  # the volume, as it were, is lost in the middle of it
    with pytest.raises(Busy) as busy:
        cloud.create_volume_from(backup.ref, VOLUME)
    assert busy.value.code == "backup_not_ready"
    cloud.break_copy(backup.ref)
    with pytest.raises(Refused) as refusal:
        cloud.create_volume_from(backup.ref, VOLUME)
    assert refusal.value.code == "broken"


def test_a_cloud_may_keep_no_backups(cloud, volume):
    cloud.keep_backups(keeps=False)
    assert not cloud.archives()
    with pytest.raises(Refused) as refusal:
        cloud.create_backup(volume, BACKUP)
    assert refusal.value.code == "unsupported"


def test_a_neighbour_does_not_see_our_backups(cloud, clock, volume):
    cloud.create_backup(volume, BACKUP)
    assert FakeCloud("theirs", clock, counting_ids("theirs"), neighbour=cloud).survey().backups == ()
