"""A clock that stands still until it is told to move, and ids that count: for tests and benches only."""

import itertools
import threading
from datetime import UTC, datetime, timedelta

from visa.ports.clock import NewId

START = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)


class FrozenClock:
    """`visa.ports.clock.Clock` by hand; safe to move from another thread."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float = 0, *, days: float = 0) -> datetime:
        """Move on (or back, when negative) and return the new moment."""
        with self._lock:
            self._now += timedelta(seconds=seconds, days=days)
            return self._now

    def set(self, moment: datetime) -> None:
        """Jump to an aware moment."""
        if moment.tzinfo is None:
            raise ValueError("the clock shows aware times only")
        with self._lock:
            self._now = moment.astimezone(UTC)


def counting_ids(prefix: str = "id") -> NewId:
    """Ids "id-1", "id-2", …: the same in every run; safe from several threads."""
    numbers = itertools.count(1)
    return lambda: f"{prefix}-{next(numbers)}"
