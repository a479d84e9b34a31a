"""What the fake cloud's machines and disks have in common: the clock, names, marks, and changes under way."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from visa.domain.resources import Mark
from visa.errors import Refused
from visa.ports.clock import Clock, NewId
from visa.testing.moves import Moves


@dataclass
class Pace:
    """Seconds on the clock that things take. `surveys` is how many surveys show each passing state in any case."""

    volume_s: float = 0
    build_s: float = 0
    desktop_s: float = 0
    stop_s: float = 0
    delete_s: float = 0
    snapshot_s: float = 0
    backup_s: float = 0
    """Also what filling a volume from a backup takes."""
    surveys: int = 0


class Ground:
    """Not thread-safe: whoever calls holds `lock`."""

    def __init__(self, clock: Clock, new_id: NewId) -> None:
        self.lock = threading.Lock()
        self.pace = Pace()
        self.made: Counter[Mark] = Counter()
        self.by_mark: dict[Mark, str] = {}
        self.clock = clock
        self.new_id = new_id
        self.moves = Moves(clock)

    def name(self, mark: Mark) -> str:
        """A ref for something new that carries this mark."""
        ref = self.new_id()
        self.by_mark[mark] = ref
        self.made[mark] += 1
        return ref

    def move(self, ref: str, after_s: float, change: Callable[[], None]) -> None:
        self.moves.set(ref, after_s, change, surveys=self.pace.surveys)


def gone(what: str) -> Refused:
    return Refused(f"There is no such {what} (any more).", code="gone")
