"""Snapshots and archives of a workspace: made, verified, let go, and a volume only deleted beside a whole archive."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.domain.copied import (
    ARCHIVE,
    ARCHIVED,
    BACKUP,
    BEFORE,
    COPY,
    FACTS,
    GONE,
    KEPT,
    LONG_AGO,
    NO_VOLUME,
    NOW,
    RESTORED,
    SNAPSHOT,
    SPEC,
    VOLUME,
    in_state,
    step,
)
from visa.domain.instance import Doing, WorkspacePhase
from visa.domain.resources import VolumeState
from visa.domain.steps import (
    CreateBackup,
    CreateVolumeFrom,
    DeleteBackup,
    DeleteSnapshot,
    DeleteVolume,
    Finish,
    Rest,
    SnapshotVolume,
)


def test_a_wanted_snapshot_is_made_once_the_volume_is_free():
    wanted = replace(KEPT, snapshot=SNAPSHOT)
    attached = replace(VOLUME, state=VolumeState.IN_USE, attached_to="m1")
    assert step(wanted, FACTS, volume=attached) == Rest(WorkspacePhase.AVAILABLE)
    assert step(wanted, FACTS, volume=VOLUME) == SnapshotVolume("v1", SNAPSHOT, 0)
    assert step(wanted, FACTS, volume=VOLUME, snapshots=[COPY]) == Rest(WorkspacePhase.AVAILABLE)


def test_a_snapshot_that_failed_is_made_again():
    broken = in_state(COPY, VolumeState.ERROR)
    found = step(replace(KEPT, snapshot=SNAPSHOT), FACTS, volume=VOLUME, snapshots=[broken])
    assert found == DeleteSnapshot("s1", attempts=0)
    cleared = replace(FACTS, doing=Doing.DROP_COPY, doing_since=LONG_AGO)
    assert step(replace(KEPT, snapshot=SNAPSHOT), cleared, volume=VOLUME) == SnapshotVolume("v1", SNAPSHOT, 1)


def test_what_nobody_wants_is_let_go_only_beside_what_is_wanted():
    assert step(KEPT, FACTS, volume=VOLUME, snapshots=[COPY]) == DeleteSnapshot("s1", 0)
    assert step(KEPT, FACTS, volume=VOLUME, backups=[BACKUP]) == DeleteBackup("b2", 0)
    waits = step(replace(KEPT, snapshot=SNAPSHOT), FACTS, volume=VOLUME, backups=[BACKUP])
    assert isinstance(waits, SnapshotVolume)
    missing = replace(FACTS, missing_since=LONG_AGO)
    assert isinstance(step(KEPT, missing, backups=[BACKUP]), Rest)


def test_it_is_archived_step_by_step():
    assert step(ARCHIVED, FACTS, volume=VOLUME, snapshots=[COPY]) == DeleteSnapshot("s1", 0)
    assert step(ARCHIVED, FACTS, volume=VOLUME) == CreateBackup("v1", ARCHIVE, 0)
    under_way = step(ARCHIVED, FACTS, volume=VOLUME, backups=[in_state(BACKUP, VolumeState.CREATING)])
    assert isinstance(under_way, Rest)
    assert under_way.phase == WorkspacePhase.ARCHIVING
    gone = step(ARCHIVED, FACTS, volume=VOLUME, backups=[BACKUP])
    assert isinstance(gone, DeleteVolume)
    assert "b2" in gone.evidence
    there = step(ARCHIVED, NO_VOLUME, backups=[BACKUP])
    assert there == Rest(WorkspacePhase.ARCHIVED, forget=True)


@pytest.mark.parametrize(
    "backup",
    [
        in_state(BACKUP, VolumeState.ERROR),
        in_state(BACKUP, VolumeState.DELETING),
        replace(BACKUP, size_gib=19),
        replace(BACKUP, volume_ref="another"),
        BEFORE,
    ],
)
def test_a_volume_stays_beside_an_archive_that_is_not_whole(backup):
    assert not isinstance(step(ARCHIVED, FACTS, volume=VOLUME, backups=[backup]), DeleteVolume)


def test_nothing_is_archived_where_the_cloud_keeps_none():
    found = step(replace(ARCHIVED, archives=False), FACTS, volume=VOLUME)
    assert isinstance(found, Rest)
    assert found.code == "no_archives"


def test_an_archived_workspace_comes_back_from_its_archive_and_never_empty():
    assert step(RESTORED, NO_VOLUME, backups=[BACKUP]) == CreateVolumeFrom("b2", SPEC, 0)
    lost = step(RESTORED, replace(NO_VOLUME, missing_since=LONG_AGO))
    assert isinstance(lost, Rest)
    assert lost.code == "archive_missing"


def test_a_restore_that_failed_is_done_again_as_long_as_the_archive_is_there():
    broken = in_state(VOLUME, VolumeState.ERROR)
    restoring = replace(FACTS, phase=WorkspacePhase.BUILDING, doing=Doing.RESTORE, doing_since=LONG_AGO)
    assert isinstance(step(RESTORED, restoring, volume=broken, backups=[BACKUP]), DeleteVolume)
    assert not isinstance(step(RESTORED, restoring, volume=broken), DeleteVolume)
    was_there = replace(FACTS, doing=Doing.NOTHING)
    assert not isinstance(step(RESTORED, was_there, volume=broken, backups=[BACKUP]), DeleteVolume)


def test_a_restored_volume_that_vanished_later_is_not_replaced_by_older_files():
    found = step(RESTORED, replace(FACTS, missing_since=LONG_AGO), backups=[BACKUP])
    assert isinstance(found, Rest)
    assert found.code == "volume_missing"


def test_restored_before_its_volume_was_gone_it_is_just_there_again():
    assert step(RESTORED, FACTS, volume=VOLUME, backups=[BACKUP]) == Rest(WorkspacePhase.AVAILABLE)
    may_still_go = replace(FACTS, doing=Doing.DELETE, doing_since=NOW - timedelta(seconds=2))
    waits = step(RESTORED, may_still_go, volume=VOLUME, backups=[BACKUP])
    assert isinstance(waits, Rest)
    assert waits.phase == WorkspacePhase.RESTORING


def test_what_is_wanted_gone_goes_with_all_its_copies():
    assert step(GONE, FACTS, volume=VOLUME, snapshots=[COPY], backups=[BACKUP]) == DeleteSnapshot("s1", 0)
    assert step(GONE, FACTS, volume=VOLUME, backups=[BACKUP]) == DeleteVolume("v1", 0)
    assert step(GONE, NO_VOLUME, backups=[BACKUP, BEFORE]) == DeleteBackup("b2", 0)
    assert step(GONE, NO_VOLUME) == Finish()


def test_what_proves_that_no_machine_had_a_restored_volume_ends_before_one_can():
    restoring = replace(FACTS, phase=WorkspacePhase.RESTORING, doing=Doing.RESTORE, doing_since=LONG_AGO, attempts=9)
    copied = replace(RESTORED, snapshot=SNAPSHOT)
    for snapshots in ([], [in_state(COPY, VolumeState.CREATING)], [in_state(COPY, VolumeState.ERROR)]):
        found = step(copied, restoring, volume=VOLUME, snapshots=snapshots, backups=[BACKUP])
        assert isinstance(found, Rest)
        assert (found.phase, found.keep_doing) == (WorkspacePhase.AVAILABLE, False)
        assert found.look_at is not None


def test_a_restore_goes_on_after_the_cloud_was_too_busy_to_delete_what_it_left():
    """The answer ended the order; the phase still tells that no machine had the volume."""
    busy = replace(FACTS, phase=WorkspacePhase.RESTORING, doing=Doing.NOTHING, doing_since=LONG_AGO)
    broken = in_state(VOLUME, VolumeState.ERROR)
    assert isinstance(step(RESTORED, busy, volume=broken, backups=[BACKUP]), DeleteVolume)
    vanished = step(RESTORED, replace(busy, missing_since=LONG_AGO), backups=[BACKUP])
    assert isinstance(vanished, CreateVolumeFrom)


@pytest.mark.parametrize("phase", [WorkspacePhase.ARCHIVING, WorkspacePhase.ARCHIVED, WorkspacePhase.RESTORING])
def test_a_blank_volume_never_takes_the_place_of_files_whose_archive_nobody_named(phase):
    facts = replace(NO_VOLUME, phase=phase)
    for backups in ([], [BACKUP]):
        found = step(KEPT, facts, backups=backups)
        assert isinstance(found, Rest)
        assert (found.phase, found.code) == (phase, "volume_missing")
    assert isinstance(step(KEPT, replace(NO_VOLUME, phase=WorkspacePhase.NEW), snapshots=[COPY]), Rest)


def test_wanted_again_while_it_is_backed_up_no_machine_is_given_it_before_that_is_over():
    read = replace(VOLUME, state=VolumeState.IN_USE)
    facts = replace(FACTS, phase=WorkspacePhase.ARCHIVING, doing=Doing.BACKUP, doing_since=NOW - timedelta(seconds=9))
    waits = step(RESTORED, facts, volume=read, backups=[in_state(BACKUP, VolumeState.CREATING)])
    assert isinstance(waits, Rest)
    assert waits.phase == WorkspacePhase.ARCHIVING
    assert step(RESTORED, facts, volume=VOLUME, backups=[BACKUP]) == Rest(WorkspacePhase.AVAILABLE)
    for_ever = replace(facts, doing_since=NOW - timedelta(days=2))
    found = step(RESTORED, for_ever, volume=read, backups=[in_state(BACKUP, VolumeState.CREATING)])
    assert found.phase == WorkspacePhase.AVAILABLE


@pytest.mark.parametrize(
    ("intent", "snapshots", "backups", "code", "phase"),
    [
        (replace(KEPT, snapshot=SNAPSHOT), [in_state(COPY, VolumeState.ERROR)], [], "snapshot_failed", "available"),
        (ARCHIVED, [], [in_state(BACKUP, VolumeState.ERROR)], "archive_failed", "archiving"),
    ],
)
def test_a_copy_that_fails_again_and_again_is_told_and_tried_once_an_hour(intent, snapshots, backups, code, phase):
    facts = replace(FACTS, phase=phase, attempts=5, doing=Doing.DROP_COPY, doing_since=NOW - timedelta(minutes=20))
    told = step(intent, facts, volume=VOLUME, snapshots=snapshots, backups=backups)
    assert isinstance(told, Rest)
    assert (told.phase, told.code, told.keep_doing) == (phase, code, True)
    again = step(intent, replace(facts, doing_since=LONG_AGO), volume=VOLUME, snapshots=snapshots, backups=backups)
    assert isinstance(again, DeleteSnapshot | DeleteBackup)


def test_what_cannot_be_archived_can_be_used_as_before():
    for intent, backup in ((replace(ARCHIVED, archives=False), None), (ARCHIVED, replace(BACKUP, size_gib=19))):
        found = step(intent, FACTS, volume=VOLUME, backups=[backup] if backup else [])
        assert isinstance(found, Rest)
        assert found.phase != WorkspacePhase.FAILED


def test_copies_on_their_way_out_are_waited_for():
    for copies in (
        {"snapshots": [in_state(COPY, VolumeState.DELETING)]},
        {"backups": [in_state(BEFORE, VolumeState.DELETING)]},
    ):
        assert step(GONE, NO_VOLUME, **copies).phase == WorkspacePhase.DELETING
        assert step(KEPT, FACTS, volume=VOLUME, **copies) == Rest(WorkspacePhase.AVAILABLE)


def test_one_list_without_its_archive_does_not_end_a_workspace():
    copied = replace(GONE, copied=True)
    waits = step(copied, NO_VOLUME)
    assert isinstance(waits, Rest)
    assert waits.missing_since == NOW
    assert step(copied, replace(NO_VOLUME, missing_since=LONG_AGO)) == Finish()
