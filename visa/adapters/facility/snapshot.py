"""Reading several files of one folder as they were at one moment, while somebody may be replacing them.

The folder is opened once and the files are read relative to it, so that swapping the folder (a symbolic link that is
pointed at a new one) can never mix two exports. Files replaced one by one are caught by looking at all of them again
after the last was read: device, inode, size and times must be the same, else everything is read again.
What cannot be seen is an exporter that pauses half-way for longer than the whole reading takes; docs/facility.md
therefore asks for the swap. Knows bytes only.
"""

import os
import stat
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from visa.errors import Fault

ATTEMPTS = 5
PAUSE_S = 0.2
MOST_BYTES = 64 * 1024 * 1024

ReadFile = Callable[[int], bytes]
Seen = tuple[int, ...] | None
"""How a file looked from outside; None: it was not there."""


def read_descriptor(descriptor: int) -> bytes:
    """The content of an open file, at most one byte more than `MOST_BYTES`."""
    with os.fdopen(descriptor, "rb") as file:
        return file.read(MOST_BYTES + 1)


def take(
    root: Path,
    names: Sequence[str],
    *,
    read: ReadFile = read_descriptor,
    pause: Callable[[float], None] = time.sleep,
) -> dict[str, bytes | None]:
    """The content of each named file of `root`, all of one moment; None for one that is not there.

    `read` gets a descriptor that it must close. Raises `Fault` when the folder or a file cannot be read, or when the
    files kept changing for `ATTEMPTS` readings.
    """
    for attempt in range(ATTEMPTS):
        if attempt:
            pause(PAUSE_S)
        try:
            contents = _try_once(root, names, read)
        except OSError as error:
            raise Fault(
                "the facility's files cannot be read", detail=f"{error.filename or root}: {error.strerror}"
            ) from error
        if contents is not None:
            return contents
    raise Fault("the facility's files keep changing while they are read", detail=str(root))


def _try_once(root: Path, names: Sequence[str], read: ReadFile) -> dict[str, bytes | None] | None:
    """One reading; None when it may mix two states."""
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        before = [_look(name, folder) for name in names]
        contents = {name: _read_one(name, folder, read) for name in names}
        unchanged = before == [_look(name, folder) for name in names]
        moved = not os.path.samestat(os.fstat(folder), os.stat(root))
    finally:
        os.close(folder)
    vanished = any(content is None for content in contents.values())
    return contents if unchanged and not (vanished and moved) else None


def _look(name: str, folder: int) -> Seen:
    try:
        seen = os.stat(name, dir_fd=folder)
    except FileNotFoundError:
        return None
    return (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)


def _read_one(name: str, folder: int, read: ReadFile) -> bytes | None:
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK, dir_fd=folder)  # a FIFO must not hold us for ever
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "is not a regular file", name)
    return read(descriptor)
