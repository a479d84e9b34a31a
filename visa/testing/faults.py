"""Fault switches of the fake cloud: what goes wrong, at which call, before or after it took effect.

Operations are named as the methods of `visa.ports.cloud.Cloud`. Counting starts where a fault is set: `nth=1` is the
next call. Knows nothing of servers and volumes; `visa.testing.cloud` asks it at every call.
"""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from visa.errors import Fault
from visa.ports.cloud import Cloud

OPERATIONS = frozenset(name for name in vars(Cloud) if not name.startswith("_"))


class Crash(BaseException):
    """The process dies here. Not an `Exception`, so that no boundary which saves a life can catch it."""


class When(StrEnum):
    BEFORE = "before"
    """Nothing happened in the cloud."""
    AFTER = "after"
    """The cloud did it, and the answer was lost."""
    LATE = "late"
    """The answer was lost, and the cloud does it only after `late_s` seconds."""


@dataclass(frozen=True)
class Trouble:
    """One thing that goes wrong."""

    when: When
    error: BaseException
    late_s: float = 0


Chooser = Callable[[str, int], Trouble | None]
"""Asked with an operation and the number of its calls so far (from 1) when no set fault applies."""


class Faults:
    """Thread-safe. `calls` counts every call by operation, those that failed too."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.chooser: Chooser | None = None
        self._set: dict[tuple[str, int], Trouble] = {}
        self._lock = threading.Lock()

    def before(self, operation: str, error: BaseException, *, nth: int = 1, times: int = 1) -> None:
        """The nth call from now, and `times - 1` more after it, raise `error` and do nothing."""
        self._plan(operation, Trouble(When.BEFORE, error), nth=nth, times=times)

    def after(self, operation: str, error: BaseException, *, nth: int = 1, times: int = 1) -> None:
        """The same, but the cloud has done it: the answer that was lost."""
        self._plan(operation, Trouble(When.AFTER, error), nth=nth, times=times)

    def late(self, operation: str, late_s: float, *, nth: int = 1) -> None:
        """The nth call from now raises `Fault` at once, and takes effect `late_s` seconds later."""
        lost = Fault("The cloud did not answer in time.", detail="timed out")
        self._plan(operation, Trouble(When.LATE, lost, late_s), nth=nth, times=1)

    def clear(self) -> None:
        """All is well from now on; counts stay."""
        with self._lock:
            self._set.clear()
            self.chooser = None

    def meet(self, operation: str) -> Trouble | None:
        """Count one call and say what goes wrong in it."""
        with self._lock:
            self.calls[operation] += 1
            count = self.calls[operation]
            planned = self._set.pop((operation, count), None)
            if planned is None and self.chooser is not None:
                planned = self.chooser(operation, count)
            return planned

    def _plan(self, operation: str, trouble: Trouble, *, nth: int, times: int) -> None:
        if operation not in OPERATIONS:
            raise ValueError(f"no operation {operation!r}; there are {', '.join(sorted(OPERATIONS))}")
        with self._lock:
            first = self.calls[operation] + nth
            self._set.update({(operation, number): trouble for number in range(first, first + times)})
