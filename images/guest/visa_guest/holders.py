"""Who uses a folder: processes that stand in it, run from it, or have something of it open or mapped.

Taking a mount away does not take it from them: through an open folder they reach everything else in it. So they are
told to end, and ended when they do not.
"""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

GRACE_S = 3.0
_POLL_S = 0.1


def holders(target: str, processes: Path = Path("/proc")) -> set[int]:
    """Ids of the processes, this one never among them. Those that end meanwhile do not count."""
    return {
        int(process.name)
        for process in processes.iterdir()
        if process.name.isdigit() and int(process.name) != os.getpid() and _uses(process, target)
    }


def end(target: str, *, grace_s: float = GRACE_S) -> set[int]:
    """Ask the holders to end, wait a little, and kill those that are left. Returns who withstood even that."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in holders(target):
            try:
                os.kill(process, number)
            except ProcessLookupError:
                continue
        deadline = time.monotonic() + grace_s
        while (left := holders(target)) and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        if not left:
            return set()
    return left


def _uses(process: Path, target: str) -> bool:
    try:
        return any(path == target or path.startswith(f"{target}/") for path in _paths(process))
    except OSError:  # it has just ended
        return False


def _paths(process: Path) -> Iterator[str]:
    for name in ("cwd", "root", "exe"):
        yield _link(process / name)
    for descriptor in (process / "fd").iterdir():
        yield _link(descriptor)
    for line in (process / "maps").read_text(errors="replace").splitlines():
        _, slash, path = line.partition("/")
        yield slash + path


def _link(path: Path) -> str:
    try:
        return os.readlink(path)
    except OSError:  # a kernel thread's, or closed meanwhile
        return ""
