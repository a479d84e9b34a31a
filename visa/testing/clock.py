"""A clock that moves only when it is told to."""

from datetime import UTC, datetime, timedelta

START = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)


class FrozenClock:
    """Obeys `visa.ports.clock.Clock`."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> datetime:
        """Move by `seconds` (backwards if negative) and return the new moment."""
        self._now += timedelta(seconds=seconds)
        return self._now
