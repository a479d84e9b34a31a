"""Volumes and their snapshots: folders with a mark and the person's data. Sizes are not enforced by a plain folder.

A volume is attached while the server that claimed it exists. A snapshot is copied by a detached process that holds the
snapshot's lock as long as it lives: a snapshot without data whose lock is free lost its copier, and gets another one.
"""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shlex import join, quote

from visa.adapters.cloud.local import files
from visa.adapters.cloud.local.launch import PATH
from visa.adapters.cloud.local.records import COPY, USAGE, VOLUME, Copy, ref_of
from visa.adapters.cloud.local.sandbox import programs
from visa.domain.resources import SnapshotSeen, VolumeSeen, VolumeSpec, VolumeState
from visa.errors import Busy, Refused

_COPY_TRIES = 3  # of a home in use, where files come and go under the copier's hands


@dataclass(frozen=True)
class Store:
    """Where volumes and snapshots lie. `as_root`: data belong to the persons' own accounts."""

    volumes: Path
    snapshots: Path
    bin: Path
    deployment: str
    as_root: bool


class Volumes:
    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, spec: VolumeSpec) -> str:
        """Make an empty volume, or find it: the ref."""
        ref = ref_of(spec.mark)

        def fill(folder: Path) -> None:
            files.write_record(folder / "mark.json", VOLUME, spec, durable=True)
            (folder / "data").mkdir(mode=0o700)
            if self._store.as_root:
                os.chown(folder / "data", spec.owner.uid, spec.owner.gid)

        files.appear(self._store.bin, self._store.volumes / ref, fill)
        return ref

    @contextmanager
    def claimed(self, ref: str, server_ref: str, *, exists: Callable[[str], bool]) -> Iterator[None]:
        """Attach the volume to a server that is made within: nobody else gets it meanwhile.

        A claim counts as long as its server exists, so a crash before the server was made leaves the volume free.
        """
        with self._locked(ref) as folder:
            holder = self.holder(ref, exists=exists)
            if holder not in (None, server_ref):
                raise Refused("The volume is attached to another machine.", code="volume_in_use")
            (folder / "attached").write_text(server_ref)
            yield

    def release(self, ref: str, server_ref: str) -> None:
        """Free it of this server's claim; another's stays."""
        if not (self._store.volumes / ref).exists():
            return
        with self._locked(ref) as folder:
            if _holder(folder) == server_ref:
                (folder / "attached").unlink()

    def delete(self, ref: str, *, exists: Callable[[str], bool]) -> None:
        if not (self._store.volumes / ref).exists():
            return
        with self._locked(ref) as folder:
            if self.holder(ref, exists=exists) is not None:
                raise Refused("The volume is attached to a machine.", code="in_use")
            if any(copy.volume_ref == ref for _, copy, _ in self._copies()):
                raise Refused("The volume still has snapshots.", code="has_snapshots")
            files.throw_away(folder, self._store.bin)

    def holder(self, ref: str, *, exists: Callable[[str], bool]) -> str | None:
        """The server that it is attached to."""
        holder = _holder(self._store.volumes / ref)
        return holder if holder is not None and exists(holder) else None

    def survey(self, attached: Mapping[str, str]) -> tuple[VolumeSeen, ...]:
        """All volumes of this deployment; `attached` maps volumes to the servers that exist."""
        return tuple(
            self._seen(ref, spec, attached.get(ref)) for ref, spec in self.listed() if self._mine(spec.mark.deployment)
        )

    def listed(self) -> list[tuple[str, VolumeSpec]]:
        """Every volume here, with what was asked for."""
        found = [
            (ref, files.read_or_complain(self._store.volumes / ref, "mark.json", VOLUME))
            for ref, _ in files.listed(self._store.volumes)
        ]
        return [(ref, spec) for ref, spec in found if spec is not None]

    def seen(self, ref: str, attached_to: str | None) -> VolumeSeen:
        spec = files.read_or_complain(self._store.volumes / ref, "mark.json", VOLUME)
        if spec is None:
            raise _gone()
        return self._seen(ref, spec, attached_to)

    def snapshot(self, ref: str, copy: Copy, *, exists: Callable[[str], bool]) -> SnapshotSeen:
        """Order a copy, or find it."""
        new = ref_of(copy.mark)
        folder = self._store.snapshots / new
        if not folder.exists():
            with self._locked(ref):  # so that the volume is not deleted before the order to copy it can be seen
                if self.holder(ref, exists=exists) is not None:
                    raise Refused("The volume is attached to a machine.", code="in_use")
                files.appear(
                    self._store.bin,
                    folder,
                    lambda making: files.write_record(making / "mark.json", COPY, copy, durable=True),
                )
        found = files.read_or_complain(folder, "mark.json", COPY)
        if found is None:
            raise Busy("The copy is being deleted.", retry_after_s=1)
        self._carry_on(folder, found)
        return SnapshotSeen(found.mark, new, found.volume_ref, _copy_state(folder), found.created_at)

    def delete_snapshot(self, ref: str) -> None:
        files.throw_away(self._store.snapshots / ref, self._store.bin)

    def survey_snapshots(self) -> tuple[SnapshotSeen, ...]:
        seen = []
        for ref, copy, state in self._copies():
            if self._mine(copy.mark.deployment):
                if state is VolumeState.CREATING:
                    self._carry_on(self._store.snapshots / ref, copy)
                seen.append(SnapshotSeen(copy.mark, ref, copy.volume_ref, state, copy.created_at))
        return tuple(seen)

    def _copies(self) -> Iterator[tuple[str, Copy, VolumeState]]:
        for ref, _ in files.listed(self._store.snapshots):
            folder = self._store.snapshots / ref
            copy = files.read_or_complain(folder, "mark.json", COPY)
            if copy is not None:
                yield ref, copy, _copy_state(folder)

    def _carry_on(self, folder: Path, copy: Copy) -> None:
        """Start a copier unless one is at work or the copy has ended."""
        try:
            with files.locked(folder, wait_s=0) as fd:
                if _copy_state(folder) is VolumeState.CREATING:
                    self._start_copier(self._store.volumes / copy.volume_ref / "data", folder, fd)
        except (Busy, FileNotFoundError):
            return  # it is at work, or the snapshot was deleted

    def _start_copier(self, source: Path, folder: Path, lock_fd: int) -> None:
        command = _copy(source, folder, as_root=self._store.as_root)
        script = folder / "copy.sh"
        script.write_text(_COPIER.format(folder=quote(str(folder)), command=join(command), tries=_COPY_TRIES))
        subprocess.run(
            ["sh", "-c", 'exec 9<&0 </dev/null; sh "$1" >/dev/null 2>&1 & ', "sh", str(script)],
            stdin=lock_fd,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": PATH},
            start_new_session=True,
            check=True,
        )

    def _seen(self, ref: str, spec: VolumeSpec, attached_to: str | None) -> VolumeSeen:
        usage = files.read_record(self._store.volumes / ref / "used.json", USAGE)
        return VolumeSeen(
            mark=spec.mark,
            ref=ref,
            state=VolumeState.AVAILABLE if attached_to is None else VolumeState.IN_USE,
            size_gib=spec.size_gib,
            used_bytes=None if usage is None else usage.used_bytes,
            attached_to=attached_to,
        )

    @contextmanager
    def _locked(self, ref: str) -> Iterator[Path]:
        folder = self._store.volumes / ref
        if not folder.is_dir():
            raise _gone()
        with files.locked(folder):
            yield folder

    def _mine(self, deployment: str) -> bool:
        return deployment == self._store.deployment


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


