"""How busy sandboxes are: the processor time of all their processes, by /proc/<pid>/stat, taken every few seconds.

What ended and was waited for is in the time of whoever waited, so that the sum of a sandbox only grows. Where it shrank
(somebody ignores the end of their children) nothing is said of that time. See proc_pid_stat(5).
"""

import os
from collections import defaultdict, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from visa.adapters.cloud.local.processes import Stat, parse_stat, uptime_s

WINDOW_S = 60.0
_PARTS = 6
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Sample:
    """What a sandbox had taken at one moment, in seconds of processor time and of the host's uptime."""

    at_s: float
    cpu_s: float


class Meter:
    """The load of each sandbox as its mean over `window_s`. Its memory is this process's: it begins with two looks."""

    def __init__(self, window_s: float = WINDOW_S) -> None:
        self._window_s = window_s
        self._looked_s = float("-inf")
        self._samples: dict[int, deque[Sample]] = {}
        self._lock = Lock()

    def loads(self, inits: Collection[int]) -> dict[int, float]:
        """Processors busy, by the pids of the sandboxes' first processes; those are left out of which it is not known.

        All processes of the host are read, but no more often than the window needs.
        """
        with self._lock:
            now_s = uptime_s()
            if now_s - self._looked_s >= self._window_s / _PARTS:
                self._looked_s = now_s
                self._look(inits, now_s)
            found = {init: _load(self._samples[init]) for init in inits if init in self._samples}
        return {init: load for init, load in found.items() if load is not None}

    def _look(self, inits: Collection[int], now_s: float) -> None:
        before, self._samples = self._samples, {}
        for init, cpu_s in cpu_of_trees(inits, _all_stats()).items():
            samples = before.get(init, deque())
            if samples and samples[-1].cpu_s > cpu_s:
                samples.clear()
            samples.append(Sample(now_s, cpu_s))
            while len(samples) > 2 and samples[1].at_s <= now_s - self._window_s:  # noqa: PLR2004 - two make a mean
                samples.popleft()
            self._samples[init] = samples


def cpu_of_trees(roots: Collection[int], stats: Iterable[Stat]) -> dict[int, float]:
    """Seconds of processor time of each root with all its descendants; a root that does not run is left out."""
    by_pid = {stat.pid: stat for stat in stats}
    children: dict[int, list[int]] = defaultdict(list)
    for stat in by_pid.values():
        children[stat.parent].append(stat.pid)
    return {root: _cpu_of(root, by_pid, children) for root in roots if root in by_pid}


def _cpu_of(root: int, by_pid: dict[int, Stat], children: dict[int, list[int]]) -> float:
    ticks, todo = 0, [root]
    while todo:
        pid = todo.pop()
        ticks += by_pid[pid].cpu
        todo += children[pid]
    return ticks / _TICKS_PER_S


def _load(samples: deque[Sample]) -> float | None:
    first, last = samples[0], samples[-1]
    return (last.cpu_s - first.cpu_s) / (last.at_s - first.at_s) if last.at_s > first.at_s else None


def _all_stats() -> Iterable[Stat]:
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                yield parse_stat(Path(f"/proc/{name}/stat").read_text())
            except (FileNotFoundError, ProcessLookupError):  # it has just ended
                continue
