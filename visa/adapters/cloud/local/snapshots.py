"""Snapshots: folders with a copy of a volume's data, made by a detached process while no machine has the volume.

The copier holds the snapshot's lock as long as it lives: a snapshot without data whose lock is free lost its copier,
and gets another one.
"""

from collections.abc import Iterator
from pathlib import Path
from shlex import join, quote

from visa.adapters.cloud.local import files
from visa.adapters.cloud.local.records import COPY, Copy, ref_of
from visa.adapters.cloud.local.store import Store, start_detached
from visa.domain.resources import Mark, SnapshotSeen, VolumeState
from visa.errors import Busy

_COPY_TRIES = 3


class Snapshots:
    def __init__(self, store: Store) -> None:
        self._store = store

    def exists(self, mark: Mark) -> bool:
        return self._folder(ref_of(mark)).exists()

    def order(self, copy: Copy) -> None:
        """Make it known that this is to be copied. The caller sees to it that the volume is at rest and stays so."""

        def fill(making: Path) -> None:
            files.write_record(making / "mark.json", COPY, copy, durable=True)

        files.appear(self._store.bin, self._folder(ref_of(copy.mark)), fill)

    def seen(self, mark: Mark) -> SnapshotSeen:
        """One that was ordered, as it is now; its copier is at work."""
        ref = ref_of(mark)
        found = files.read_or_complain(self._folder(ref), "mark.json", COPY)
        if found is None:
            raise Busy("The copy is being deleted.", retry_after_s=1)
        self._carry_on(ref, found)
        return _seen(ref, found, _state(self._folder(ref)))

    def delete(self, ref: str) -> None:
        files.throw_away(self._folder(ref), self._store.bin)

    def survey(self) -> tuple[SnapshotSeen, ...]:
        seen = []
        for ref, copy, state in self._listed():
            if copy.mark.deployment == self._store.deployment:
                if state is VolumeState.CREATING:
                    self._carry_on(ref, copy)
                seen.append(_seen(ref, copy, state))
        return tuple(seen)

    def states_of(self, volume_ref: str) -> list[VolumeState]:
        """Of all snapshots of one volume."""
        return [state for _, copy, state in self._listed() if copy.volume_ref == volume_ref]

    def _folder(self, ref: str) -> Path:
        return self._store.snapshots / ref

    def _listed(self) -> Iterator[tuple[str, Copy, VolumeState]]:
        for ref, _ in files.listed(self._store.snapshots):
            copy = files.read_or_complain(self._folder(ref), "mark.json", COPY)
            if copy is not None:
                yield ref, copy, _state(self._folder(ref))

    def _carry_on(self, ref: str, copy: Copy) -> None:
        """Start a copier unless one is at work or the copy has ended."""
        folder = self._folder(ref)
        try:
            with files.locked(folder, wait_s=0) as fd:
                if _state(folder) is VolumeState.CREATING:
                    self._start_copier(self._store.volumes / copy.volume_ref / "data", folder, fd)
        except (Busy, FileNotFoundError):
            return  # it is at work, or the snapshot was deleted

    def _start_copier(self, source: Path, folder: Path, lock_fd: int) -> None:
        alone = self._store.alone_with("--ro-bind", str(source), "/from", "--bind", str(folder), "/to")
        command = [*alone, "cp", "-a", "--reflink=auto", "--", "/from", "/to/part"]
        script = folder / "copy.sh"
        script.write_text(_COPIER.format(folder=quote(str(folder)), command=join(command), tries=_COPY_TRIES))
        start_detached(["sh", str(script)], folder=folder, lock_fd=lock_fd)


_COPIER = """# Copies a volume; descriptor 9 holds the snapshot's lock as long as this lives.
cd {folder} || exit 1
for try in $(seq {tries}); do
    rm -rf part
    if nice {command} 2>copy.log; then
        sync -f part && mv -T part data && exit 0
    fi
    sleep 1
done
echo "visa: given up after {tries} tries" >>copy.log
: >failed
"""


def _seen(ref: str, copy: Copy, state: VolumeState) -> SnapshotSeen:
    return SnapshotSeen(copy.mark, ref, copy.volume_ref, state, copy.created_at)


def _state(folder: Path) -> VolumeState:
    if (folder / "data").exists():
        return VolumeState.AVAILABLE
    return VolumeState.ERROR if (folder / "failed").exists() else VolumeState.CREATING
