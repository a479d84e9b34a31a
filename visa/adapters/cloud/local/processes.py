"""Which process is which: a pid alone is no identity, because the kernel gives it to another one later.

A process is the same while its pid, its start time and the machine's boot are the same. Signals go through a pidfd, so
none ever hits a process that took over the pid in between.
"""

import os
import select
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Stat:
    """What /proc/<pid>/stat says: the one-letter state, the parent, and the start in clock ticks since the boot.

    `cpu` is the processor time in clock ticks that it took itself, and its children that ended and were waited for.
    """

    pid: int
    state: str
    parent: int
    started: int
    cpu: int = 0


@dataclass(frozen=True)
class Process:
    """One process, recognised for ever."""

    pid: int
    started: int


@dataclass(frozen=True)
class NamespaceInit:
    """The first process in a pid namespace. Its end is the end of all processes in there."""

    pid: int
    namespace: int


@cache
def boot_id() -> str:
    """Changes whenever the machine starts."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def uptime_s() -> float:
    """Seconds since the machine started: a clock that all processes share and that nobody sets."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def parse_stat(line: str) -> Stat:
    """Read a line of /proc/<pid>/stat; the program's name in it may hold spaces and brackets."""
    head, _, rest = line.rpartition(")")
    fields = rest.split()
    return Stat(int(head.split(" ", 1)[0]), fields[0], int(fields[1]), int(fields[19]), sum(map(int, fields[11:15])))


def stat_of(pid: int) -> Stat | None:
    """None when no such process runs; a zombie does not run any more."""
    try:
        stat = parse_stat(Path(f"/proc/{pid}/stat").read_text())
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if stat.state in "ZX" else stat


def runs(process: Process | NamespaceInit) -> bool:
    """Whether this very process runs."""
    stat = stat_of(process.pid)
    if stat is None:
        return False
    if isinstance(process, Process):
        return stat.started == process.started
    return _namespace_of(process.pid) == process.namespace


def send(process: Process | NamespaceInit, number: signal.Signals) -> bool:
    """Signal this very process; False when it has ended."""
    try:
        fd = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return False
    try:
        if not runs(process):  # checked while the pidfd holds on to whoever has the pid now
            return False
        signal.pidfd_send_signal(fd, number)
    except ProcessLookupError:
        return False
    else:
        return True
    finally:
        os.close(fd)


def wait_end(process: Process | NamespaceInit | None, *, wait_s: float) -> bool:
    """Wait until this very process has ended; False when it has not within `wait_s`."""
    if process is None:
        return True
    try:
        fd = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return True
    try:
        return not runs(process) or bool(select.select([fd], [], [], wait_s)[0])
    finally:
        os.close(fd)


def children_of(pid: int) -> list[int]:
    """Pids of the direct children."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def kill_tree_root(process: Process) -> None:
    """Kill a process that may be just starting its child: it is stopped first, so that no child escapes."""
    if not send(process, signal.SIGSTOP):
        return
    for child in children_of(process.pid):
        stat = stat_of(child)
        if stat is not None and stat.parent == process.pid:
            send(Process(child, stat.started), signal.SIGKILL)
    send(process, signal.SIGKILL)


def _namespace_of(pid: int) -> int | None:
    with suppress(OSError):
        link = Path(f"/proc/{pid}/ns/pid").readlink().name
        return int(link.removeprefix("pid:[").removesuffix("]"))
    return None
