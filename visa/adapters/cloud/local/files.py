"""The disk of the local cloud: folders that appear whole or not at all, small JSON records, locks, things thrown away.

Knows nothing of servers or volumes. A *record* is a frozen dataclass in a JSON file that is replaced as a whole. A lock
is a flock(2), so the death of its holder frees it; the folder that carries it may be thrown away meanwhile.
"""

import fcntl
import os
import stat
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from visa.errors import Busy, Fault

T = TypeVar("T")
LOCK_WAIT_S = 10.0
_MOST_STEPS = 400  # along a path and its links


def read_record(path: Path, shape: TypeAdapter[T]) -> T | None:
    """The record, or None when there is none or its writer died in the middle of it."""
    try:
        return shape.validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None


def read_or_complain(folder: Path, name: str, shape: TypeAdapter[T]) -> T | None:
    """The record that a folder must have: None when the folder has gone meanwhile, `Fault` when it is broken."""
    record = read_record(folder / name, shape)
    if record is None and folder.exists():
        raise Fault("The local cloud's files are damaged.", detail=f"{folder / name} is missing or unreadable")
    return record


def listed(folder: Path) -> list[tuple[str, int]]:
    """Names and inodes of the folders in it."""
    with os.scandir(folder) as entries:
        return [(entry.name, entry.inode()) for entry in entries if entry.is_dir(follow_symlinks=False)]


def is_missing(path: Path) -> bool:
    """True only when it is known not to be there: what we may not look at counts as there."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except PermissionError:
        return False
    return False


def link_of(uid: int, path: Path) -> Path | None:
    """The first symbolic link of this owner on the way to `path`, as far as we may look.

    Root and the account that this runs as are trusted: facilities link their folders together.
    """
    if uid in {0, os.geteuid()}:
        return None
    at, parts = Path("/"), list(reversed(path.absolute().parts[1:]))
    for _ in range(_MOST_STEPS):
        if not parts:
            return None
        part = parts.pop()
        at = at.parent if part == ".." else at / part
        try:
            seen = at.lstat()
        except OSError:
            return None
        if stat.S_ISLNK(seen.st_mode):
            if seen.st_uid == uid:
                return at
            target = at.readlink()
            parts += reversed([part for part in target.parts if part != "/"])
            at = Path("/") if target.is_absolute() else at.parent
    return at


def write_record(path: Path, shape: TypeAdapter[T], record: T, *, durable: bool = False) -> None:
    """Replace the record at once. A durable one is on the disk when this returns; others need not outlive the machine,
    because nothing runs any more after it lost its power."""
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    with part.open("xb") as file:
        file.write(shape.dump_json(record, indent=1))
        if durable:
            file.flush()
            os.fsync(file.fileno())
    part.rename(path)
    if durable:
        _sync_folder(path.parent)


def appear(making: Path, final: Path, fill: Callable[[Path], None]) -> bool:
    """Make a folder so that nobody ever sees half of it. False when `final` is there already, which is then untouched.

    It is filled under a passing name in `making`, which has to be on the same file system; what a crash leaves there is
    recognised by its free lock (`abandoned`).
    """
    part = making / uuid.uuid4().hex
    part.mkdir(mode=0o700)
    with _held(part):
        fill(part)
        _sync_folder(part)
        try:
            part.rename(final)
        except OSError:
            throw_away(part, making)
            if final.exists():
                return False
            raise
        _sync_folder(final.parent)
    return True


def throw_away(path: Path, bin_folder: Path, *, durable: bool = True) -> None:
    """Take a folder out of sight at once; its content is removed later by `Chores`. Nothing happens when it is gone."""
    try:
        path.rename(bin_folder / f"old-{uuid.uuid4().hex}")
    except FileNotFoundError:
        return
    if durable:
        _sync_folder(path.parent)


def abandoned(bin_folder: Path) -> list[Path]:
    """What lies in a folder of passing things and nobody is working on: thrown away, or left by a crash."""
    return [path for path in bin_folder.iterdir() if path.name.startswith("old-") or _orphaned(path)]


def _orphaned(path: Path) -> bool:
    try:
        if time.time() - path.stat().st_mtime < LOCK_WAIT_S:  # its maker may not have got its lock yet
            return False
        with locked(path, wait_s=0):
            return True
    except (Busy, FileNotFoundError):
        return False


@contextmanager
def locked(path: Path, *, wait_s: float = LOCK_WAIT_S) -> Iterator[int]:
    """Hold the lock of an existing file or folder; gives its descriptor, which children may inherit to hold it on.

    Raises `Busy` when another holds it for longer than `wait_s`, `FileNotFoundError` when it is not there (any more).
    """
    deadline = time.monotonic() + wait_s
    while True:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if _try_lock(fd, path):
                yield fd
                return
        finally:
            os.close(fd)
        if time.monotonic() >= deadline:
            raise Busy("Something else is being done with it.", retry_after_s=1, detail=f"{path} is locked")
        time.sleep(0.01)


def is_locked(path: Path) -> bool:
    """Whether somebody alive holds the lock now."""
    try:
        with locked(path, wait_s=0):
            return False
    except Busy:
        return True


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a new folder's lock through its renaming."""
    fd = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _try_lock(fd: int, path: Path) -> bool:
    """Lock it, and make sure that the name still means the same thing: it may have been thrown away while we waited."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    mine, named = os.fstat(fd), os.stat(path)
    return (mine.st_dev, mine.st_ino) == (named.st_dev, named.st_ino)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
