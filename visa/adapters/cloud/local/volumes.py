"""Volumes: folders with a mark and the person's data. Sizes are not enforced by a plain folder.

A volume is attached while the server that claimed it exists, and at rest when it is whole, attached to none, and no
copy is being made of it. One that is made from a backup is filled by a detached process that holds its lock: a volume
without data whose lock is free lost that process, and gets another one.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from visa.adapters.cloud.local import files
from visa.adapters.cloud.local.backups import Backups, start_filling
from visa.adapters.cloud.local.records import FILLING, USAGE, VOLUME, Backup, Copy, Filling, ref_of
from visa.adapters.cloud.local.snapshots import Snapshots
from visa.adapters.cloud.local.store import Store, gone
from visa.domain.resources import BackupSeen, SnapshotSeen, VolumeSeen, VolumeSpec, VolumeState
from visa.errors import Busy, Refused


class Volumes:
    """`exists` tells everywhere whether there is such a server."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.snapshots = Snapshots(store)
        self.backups = Backups(store)

    def create(self, spec: VolumeSpec) -> str:
        """Make an empty volume, or find it: the ref."""
        ref = ref_of(spec.mark)

        def fill(folder: Path) -> None:
            files.write_record(folder / "mark.json", VOLUME, spec, durable=True)
            (folder / "data").mkdir(mode=0o700)
            if self._store.as_root:
                os.chown(folder / "data", spec.owner.uid, spec.owner.gid)

        files.appear(self._store.bin, self._folder(ref), fill)
        return ref

    def create_from(self, backup_ref: str, spec: VolumeSpec) -> str:
        """Make a volume that is filled from a backup, or find it: the ref."""
        ref = ref_of(spec.mark)

        def fill(folder: Path) -> None:
            files.write_record(folder / "mark.json", VOLUME, spec, durable=True)
            files.write_record(folder / "filling.json", FILLING, Filling(backup_ref), durable=True)

        if not self._folder(ref).exists():
            with self.backups.usable(backup_ref, spec):
                files.appear(self._store.bin, self._folder(ref), fill)
        self._carry_on(ref)
        return ref

    @contextmanager
    def claimed(self, ref: str, server_ref: str, *, exists: Callable[[str], bool]) -> Iterator[None]:
        """Attach the volume to a server that is made within: nobody else gets it meanwhile.

        A claim counts as long as its server exists, so a crash before the server was made leaves the volume free.
        """
        self._check_whole(ref)
        with self._locked(ref) as folder:
            holder = self.holder(ref, exists=exists)
            if holder not in (None, server_ref):
                raise Refused("The volume is attached to another machine.", code="volume_in_use")
            self._check_not_copied(ref)
            (folder / "attached").write_text(server_ref)
            yield

    def release(self, ref: str, server_ref: str) -> None:
        """Free it of this server's claim; another's stays."""
        if not self._folder(ref).exists():
            return
        with self._locked(ref) as folder:
            if _holder(folder) == server_ref:
                (folder / "attached").unlink()

    def delete(self, ref: str, *, exists: Callable[[str], bool]) -> None:
        if not self._folder(ref).exists():
            return
        if self._state(ref) is VolumeState.CREATING:  # whoever fills it holds its lock, and does not mind
            files.throw_away(self._folder(ref), self._store.bin)
            return
        with self._locked(ref) as folder:
            if self.holder(ref, exists=exists) is not None:
                raise Refused("The volume is attached to a machine.", code="in_use")
            self._check_no_snapshots(ref)
            self._check_not_copied(ref)
            files.throw_away(folder, self._store.bin)

    def holder(self, ref: str, *, exists: Callable[[str], bool]) -> str | None:
        """The server that it is attached to."""
        holder = _holder(self._folder(ref))
        return holder if holder is not None and exists(holder) else None

    def survey(self, attached: Mapping[str, str]) -> tuple[VolumeSeen, ...]:
        """All volumes of this deployment; `attached` maps volumes to the servers that exist."""
        mine = [(ref, spec) for ref, spec in self.listed() if spec.mark.deployment == self._store.deployment]
        seen = tuple(self._seen(ref, spec, attached.get(ref)) for ref, spec in mine)
        for volume in seen:
            if volume.state is VolumeState.CREATING:
                self._carry_on(volume.ref)
        return seen

    def listed(self) -> list[tuple[str, VolumeSpec]]:
        """Every volume here, with what was asked for."""
        found = [
            (ref, files.read_or_complain(self._folder(ref), "mark.json", VOLUME))
            for ref, _ in files.listed(self._store.volumes)
        ]
        return [(ref, spec) for ref, spec in found if spec is not None]

    def seen(self, ref: str, attached_to: str | None) -> VolumeSeen:
        return self._seen(ref, self._spec(ref), attached_to)

    def snapshot(self, copy: Copy, *, exists: Callable[[str], bool]) -> SnapshotSeen:
        """Order a copy, or find it."""
        if not self.snapshots.exists(copy.mark):
            with self._at_rest(copy.volume_ref, exists=exists):
                self.snapshots.order(copy)
        return self.snapshots.seen(copy.mark)

    def back_up(self, backup: Backup, *, exists: Callable[[str], bool]) -> BackupSeen:
        """Order a backup, or find it. The size in the order is not asked: the volume's counts."""
        ref = backup.volume_ref
        if not self.backups.exists(backup.mark):
            with self._at_rest(ref, exists=exists):
                self._check_no_snapshots(ref)
                self.backups.order(Backup(backup.mark, ref, self._spec(ref).size_gib, backup.created_at))
        return self.backups.seen(backup.mark)

    def is_filled_from(self, backup_ref: str) -> bool:
        """Whether any volume is being filled from this backup."""
        fillings = (ref for ref, _ in files.listed(self._store.volumes) if self._state(ref) is VolumeState.CREATING)
        return any(self._filling(ref) == Filling(backup_ref) for ref in fillings)

    def _carry_on(self, ref: str) -> None:
        """Fill it, unless somebody is at it or it has ended."""
        filling = self._filling(ref)
        try:
            with files.locked(self._folder(ref), wait_s=0) as fd:
                if filling is not None and self._state(ref) is VolumeState.CREATING:
                    self._start_filling(ref, filling, fd)
        except (Busy, FileNotFoundError):
            return  # somebody is at it, or it was deleted

    def _start_filling(self, ref: str, filling: Filling, lock_fd: int) -> None:
        try:
            archive, digest = self.backups.archive(filling.backup_ref)
        except Refused:
            (self._folder(ref) / "failed").write_text("The backup is not there any more.")
            return
        start_filling(self._store, self._folder(ref), archive, digest, lock_fd)

    def _seen(self, ref: str, spec: VolumeSpec, attached_to: str | None) -> VolumeSeen:
        usage = files.read_record(self._folder(ref) / "used.json", USAGE)
        state = self._state(ref)
        if state is VolumeState.AVAILABLE and attached_to is not None:
            state = VolumeState.IN_USE
        return VolumeSeen(
            mark=spec.mark,
            ref=ref,
            state=state,
            size_gib=spec.size_gib,
            used_bytes=None if usage is None else usage.used_bytes,
            attached_to=attached_to,
            fault=(self._folder(ref) / "failed").read_text() if state is VolumeState.ERROR else "",
        )

    def _state(self, ref: str) -> VolumeState:
        """Whether its content is there, in the making, or never will be; whoever may have it attached."""
        folder = self._folder(ref)
        if not (folder / "filling.json").exists() or (folder / "data").exists():
            return VolumeState.AVAILABLE
        return VolumeState.ERROR if (folder / "failed").exists() else VolumeState.CREATING

    @contextmanager
    def _at_rest(self, ref: str, *, exists: Callable[[str], bool]) -> Iterator[None]:
        """Nothing is done with the volume when this begins, and nothing begins within."""
        self._check_whole(ref)
        with self._locked(ref):
            if self.holder(ref, exists=exists) is not None:
                raise Refused("The volume is attached to a machine.", code="in_use")
            self._check_not_copied(ref)
            yield

    def _check_whole(self, ref: str) -> None:
        match self._state(ref):
            case VolumeState.CREATING:
                raise Busy("The volume is not ready yet.", retry_after_s=1, code="volume_not_ready")
            case VolumeState.ERROR:
                raise Refused("The volume is broken.", code="volume_error")

    def _check_not_copied(self, ref: str) -> None:
        if VolumeState.CREATING in self.snapshots.states_of(ref) or self.backups.is_made_of(ref):
            raise Busy("The volume is being copied.", retry_after_s=2, code="volume_not_ready")

    def _check_no_snapshots(self, ref: str) -> None:
        if self.snapshots.states_of(ref):
            raise Refused("The volume still has snapshots.", code="has_snapshots")

    def _folder(self, ref: str) -> Path:
        return self._store.volumes / ref

    def _spec(self, ref: str) -> VolumeSpec:
        spec = files.read_or_complain(self._folder(ref), "mark.json", VOLUME)
        if spec is None:
            raise gone()
        return spec

    def _filling(self, ref: str) -> Filling | None:
        return files.read_record(self._folder(ref) / "filling.json", FILLING)

    @contextmanager
    def _locked(self, ref: str) -> Iterator[Path]:
        folder = self._folder(ref)
        if not folder.is_dir():
            raise gone()
        with files.locked(folder):
            yield folder


def _holder(folder: Path) -> str | None:
    try:
        return (folder / "attached").read_text() or None
    except FileNotFoundError:
        return None
