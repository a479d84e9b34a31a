"""The next step of a workspace: its volume and the copies of it that are wanted.

The rules that keep its files:
1. a volume is made empty once, and never anew when it is missing or when an archive is wanted;
2. a volume is deleted when its owner or the end of its time wants it gone, when its archive was seen whole in the same
   list, or when it is one that a restore failed to fill, whose archive is there;
3. a copy is deleted only when nobody wants it, and then only beside what it was made for.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from visa.domain.holdings import Holdings, named, others
from visa.domain.instance import Doing, Facts, Kept, WorkspacePhase
from visa.domain.pace import SLOW_S, Limits, after, later, missing, older, paced, soon, still
from visa.domain.resources import BackupSeen, Mark, VolumeSeen, VolumeSpec, VolumeState, belongs_to
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
    Step,
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
_NO_ARCHIVE = "Its archive was not found in the cloud. Nothing is made in its place. Support was told."


@dataclass(frozen=True)
class WorkspaceIntent:
    """What is wanted of one workspace. `occupied`: an instance that is not gone yet uses it.

    `snapshot` and `archive` are the marks of the copies that are wanted. While an archive is, the volume comes from it
    should there be none. `archives`: this cloud keeps backups.
    """

    wanted: Kept
    revision: int
    spec: VolumeSpec
    occupied: bool
    snapshot: Mark | None = None
    archive: Mark | None = None
    archives: bool = True


@dataclass(frozen=True)
class _Case:
    """Everything that a decision may look at. `tries` counts failed tries at what is wanted now."""

    intent: WorkspaceIntent
    facts: Facts
    seen: Holdings
    now: datetime
    limits: Limits
    tries: int

    def ordered(self, *doing: Doing) -> bool:
        return self.facts.doing in doing


def plan_workspace(intent: WorkspaceIntent, facts: Facts, seen: Holdings, now: datetime, limits: Limits) -> Step:
    """Exactly one step for one workspace."""
    if facts.phase == WorkspacePhase.GONE:
        return Rest(WorkspacePhase.GONE)
    tries = facts.attempts if intent.revision == facts.seen_revision else 0
    if seen.volume is None and facts.ref is not None and (wait := missing(facts, now, limits)):
        return wait
    case = _Case(intent, facts, seen, now, limits, tries)
    match intent.wanted:
        case Kept.KEPT:
            step = _keep(case)
        case Kept.ARCHIVED:
            step = _archive(case)
        case Kept.GONE:
            step = _remove(case)
        case _ as never:
            assert_never(never)
    return paced(step, facts, now, limits, tries=tries)


def _keep(case: _Case) -> Step:
    volume = case.seen.volume
    if volume is None:
        return _make(case)
    deleting = case.ordered(Doing.DELETE)
    match volume.state:
        case VolumeState.AVAILABLE | VolumeState.IN_USE:
            if deleting and not older(case.facts.doing_since, case.now, case.limits.settle_s):
                return _wait(case, WorkspacePhase.RESTORING)  # an order to delete it may still take effect
            return _copies(case, volume)
        case VolumeState.CREATING:
            restored = case.ordered(Doing.RESTORE)
            patience = case.limits.restore_timeout_s if restored else case.limits.build_timeout_s
            if older(case.facts.doing_since, case.now, patience):
                return _failed(case, "volume_stuck", "Making its volume takes too long. Support has to look.")
            return _wait(case, WorkspacePhase.RESTORING if restored else WorkspacePhase.BUILDING)
        case VolumeState.DELETING if deleting and case.intent.archive is not None:
            return _wait(case, WorkspacePhase.RESTORING)
        case VolumeState.ERROR | VolumeState.DELETING:
            if volume.state is VolumeState.ERROR and _not_restored(case, volume):
                return DeleteVolume(
                    volume.ref, case.tries + 1, "It could not be filled from the archive, which is kept."
                )
            words = f" The cloud says: {volume.fault}" if volume.fault else ""
            return _failed(case, "volume_error", f"Its volume is in state {volume.state}.{words}")
        case _ as never:
            assert_never(never)


def _make(case: _Case) -> Step:
    """There is no volume: it is made, or comes from the archive, or was lost."""
    lost = case.facts.ref is not None and not case.ordered(Doing.RESTORE, Doing.DELETE)
    if case.intent.archive is None or lost:
        if case.facts.ref is not None:
            return _failed(case, "volume_missing", _GONE)
        if case.tries >= case.limits.max_attempts:
            return _failed(case, case.facts.code or "failed", case.facts.message or "It could not be made.")
        return CreateVolume(case.intent.spec, attempts=case.tries)
    backup = named(case.seen.backups, case.intent.archive)
    if backup is None:
        return missing(case.facts, case.now, case.limits) or _failed(case, "archive_missing", _NO_ARCHIVE)
    if backup.state is VolumeState.AVAILABLE:
        return CreateVolumeFrom(backup.ref, case.intent.spec, attempts=case.tries)
    if backup.state is VolumeState.CREATING:
        return _wait(case, WorkspacePhase.RESTORING)
    return _failed(case, "archive_broken", f"Its archive is in state {backup.state}. {backup.fault}".strip())


def _not_restored(case: _Case, volume: VolumeSeen) -> bool:
    """Whether this volume was never more than a try to fill it from an archive that is there, whole.

    One that was ever seen available is not: that ends the order by which it was made.
    """
    backup = named(case.seen.backups, case.intent.archive)
    whole = backup is not None and backup.state is VolumeState.AVAILABLE
    return whole and volume.attached_to is None and case.ordered(Doing.RESTORE, Doing.DELETE)


def _copies(case: _Case, volume: VolumeSeen) -> Step:
    """The volume is there: the wanted snapshot is made while no machine has it, and what nobody wants is let go."""
    free = volume.state is VolumeState.AVAILABLE
    wanted = case.intent.snapshot
    if wanted is not None:
        if not free:
            return Rest(WorkspacePhase.AVAILABLE)
        snapshot = named(case.seen.snapshots, wanted)
        if snapshot is None:
            return SnapshotVolume(volume.ref, wanted, attempts=case.tries)
        if snapshot.state is VolumeState.ERROR:
            return DeleteSnapshot(snapshot.ref, attempts=case.tries + 1)
        if snapshot.state is not VolumeState.AVAILABLE:
            return _wait(case, WorkspacePhase.AVAILABLE)
    if free and (unwanted := others(case.seen.snapshots, wanted)):
        return DeleteSnapshot(unwanted[0].ref, attempts=case.tries)
    if backups := others(case.seen.backups, case.intent.archive):
        return DeleteBackup(backups[0].ref, attempts=case.tries)
    return Rest(WorkspacePhase.AVAILABLE)


def _archive(case: _Case) -> Step:
    """The files go into a backup, which is seen whole before the volume goes."""
    if not case.intent.archives or case.intent.archive is None:
        return _failed(case, "no_archives", "Its cloud keeps no archives; the volume is kept.")
    volume = case.seen.volume
    backup = named(case.seen.backups, case.intent.archive)
    if volume is None:
        return _archived(case)
    if case.intent.occupied or volume.attached_to is not None:
        return _wait(case, WorkspacePhase.ARCHIVING)
    match volume.state:
        case VolumeState.AVAILABLE:
            return _into_archive(case, volume, case.intent.archive)
        case VolumeState.CREATING | VolumeState.DELETING | VolumeState.IN_USE:
            return _wait(case, WorkspacePhase.ARCHIVING)
        case VolumeState.ERROR if case.ordered(Doing.DELETE) and _whole(backup, volume):
            return DeleteVolume(volume.ref, case.tries + 1, "Deleting it failed; its archive was seen whole.")
        case VolumeState.ERROR:
            words = f" The cloud says: {volume.fault}" if volume.fault else ""
            return _failed(case, "volume_error", f"It cannot be archived: its volume is in error.{words}")
        case _ as never:
            assert_never(never)


def _into_archive(case: _Case, volume: VolumeSeen, mark: Mark) -> Step:
    """The volume is there and free. Its snapshots go first: a backup beside them may hold only what differs."""
    if case.seen.snapshots:
        return DeleteSnapshot(case.seen.snapshots[0].ref, attempts=case.tries)
    backup = named(case.seen.backups, mark)
    if backup is None:
        return CreateBackup(volume.ref, mark, attempts=case.tries)
    if backup.state is VolumeState.ERROR:
        return DeleteBackup(backup.ref, attempts=case.tries + 1)
    if backup.state is not VolumeState.AVAILABLE:
        return _wait(case, WorkspacePhase.ARCHIVING)
    if not _whole(backup, volume):
        return _failed(case, "archive_unsure", "Its archive is not of its volume's size; the volume is kept.")
    evidence = f"Its archive of {backup.size_gib} GiB was seen whole in the cloud ({backup.ref}); its volume is let go."
    return DeleteVolume(volume.ref, case.tries, evidence)


def _whole(backup: BackupSeen | None, volume: VolumeSeen) -> bool:
    """Whether this backup holds all of this volume, as far as a list can tell."""
    if backup is None or backup.state is not VolumeState.AVAILABLE:
        return False
    same = backup.volume_ref is None or backup.volume_ref == volume.ref
    return same and belongs_to(backup.mark, volume.mark) and backup.size_gib == volume.size_gib


def _archived(case: _Case) -> Step:
    """The volume is gone: what is left is the archive."""
    backup = named(case.seen.backups, case.intent.archive)
    if backup is None:
        return missing(case.facts, case.now, case.limits) or _failed(case, "archive_missing", _NO_ARCHIVE)
    if backup.state is VolumeState.CREATING:
        return _wait(case, WorkspacePhase.ARCHIVING)
    if backup.state is not VolumeState.AVAILABLE:
        return _failed(case, "archive_broken", f"Its archive is in state {backup.state}. {backup.fault}".strip())
    left = others(case.seen.backups, case.intent.archive)
    if left and case.facts.ref is None:
        return DeleteBackup(left[0].ref, attempts=case.tries)
    return Rest(WorkspacePhase.ARCHIVED, soon(case.now) if left else None, forget=True)


def _remove(case: _Case) -> Step:
    """Everything goes, copies of the volume first where they need it."""
    volume = case.seen.volume
    busy = {VolumeState.IN_USE, VolumeState.DELETING}
    if volume is not None and (case.intent.occupied or volume.state in busy):
        return _wait(case, WorkspacePhase.DELETING)
    if volume is None and case.facts.ref is not None:  # or a list without it would look like a catastrophe
        return Rest(WorkspacePhase.DELETING, soon(case.now), forget=True)
    if case.seen.snapshots:
        return DeleteSnapshot(case.seen.snapshots[0].ref, attempts=case.tries)
    if volume is not None:
        in_vain = volume.state is VolumeState.ERROR and case.ordered(Doing.DELETE)
        return DeleteVolume(volume.ref, attempts=case.tries + in_vain)
    if case.seen.backups:
        return DeleteBackup(case.seen.backups[0].ref, attempts=case.tries)
    return Finish()


def _wait(case: _Case, phase: WorkspacePhase) -> Rest:
    """Soon at first, then more and more slowly; slowly at once where nothing was ordered that could end soon."""
    since = case.facts.doing_since
    look_at = later(since, case.now) if since else after(case.now, SLOW_S)
    return still(case.facts, look_at, attempts=case.tries, phase=phase)


def _failed(case: _Case, code: str, message: str) -> Rest:
    look_at = after(case.now, SLOW_S)
    attempts = case.limits.max_attempts
    return Rest(WorkspacePhase.FAILED, look_at, code, message, attempts=attempts, keep_doing=True)