def _copy(source: Path, folder: Path, *, as_root: bool) -> list[str]:
    """A copy of `source` at `part` in `folder`, made where nothing else can be seen.

    The copier may read everything, and the person may put a link in a folder's place while it is at it.
    """
    rights = ["--cap-add", "ALL"] if as_root else ["--unshare-user", "--uid", "0", "--gid", "0", "--cap-add", "ALL"]
    view = [
        *programs(),
        "--unshare-pid",
        "--proc",
        "/proc",
        "--ro-bind",
        str(source),
        "/from",
        "--bind",
        str(folder),
        "/to",
    ]
    return ["bwrap", *rights, *view, "--", "cp", "-a", "--reflink=auto", "--", "/from", "/to/part"]


def as_owner(*, as_root: bool) -> tuple[str, ...]:
    """What a command needs in front to read everything in a volume, whatever modes the person has set."""
    return () if as_root else ("unshare", "--user", "--map-root-user", "--")


def _copy_state(folder: Path) -> VolumeState:
    if (folder / "data").exists():
        return VolumeState.AVAILABLE
    return VolumeState.ERROR if (folder / "failed").exists() else VolumeState.CREATING


def _holder(folder: Path) -> str | None:
    try:
        return (folder / "attached").read_text() or None
    except FileNotFoundError:
        return None


def _gone() -> Refused:
    return Refused("There is no such volume (any more).", code="gone")
