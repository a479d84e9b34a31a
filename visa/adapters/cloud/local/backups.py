"""Backups: each a tar file with a digest, beside the volumes, made by a detached process (`archiver.py`).

An archive keeps owners, modes, times, links, holes and extended attributes. It counts once its digest is there, which
is written after all of it was read back. The process holds the backup's lock as long as it lives: one without a digest
whose lock is free lost its process, and gets another one.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from visa.adapters.cloud.local import files
from visa.adapters.cloud.local.records import BACKUP, DIGEST, Backup, Digest, ref_of
from visa.adapters.cloud.local.store import Store, gone, start_detached
from visa.domain.resources import BackupSeen, Mark, VolumeSpec, VolumeState, belongs_to
from visa.errors import Busy, Refused

ARCHIVER = Path(__file__).with_name("archiver.py")
_KEEPS = ("--numeric-owner", "--acls", "--xattrs", "--xattrs-include=*")


class Backups:
    def __init__(self, store: Store) -> None:
        self._store = store

    def exists(self, mark: Mark) -> bool:
        return self._folder(ref_of(mark)).exists()

    def order(self, backup: Backup) -> None:
        """Make it known that this is to be kept. The caller sees to it that the volume is at rest and stays so."""

        def fill(making: Path) -> None:
            files.write_record(making / "mark.json", BACKUP, backup, durable=True)

        files.appear(self._store.bin, self._folder(ref_of(backup.mark)), fill)

    def seen(self, mark: Mark) -> BackupSeen:
        """One that was ordered, as it is now; its archiver is at work."""
        ref = ref_of(mark)
        found = files.read_or_complain(self._folder(ref), "mark.json", BACKUP)
        if found is None:
            raise Busy("The backup is being deleted.", retry_after_s=1)
        self._carry_on(ref, found)
        return self._seen(ref, found)

    def survey(self) -> tuple[BackupSeen, ...]:
        seen = []
        for ref, backup in self._listed():
            if backup.mark.deployment == self._store.deployment:
                seen.append(self._seen(ref, backup))
                if seen[-1].state is VolumeState.CREATING:
                    self._carry_on(ref, backup)
        return tuple(seen)

    def is_made_of(self, volume_ref: str) -> bool:
        """Whether one is being made of this volume just now."""
        unfinished = (each for each in self._listed() if _state(self._folder(each[0]))[0] is VolumeState.CREATING)
        return any(backup.volume_ref == volume_ref for _, backup in unfinished)

    def delete(self, ref: str, *, is_read: Callable[[str], bool]) -> None:
        """`is_read` tells whether a volume is being filled from it."""
        folder = self._folder(ref)
        if not folder.exists():
            return
        if _state(folder)[0] is VolumeState.CREATING:
            raise Busy("The backup is being made.", retry_after_s=2)
        with files.locked(folder):
            if is_read(ref):
                raise Busy("A volume is being filled from the backup.", retry_after_s=2)
            files.throw_away(folder, self._store.bin)

    @contextmanager
    def usable(self, ref: str, spec: VolumeSpec) -> Iterator[None]:
        """It is whole, fit for this volume, and not deleted within."""
        self._check(ref, spec)
        with files.locked(self._folder(ref)):
            self._check(ref, spec)
            yield

    def archive(self, ref: str) -> tuple[Path, Digest]:
        """The file of one that is whole, and what its content has to be."""
        folder = self._folder(ref)
        digest = files.read_or_complain(folder, "digest.json", DIGEST)
        if digest is None:
            raise gone("backup")
        return folder / "data.tar", digest

    def _check(self, ref: str, spec: VolumeSpec) -> None:
        backup = files.read_or_complain(self._folder(ref), "mark.json", BACKUP)
        if backup is None:
            raise gone("backup")
        if not belongs_to(backup.mark, spec.mark):
            raise Refused("The backup is another workspace's.", code="other_workspace")
        state, fault = _state(self._folder(ref))
        if state is VolumeState.ERROR:
            raise Refused("The backup is broken.", code="broken", detail=fault)
        if state is VolumeState.CREATING:
            raise Busy("The backup is not ready.", retry_after_s=1, code="backup_not_ready")
        if spec.size_gib < backup.size_gib:
            raise Refused("The backup does not fit into the volume.", code="too_small", detail=f"{backup.size_gib} GiB")

    def _folder(self, ref: str) -> Path:
        return self._store.backups / ref

    def _listed(self) -> Iterator[tuple[str, Backup]]:
        for ref, _ in files.listed(self._store.backups):
            backup = files.read_or_complain(self._folder(ref), "mark.json", BACKUP)
            if backup is not None:
                yield ref, backup

    def _seen(self, ref: str, backup: Backup) -> BackupSeen:
        state, fault = _state(self._folder(ref))
        return BackupSeen(backup.mark, ref, state, backup.size_gib, backup.volume_ref, backup.created_at, fault)

    def _carry_on(self, ref: str, backup: Backup) -> None:
        """Start an archiver unless one is at work or it has ended."""
        folder = self._folder(ref)
        try:
            with files.locked(folder, wait_s=0) as fd:
                if _state(folder)[0] is VolumeState.CREATING:
                    self._start_archiver(self._store.volumes / backup.volume_ref / "data", folder, fd)
        except (Busy, FileNotFoundError):
            return  # it is at work, or the backup was deleted

    def _start_archiver(self, source: Path, folder: Path, lock_fd: int) -> None:
        alone = self._store.alone_with("--die-with-parent", "--ro-bind", str(source), "/from")
        tar = ["tar", "--create", "--format=pax", "--sparse", *_KEEPS, "--directory=/from", "."]
        step = {"step": "keep", "command": [*alone, *tar]}
        start_detached([sys.executable, "-I", str(ARCHIVER), json.dumps(step)], folder=folder, lock_fd=lock_fd)


def start_filling(store: Store, folder: Path, archive: Path, digest: Digest, lock_fd: int) -> None:
    """Fill the volume in this folder from an archive, in the background: `data` appears, or `failed`."""
    alone = store.alone_with("--die-with-parent", "--bind", str(folder / "part"), "/to")
    tar = ["tar", "--extract", "--preserve-permissions", "--same-owner", *_KEEPS, "--directory=/to"]
    step = {
        "step": "fill",
        "command": [*alone, *tar],
        "clean": [*store.alone_with("--bind", str(folder), "/to"), "rm", "-rf", "/to/part"],
        "archive": str(archive),
        "sha256": digest.sha256,
    }
    start_detached([sys.executable, "-I", str(ARCHIVER), json.dumps(step)], folder=folder, lock_fd=lock_fd)


def _state(folder: Path) -> tuple[VolumeState, str]:
    """With what is wrong with it, when something is."""
    digest = files.read_record(folder / "digest.json", DIGEST)
    if digest is not None:
        try:
            size = (folder / "data.tar").stat().st_size
        except FileNotFoundError:
            size = -1
        if size == digest.bytes:
            return VolumeState.AVAILABLE, ""
        return VolumeState.ERROR, "The archive is not there, or not as large as it was."
    try:
        return VolumeState.ERROR, (folder / "failed").read_text() or "It failed."
    except FileNotFoundError:
        return VolumeState.CREATING, ""
