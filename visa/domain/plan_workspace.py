"""The next step of a workspace: its volume and the copies of it that are wanted.

The rules that keep its files:
1. a volume is made empty once, and never anew when it is missing or when there ever was an archive;
2. a volume is deleted when its owner or the end of its time wants it gone, when its archive was seen whole in the same
   list, or when it is one that a restore failed to fill, whose archive is there;
3. a copy is deleted only when nobody wants it, and then only beside what it was made for.
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from visa.domain.holdings import Holdings, named, others
from visa.domain.instance import Doing, Facts, Kept, WorkspacePhase
from visa.domain.pace import Limits, missing, paced, soon
from visa.domain.plan_archive import NO_ARCHIVE, archive, is_source
from visa.domain.resources import VolumeSeen, VolumeState, belongs_to
from visa.domain.steps import (
    CreateVolume,
    CreateVolumeFrom,
    DeleteSnapshot,
    DeleteVolume,
    Finish,
    Rest,
    SnapshotVolume,
    Step,
)
from visa.domain.workspace import (
    Case,
    WorkspaceIntent,
    again,
    drop,
    failed,
    never_given,
    told,
    tried,
    unreachable,
    wait,
)

_BACK = "Its files come back from the archive. This may take a while."
ON_ITS_WAY = {
    WorkspacePhase.NEW: "The workspace is being made.",
    WorkspacePhase.BUILDING: "The workspace is being made.",
    WorkspacePhase.ARCHIVING: _BACK,
    WorkspacePhase.ARCHIVED: _BACK,
    WorkspacePhase.RESTORING: _BACK,
}
"""What an instance says while it waits for its workspace."""
_GONE = "Its volume was not found in the cloud. Support was told."
_NO_SNAPSHOT = "No snapshot of it could be made yet. It is tried on."
_NOT_BACK = "It could not be filled from the archive, which is kept."
_LEFT = "A copy of it that nobody needs any more could not be deleted yet."
_NEVER_FILLED = frozenset({WorkspacePhase.NEW, WorkspacePhase.BUILDING, WorkspacePhase.FAILED})


def plan_workspace(intent: WorkspaceIntent, facts: Facts, seen: Holdings, now: datetime, limits: Limits) -> Step:
    """Exactly one step for one workspace."""
    if facts.phase == WorkspacePhase.GONE:
        return Rest(WorkspacePhase.GONE)
    tries = facts.attempts if intent.revision == facts.seen_revision else 0
    if seen.volume is None and facts.ref is not None and (absent := missing(facts, now, limits)):
        return absent
    case = Case(intent, facts, seen, now, limits, tries)
    match intent.wanted:
        case Kept.KEPT:
            step = _keep(case, seen.volume) if seen.volume else _make(case)
        case Kept.ARCHIVED:
            step = archive(case)
        case Kept.GONE:
            step = _remove(case)
        case _ as never:
            assert_never(never)
    return paced(step, facts, now, limits, tries=tries)


def _keep(case: Case, volume: VolumeSeen) -> Step:
    deleting = case.ordered(Doing.DELETE)
    match volume.state:
        case VolumeState.AVAILABLE | VolumeState.IN_USE:
            if deleting and not case.overdue(case.limits.settle_s):
                return wait(case, WorkspacePhase.RESTORING)  # an order to delete it may still take effect
            if _being_read(case, volume):
                return wait(case, WorkspacePhase.ARCHIVING)  # no machine is given it before that is over
            return _there(case, volume)
        case VolumeState.CREATING:
            restored = never_given(case)
            patience = case.limits.restore_timeout_s if restored else case.limits.build_timeout_s
            if case.overdue(patience):
                return failed(case, "volume_stuck", "Making its volume takes too long. Support has to look.")
            return wait(case, WorkspacePhase.RESTORING if restored else WorkspacePhase.BUILDING)
        case VolumeState.DELETING if deleting and case.intent.archive is not None:
            return wait(case, WorkspacePhase.RESTORING)
        case VolumeState.ERROR if _not_restored(case, volume):
            act = DeleteVolume(volume.ref, case.tries + deleting, _NOT_BACK)
            return tried(case, act, WorkspacePhase.RESTORING, "restore_failed", _NOT_BACK)
        case VolumeState.ERROR | VolumeState.DELETING:
            words = f" The cloud says: {volume.fault}" if volume.fault else ""
            return failed(case, "volume_error", f"Its volume is in state {volume.state}.{words}")
        case _ as never:
            assert_never(never)


def _being_read(case: Case, volume: VolumeSeen) -> bool:
    """Whether a backup of it is being made; for one that never ends no machine is made to wait."""
    begun = (one for one in case.seen.backups if one.state is VolumeState.CREATING)
    patience = case.limits.restore_timeout_s
    return volume.attached_to is None and any(not case.overdue(patience, one.created_at) for one in begun)


def _not_restored(case: Case, volume: VolumeSeen) -> bool:
    """Whether this volume was never more than a try to fill it from an archive that is there, whole."""
    backup = named(case.seen.backups, case.intent.archive)
    return volume.attached_to is None and backup is not None and is_source(backup, volume) and never_given(case)


def _make(case: Case) -> Step:
    """There is no volume: it is made, or comes from the archive, or was lost."""
    facts = case.facts
    if facts.ref is not None and not never_given(case):
        return failed(case, "volume_missing", _GONE)
    if case.intent.archive is not None:
        return _restore(case)
    if facts.phase not in _NEVER_FILLED or facts.ref is not None or case.seen.snapshots or case.seen.backups:
        phase = WorkspacePhase(facts.phase)  # it stays, for it tells that there were files
        return told(case, phase, "volume_missing", _GONE)
    if case.tries >= case.limits.max_attempts:
        return failed(case, facts.code or "failed", facts.message or "It could not be made.")
    return CreateVolume(case.intent.spec, attempts=case.tries)


def _restore(case: Case) -> Step:
    backup, spec = named(case.seen.backups, case.intent.archive), case.intent.spec
    if backup is None:
        return missing(case.facts, case.now, case.limits) or unreachable(case, "archive_missing", NO_ARCHIVE)
    if backup.state is VolumeState.CREATING:
        return wait(case, WorkspacePhase.RESTORING)
    if backup.state is not VolumeState.AVAILABLE or not belongs_to(backup.mark, spec.mark):
        return unreachable(case, "archive_broken", f"Its archive is in state {backup.state}. {backup.fault}".strip())
    vanished = case.facts.ref is not None and case.ordered(Doing.RESTORE)
    size_gib = max(spec.size_gib, backup.size_gib)
    act = CreateVolumeFrom(backup.ref, replace(spec, size_gib=size_gib), attempts=again(case) + vanished)
    return tried(case, act, WorkspacePhase.RESTORING, "restore_failed", _NOT_BACK)


def _there(case: Case, volume: VolumeSeen) -> Step:
    """It can be used. That is recorded before anything else is ordered: from then on it may hold what no copy does."""
    step = _copies(case, volume)
    made = case.ordered(Doing.CREATE, Doing.RESTORE, Doing.DELETE) or case.facts.phase != WorkspacePhase.AVAILABLE
    if not made:
        return step
    return Rest(WorkspacePhase.AVAILABLE, None if step == Rest(WorkspacePhase.AVAILABLE) else soon(case.now))


def _copies(case: Case, volume: VolumeSeen) -> Step:
    """The volume is there: the wanted snapshot is made while no machine has it, and what nobody wants is let go."""
    free, wanted = volume.state is VolumeState.AVAILABLE, case.intent.snapshot
    if wanted is not None:
        if not free:
            return Rest(WorkspacePhase.AVAILABLE)
        if step := _snapshot(case, SnapshotVolume(volume.ref, wanted, attempts=again(case))):
            return step
    unwanted = drop(case, others(case.seen.snapshots, wanted)) if free else None
    if act := unwanted or drop(case, others(case.seen.backups, case.intent.archive)):
        return tried(case, act, WorkspacePhase.AVAILABLE, "copy_left", _LEFT)
    return Rest(WorkspacePhase.AVAILABLE)


def _snapshot(case: Case, make: SnapshotVolume) -> Step | None:
    """Towards a whole snapshot with this mark; None once it is there."""
    available = WorkspacePhase.AVAILABLE
    snapshot = named(case.seen.snapshots, make.mark)
    if snapshot is None:
        return tried(case, make, available, "snapshot_failed", _NO_SNAPSHOT)
    match snapshot.state:
        case VolumeState.AVAILABLE:
            return None
        case VolumeState.ERROR:
            act = DeleteSnapshot(snapshot.ref, attempts=case.tries + case.ordered(Doing.DROP_COPY))
            return tried(case, act, available, "snapshot_failed", _NO_SNAPSHOT)
        case VolumeState.CREATING | VolumeState.DELETING | VolumeState.IN_USE:
            if case.overdue(case.limits.build_timeout_s, snapshot.created_at):
                return told(case, available, "snapshot_stuck", "Making its snapshot takes too long.")
            return wait(case, available)
        case _ as never:
            assert_never(never)


def _remove(case: Case) -> Step:
    """Everything goes, copies of the volume first where they need it. It is never given up, only tried more slowly."""
    volume, deleting = case.seen.volume, WorkspacePhase.DELETING
    busy = {VolumeState.IN_USE, VolumeState.DELETING}
    if volume is not None and (case.intent.occupied or volume.state in busy):
        return wait(case, deleting)
    if volume is None and case.facts.ref is not None:  # or a list without it would look like a catastrophe
        return Rest(deleting, soon(case.now), forget=True)
    if case.seen.snapshots:
        return drop(case, case.seen.snapshots) or wait(case, deleting)
    if volume is not None:
        in_vain = volume.state is VolumeState.ERROR and case.ordered(Doing.DELETE)
        return DeleteVolume(volume.ref, attempts=case.tries + in_vain)
    if case.seen.backups:
        return drop(case, case.seen.backups) or wait(case, deleting)
    absent = missing(case.facts, case.now, case.limits) if case.intent.copied else None
    return absent or Finish()
