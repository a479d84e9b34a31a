"""The fake cloud's volumes, snapshots and backups. What they hold is one opaque word each (`contents`), "" when empty.

A word set on a volume is copied with it, so a test can prove that what came back is what was there. Not thread-safe:
whoever calls holds the ground's lock.
"""

from dataclasses import replace

from visa.domain.resources import BackupSeen, Mark, SnapshotSeen, VolumeSeen, VolumeSpec, VolumeState, belongs_to
from visa.errors import Busy, Refused
from visa.testing.ground import Ground, gone


class Disks:
    """The methods are those of `visa.ports.cloud.Cloud`."""

    def __init__(self, ground: Ground) -> None:
        self.volumes: dict[str, VolumeSeen] = {}
        self.snapshots: dict[str, SnapshotSeen] = {}
        self.backups: dict[str, BackupSeen] = {}
        self.contents: dict[str, str] = {}
        self.keeps_backups = True
        self.fail_backups = 0
        self.fail_restores = 0
        self._ground = ground
        self._restoring: dict[str, str] = {}  # volume → the backup that it is filled from

    def create_volume(self, spec: VolumeSpec) -> VolumeSeen:
        if spec.mark in self._ground.by_mark:
            return self.volumes[self._ground.by_mark[spec.mark]]
        ref = self._new_volume(spec)
        self._ground.move(ref, self._ground.pace.volume_s, lambda: self._ready(ref, ""))
        return self.volumes[ref]

    def create_volume_from(self, backup_ref: str, spec: VolumeSpec) -> VolumeSeen:
        if spec.mark in self._ground.by_mark:
            return self.volumes[self._ground.by_mark[spec.mark]]
        self._ground.moves.settle(backup_ref)
        backup = self.backups.get(backup_ref)
        if backup is None or backup.state is VolumeState.DELETING:
            raise gone("backup")
        if not belongs_to(backup.mark, spec.mark):
            raise Refused("The backup is another workspace's.", code="other_workspace")
        if backup.state is VolumeState.ERROR:
            raise Refused("The backup is broken.", code="broken")
        if backup.state is VolumeState.CREATING or backup_ref in self._restoring.values():
            raise Busy("The backup is not ready.", retry_after_s=1, code="backup_not_ready")
        if spec.size_gib < backup.size_gib:
            raise Refused("The backup does not fit into the volume.", code="too_small")
        ref = self._new_volume(spec)
        self._restoring[ref] = backup_ref
        self._ground.move(ref, self._ground.pace.backup_s, lambda: self._restored(ref))
        return self.volumes[ref]

    def delete_volume(self, ref: str) -> None:
        if ref not in self.volumes:
            return
        self._settle(ref)
        if self.volumes[ref].attached_to is not None:
            raise Refused("The volume is attached to a machine.", code="in_use")
        self._check_no_snapshots(ref)
        if self._is_backed_up(ref):
            raise Busy("The volume is being backed up.", retry_after_s=1)
        self._restoring.pop(ref, None)
        self.set_volume(ref, state=VolumeState.DELETING)
        self._ground.move(ref, self._ground.pace.delete_s, lambda: self._forget(self.volumes, ref))

    def snapshot_volume(self, ref: str, mark: Mark) -> SnapshotSeen:
        if mark in self._ground.by_mark:
            return self.snapshots[self._ground.by_mark[mark]]
        self._check_at_rest(ref)
        new = self._ground.name(mark)
        self.contents[new] = self.contents.get(ref, "")
        self.snapshots[new] = SnapshotSeen(mark, new, ref, VolumeState.CREATING, self._ground.clock.now())
        self._ground.move(new, self._ground.pace.snapshot_s, lambda: self.set_snapshot(new, VolumeState.AVAILABLE))
        return self.snapshots[new]

    def delete_snapshot(self, ref: str) -> None:
        self._ground.moves.settle(ref)
        if ref in self.snapshots:
            if self.snapshots[ref].state is VolumeState.CREATING:
                raise Busy("The snapshot is being made.", retry_after_s=1)
            self.set_snapshot(ref, VolumeState.DELETING)
            self._ground.move(ref, self._ground.pace.delete_s, lambda: self._forget(self.snapshots, ref))
            self._ground.moves.settle(ref)

    def create_backup(self, volume_ref: str, mark: Mark) -> BackupSeen:
        if mark in self._ground.by_mark:
            return self.backups[self._ground.by_mark[mark]]
        if not self.keeps_backups:
            raise Refused("This cloud keeps no backups.", code="unsupported")
        self._check_at_rest(volume_ref)
        self._check_no_snapshots(volume_ref)
        new, size_gib = self._ground.name(mark), self.volumes[volume_ref].size_gib
        now = self._ground.clock.now()
        self.backups[new] = BackupSeen(mark, new, VolumeState.CREATING, size_gib, volume_ref, now)
        self.set_volume(volume_ref, state=VolumeState.IN_USE)
        self._ground.move(new, self._ground.pace.backup_s, lambda: self._backed_up(new, volume_ref))
        return self.backups[new]

    def delete_backup(self, ref: str) -> None:
        self._ground.moves.settle(ref)
        backup = self.backups.get(ref)
        if backup is None:
            return
        if backup.state is VolumeState.CREATING or ref in self._restoring.values():
            raise Busy("The backup is in use.", retry_after_s=1)
        self.set_backup(ref, state=VolumeState.DELETING)
        self._ground.move(ref, self._ground.pace.delete_s, lambda: self._forget(self.backups, ref))
        self._ground.moves.settle(ref)

    def check_free(self, ref: str) -> None:
        """Whether a machine may get this volume now."""
        if ref not in self.volumes:
            raise gone("volume")
        self._settle(ref)
        volume = self.volumes.get(ref)
        if volume is None or volume.state is VolumeState.DELETING:
            raise gone("volume")
        if volume.attached_to is not None:
            raise Refused("The volume is attached to another machine.", code="volume_in_use")
        if volume.state is not VolumeState.AVAILABLE:
            raise Busy("The volume is not ready yet.", retry_after_s=1, code="volume_not_ready")

    def attach(self, ref: str, server_ref: str) -> None:
        self.set_volume(ref, state=VolumeState.IN_USE, attached_to=server_ref)

    def detach(self, ref: str, server_ref: str) -> None:
        """Nothing happens when it is not attached to this server."""
        if ref in self.volumes and self.volumes[ref].attached_to == server_ref:
            self.set_volume(ref, state=VolumeState.AVAILABLE, attached_to=None)

    def set_volume(self, ref: str, **changes: object) -> None:
        self.volumes[ref] = replace(self.volumes[ref], **changes)  # type: ignore[arg-type]

    def set_snapshot(self, ref: str, state: VolumeState) -> None:
        self.snapshots[ref] = replace(self.snapshots[ref], state=state)

    def set_backup(self, ref: str, **changes: object) -> None:
        self.backups[ref] = replace(self.backups[ref], **changes)  # type: ignore[arg-type]

    def _check_at_rest(self, ref: str) -> None:
        """Whether its content stands still, so that it may be copied."""
        try:
            self.check_free(ref)
        except Refused as refusal:
            if refusal.code == "volume_in_use":
                raise Refused("The volume is attached to a machine.", code="in_use") from refusal
            raise

    def _check_no_snapshots(self, ref: str) -> None:
        if any(copy.volume_ref == ref for copy in self.snapshots.values()):
            raise Refused("The volume still has snapshots.", code="has_snapshots")

    def _new_volume(self, spec: VolumeSpec) -> str:
        ref = self._ground.name(spec.mark)
        self.volumes[ref] = VolumeSeen(spec.mark, ref, VolumeState.CREATING, spec.size_gib)
        return ref

    def _ready(self, ref: str, content: str) -> None:
        self.contents[ref] = content
        self.set_volume(ref, state=VolumeState.AVAILABLE, used_bytes=0)

    def _restored(self, ref: str) -> None:
        backup = self._restoring.pop(ref)
        if self.fail_restores > 0:
            self.fail_restores -= 1
            self.set_volume(ref, state=VolumeState.ERROR, fault="The backup could not be read.")
            return
        self._ready(ref, self.contents[backup])

    def _backed_up(self, ref: str, volume_ref: str) -> None:
        self.set_volume(volume_ref, state=VolumeState.AVAILABLE)
        if self.fail_backups > 0:
            self.fail_backups -= 1
            self.set_backup(ref, state=VolumeState.ERROR, fault="No space left on device.")
            return
        self.contents[ref] = self.contents.get(volume_ref, "")
        self.set_backup(ref, state=VolumeState.AVAILABLE)

    def _is_backed_up(self, volume_ref: str) -> bool:
        return any(
            backup.volume_ref == volume_ref and backup.state is VolumeState.CREATING for backup in self.backups.values()
        )

    def _settle(self, ref: str) -> None:
        """Do what is due for a volume, for the machine that has it and for the copies that are made of it."""
        moves = self._ground.moves
        moves.settle(ref)
        if ref in self.volumes and (server := self.volumes[ref].attached_to) is not None:
            moves.settle(server)
        made_of_it = [copy.ref for copy in self.snapshots.values() if copy.volume_ref == ref]
        made_of_it += [copy.ref for copy in self.backups.values() if copy.volume_ref == ref]
        for copy in made_of_it:
            moves.settle(copy)

    def _forget(self, among: dict[str, VolumeSeen] | dict[str, SnapshotSeen] | dict[str, BackupSeen], ref: str) -> None:
        self._ground.by_mark.pop(among.pop(ref).mark, None)
        self.contents.pop(ref, None)
