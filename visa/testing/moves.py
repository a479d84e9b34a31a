"""Changes of the fake cloud that are under way: each is due at a moment and after some number of surveys."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from visa.ports.clock import Clock


@dataclass
class _Move:
    due_at: datetime
    surveys: int
    change: Callable[[], None]


class Moves:
    """At most one change a key; a new one replaces what was under way. Not thread-safe: the owner locks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._moves: dict[str, _Move] = {}

    def set(self, key: str, after_s: float, change: Callable[[], None], *, surveys: int = 0) -> None:
        """Do `change` at the first look at `key` that comes `after_s` seconds and `surveys` surveys from now."""
        self._moves[key] = _Move(self._clock.now() + timedelta(seconds=after_s), surveys, change)

    def drop(self, key: str) -> None:
        self._moves.pop(key, None)

    def settle(self, key: str) -> None:
        """Do what is due for this key; a change may set the next one, which is then looked at too."""
        while (move := self._moves.get(key)) is not None:
            if move.due_at > self._clock.now() or move.surveys > 0:
                return
            del self._moves[key]
            move.change()

    def settle_all(self, *, count_survey: bool = False) -> None:
        """Do all that is due; with `count_survey`, a survey shows what is left."""
        for key in list(self._moves):
            self.settle(key)
        if count_survey:
            for move in self._moves.values():
                move.surveys -= 1
