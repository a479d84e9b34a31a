"""Snapshots and archives of a workspace: made, verified, let go, and a volume only deleted beside a whole archive."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visa.domain.holdings import Holdings
from visa.domain.instance import Doing, Facts, Kept, WorkspacePhase
from visa.domain.pace import Limits
from visa.domain.plan_workspace import WorkspaceIntent, plan_workspace
from visa.domain.resources import Account, BackupSeen, Mark, SnapshotSeen, VolumeSeen, VolumeSpec, VolumeState
from visa.domain.steps import (
    CreateBackup,
    CreateVolume,
    CreateVolumeFrom,
    DeleteBackup,
    DeleteSnapshot,
    DeleteVolume,
    Finish,
    Rest,
    SnapshotVolume,
)

NOW = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)
LIMITS = Limits(
    absence_s=2,
    empty_absence_s=600,
    settle_s=5,
    build_timeout_s=600,
    stable_s=60,
    max_attempts=5,
    backoff_s=2,
    max_backoff_s=300,
)
SPEC = VolumeSpec(Mark("test", "volume", "w1"), 20, Account("ada", 10001, 10001))
SNAPSHOT, ARCHIVE, OLD = (Mark("test", kind, f"w1.{n}") for kind, n in (("snapshot", 1), ("backup", 2), ("backup", 1)))
KEPT = WorkspaceIntent(Kept.KEPT, 1, SPEC, occupied=False)
ARCHIVED = replace(KEPT, wanted=Kept.ARCHIVED, archive=ARCHIVE)
RESTORED = replace(KEPT, archive=ARCHIVE)
GONE = replace(ARCHIVED, wanted=Kept.GONE)
FACTS = Facts(phase=WorkspacePhase.AVAILABLE, ref="v1", seen_revision=1)
NO_VOLUME = replace(FACTS, phase=WorkspacePhase.ARCHIVED, ref=None)
VOLUME = VolumeSeen(SPEC.mark, "v1", VolumeState.AVAILABLE, 20)
COPY = SnapshotSeen(SNAPSHOT, "s1", "v1", VolumeState.AVAILABLE)
BACKUP = BackupSeen(ARCHIVE, "b2", VolumeState.AVAILABLE, 20, "v1", NOW)
BEFORE = replace(BACKUP, mark=OLD, ref="b1")


def step(intent: WorkspaceIntent, facts: Facts, *, volume=None, snapshots=(), backups=()):
    return plan_workspace(intent, facts, Holdings(volume, tuple(snapshots), tuple(backups)), NOW, LIMITS)


def in_state(copy, state: VolumeState):
    return replace(copy, state=state)


def test_a_wanted_snapshot_is_made_once_the_volume_is_free():
    wanted = replace(KEPT, snapshot=SNAPSHOT)
    attached = replace(VOLUME, state=VolumeState.IN_USE, attached_to="m1")
    assert step(wanted, FACTS, volume=attached) == Rest(WorkspacePhase.AVAILABLE)
    assert step(wanted, FACTS, volume=VOLUME) == SnapshotVolume("v1", SNAPSHOT, 0)
    assert step(wanted, FACTS, volume=VOLUME, snapshots=[COPY]) == Rest(WorkspacePhase.AVAILABLE)


def test_a_snapshot_that_failed_is_made_again():
    broken = in_state(COPY, VolumeState.ERROR)
    found = step(replace(KEPT, snapshot=SNAPSHOT), FACTS, volume=VOLUME, snapshots=[broken])
    assert found == DeleteSnapshot("s1", attempts=1)


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


states = st.sampled_from(list(VolumeState))
moments = st.none() | st.integers(0, 5000).map(lambda seconds: NOW - timedelta(seconds=seconds))
volumes = st.none() | st.builds(
    replace, st.just(VOLUME), state=states, attached_to=st.none() | st.just("m1"), size_gib=st.sampled_from([20, 30])
)
snapshots = st.lists(st.builds(replace, st.just(COPY), state=states), max_size=1)
backups = st.lists(
    st.builds(
        replace,
        st.just(BACKUP),
        state=states,
        mark=st.sampled_from([ARCHIVE, OLD]),
        size_gib=st.sampled_from([20, 30]),
        volume_ref=st.sampled_from([None, "v1", "v0"]),
    ),
    max_size=2,
    unique_by=lambda one: one.mark,
).map(lambda some: [replace(one, ref=one.mark.id) for one in some])


@given(
    wanted=st.sampled_from(list(Kept)),
    occupied=st.booleans(),
    snapshot=st.none() | st.just(SNAPSHOT),
    archive=st.none() | st.just(ARCHIVE),
    volume=volumes,
    snapshots=snapshots,
    backups=backups,
    phase=st.sampled_from(list(WorkspacePhase)),
    ref=st.none() | st.just("v1"),
    doing=st.sampled_from(list(Doing)),
    doing_since=moments,
    missing_since=moments,
    attempts=st.integers(0, 50),
)
def test_whatever_is_seen_the_files_are_never_let_go(
    wanted, occupied, snapshot, archive, volume, snapshots, backups, **facts
):
    intent = WorkspaceIntent(wanted, 1, SPEC, occupied, snapshot, archive)
    before = Facts(seen_revision=1, **facts)
    found = step(intent, before, volume=volume, snapshots=snapshots, backups=backups)
    whole = [one for one in backups if one.mark == archive and one.state is VolumeState.AVAILABLE]
    if isinstance(found, DeleteVolume) and wanted is not Kept.GONE:
        assert whole, "a volume went without a whole archive"
        if volume.state is VolumeState.AVAILABLE:
            assert wanted is Kept.ARCHIVED
            assert whole[0].size_gib == volume.size_gib
            assert not occupied
            assert not snapshots, "an archive beside snapshots is not trusted"
        else:
            assert before.doing in {Doing.RESTORE, Doing.DELETE}, "a volume in error that people worked on was deleted"
    if isinstance(found, CreateVolume):
        assert archive is None, "an empty volume in the place of an archived one"
        assert before.ref is None
    if isinstance(found, CreateVolumeFrom):
        assert whole, "restored from what is no whole archive"
        assert before.ref is None or before.doing in {Doing.RESTORE, Doing.DELETE}, "older files in place of newer ones"
    if isinstance(found, DeleteBackup) and wanted is not Kept.GONE:
        (dropped,) = (one for one in backups if one.ref == found.ref)
        if volume is None:
            assert whole, "the last copy was let go"
        elif dropped.mark == archive:
            assert (dropped.state, volume.state) == (VolumeState.ERROR, VolumeState.AVAILABLE)
    if isinstance(found, Finish):
        assert (volume, snapshots, backups) == (None, [], [])
        assert wanted is Kept.GONE
