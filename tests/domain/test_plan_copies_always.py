"""Whatever is seen of a workspace and recorded of it: its files are never let go without need."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.domain.copied import ARCHIVE, BACKUP, COPY, NOW, OLD, SNAPSHOT, SPEC, VOLUME, step
from visa.domain.instance import Doing, Facts, Kept, WorkspacePhase
from visa.domain.resources import VolumeState
from visa.domain.steps import (
    CreateVolume,
    CreateVolumeFrom,
    DeleteBackup,
    DeleteVolume,
    Finish,
    Rest,
)
from visa.domain.workspace import WorkspaceIntent


def never_given(facts: Facts) -> bool:
    return facts.doing in {Doing.RESTORE, Doing.DELETE} or facts.phase == WorkspacePhase.RESTORING


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
            assert whole[0].size_gib == volume.size_gib or never_given(before)
            assert not occupied
            assert not snapshots, "an archive beside snapshots is not trusted"
        else:
            assert volume.attached_to is None
            beside = wanted is Kept.ARCHIVED and whole[0].size_gib == volume.size_gib and not snapshots
            assert beside or never_given(before), "a volume in error that people worked on was deleted"
    if isinstance(found, CreateVolume):
        assert archive is None, "an empty volume in the place of an archived one"
        assert before.ref is None
        assert not snapshots + backups, "an empty volume in the place of one that there are copies of"
        assert before.phase in {WorkspacePhase.NEW, WorkspacePhase.BUILDING, WorkspacePhase.FAILED}
    if isinstance(found, CreateVolumeFrom):
        assert whole, "restored from what is no whole archive"
        assert before.ref is None or never_given(before), "older files in place of newer ones"
    if isinstance(found, Rest) and found.phase == WorkspacePhase.AVAILABLE and found.keep_doing:
        assert wanted is Kept.ARCHIVED or before.doing not in {Doing.RESTORE, Doing.DELETE}, "it proves no more"
    if isinstance(found, DeleteBackup) and wanted is not Kept.GONE:
        (dropped,) = (one for one in backups if one.ref == found.ref)
        if volume is None:
            assert whole, "the last copy was let go"
        elif dropped.mark == archive:
            assert (dropped.state, volume.state) == (VolumeState.ERROR, VolumeState.AVAILABLE)
    if isinstance(found, Finish):
        assert (volume, snapshots, backups) == (None, [], [])
        assert wanted is Kept.GONE
