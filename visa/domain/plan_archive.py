"""The next step of a workspace that is to be kept as a backup only. Its volume goes last, beside a whole archive.

The order: nobody uses it → its snapshots are deleted, for a backup beside them may hold only what differs → the backup
is made, and seen whole, of this volume and of its size → the volume is deleted → it is seen gone.
"""

from typing import assert_never

from visa.domain.holdings import named, others
from visa.domain.instance import Doing, WorkspacePhase
from visa.domain.pace import missing, soon
from visa.domain.resources import BackupSeen, Mark, VolumeSeen, VolumeState, belongs_to
from visa.domain.steps import CreateBackup, DeleteBackup, DeleteVolume, Rest, Step
from visa.domain.workspace import Case, again, drop, failed, told, tried, unreachable, wait

NO_ARCHIVE = "Its archive was not found in the cloud. Nothing is made in its place. Support was told."
_KEPT = "It could not be archived yet. Its volume is kept until it is."
_ON_THE_WAY = WorkspacePhase.ARCHIVING


def archive(case: Case) -> Step:
    """The files go into a backup, which is seen whole before the volume goes."""
    volume, wanted = case.seen.volume, case.intent.archive
    if not case.intent.archives or wanted is None:
        phase = WorkspacePhase.AVAILABLE if volume is not None else WorkspacePhase(case.facts.phase)
        return told(case, phase, "no_archives", "Its cloud keeps no archives. It stays as it is.")
    if volume is None:
        return _archived(case, named(case.seen.backups, wanted))
    if case.intent.occupied or volume.attached_to is not None:
        return wait(case, _ON_THE_WAY)
    backup = named(case.seen.backups, wanted)
    match volume.state:
        case VolumeState.AVAILABLE:
            return _into_archive(case, volume, wanted, backup)
        case VolumeState.CREATING | VolumeState.DELETING | VolumeState.IN_USE:
            return _under_way(case, backup)
        case VolumeState.ERROR if backup is not None and _may_go(case, volume, backup) and not case.seen.snapshots:
            return DeleteVolume(volume.ref, case.tries + 1, "Deleting it failed; its archive was seen whole.")
        case VolumeState.ERROR:
            words = f" The cloud says: {volume.fault}" if volume.fault else ""
            return failed(case, "volume_error", f"It cannot be archived: its volume is in error.{words}")
        case _ as never:
            assert_never(never)


def is_source(backup: BackupSeen, volume: VolumeSeen) -> bool:
    """Whether this volume can be filled from this backup."""
    return backup.state is VolumeState.AVAILABLE and belongs_to(backup.mark, volume.mark)


def _may_go(case: Case, volume: VolumeSeen, backup: BackupSeen) -> bool:
    """Whether this backup holds all of this volume, as far as a list can tell; or the volume was to be made from it."""
    restored = case.ordered(Doing.RESTORE) or case.facts.phase == WorkspacePhase.RESTORING
    same = backup.volume_ref is None or backup.volume_ref == volume.ref
    return is_source(backup, volume) and ((same and backup.size_gib == volume.size_gib) or restored)


def _into_archive(case: Case, volume: VolumeSeen, mark: Mark, backup: BackupSeen | None) -> Step:
    """The volume is there and free."""
    if case.seen.snapshots:
        cut = drop(case, case.seen.snapshots)
        return tried(case, cut, _ON_THE_WAY, "archive_failed", _KEPT) if cut else wait(case, _ON_THE_WAY)
    if backup is None:
        make = CreateBackup(volume.ref, mark, attempts=again(case))
        return tried(case, make, _ON_THE_WAY, "archive_failed", _KEPT)
    if backup.state is VolumeState.ERROR:
        words = f"{_KEPT} The cloud says: {backup.fault}" if backup.fault else _KEPT
        act = DeleteBackup(backup.ref, attempts=case.tries + case.ordered(Doing.DROP_COPY))
        return tried(case, act, _ON_THE_WAY, "archive_failed", words)
    if backup.state is not VolumeState.AVAILABLE:
        return _under_way(case, backup)
    if not _may_go(case, volume, backup):
        return told(case, _ON_THE_WAY, "archive_unsure", "Its archive is not of its volume, or not of its size.")
    evidence = f"Its archive of {backup.size_gib} GiB was seen whole in the cloud ({backup.ref}); its volume is let go."
    return DeleteVolume(volume.ref, case.tries, evidence)


def _under_way(case: Case, backup: BackupSeen | None) -> Rest:
    if case.overdue(case.limits.restore_timeout_s, backup.created_at if backup else None):
        return told(case, _ON_THE_WAY, "archive_stuck", f"Archiving it takes very long. {_KEPT}")
    return wait(case, _ON_THE_WAY)


def _archived(case: Case, backup: BackupSeen | None) -> Step:
    """The volume is gone: what is left is the archive."""
    if backup is None:
        return missing(case.facts, case.now, case.limits) or unreachable(case, "archive_missing", NO_ARCHIVE)
    if backup.state is VolumeState.CREATING:
        return wait(case, _ON_THE_WAY)
    if backup.state is not VolumeState.AVAILABLE:
        return unreachable(case, "archive_broken", f"Its archive is in state {backup.state}. {backup.fault}".strip())
    left = drop(case, others(case.seen.backups, backup.mark))
    if left and case.facts.ref is None:
        return left
    return Rest(WorkspacePhase.ARCHIVED, soon(case.now) if left else None, forget=True)
