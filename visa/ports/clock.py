"""Time, ids and randomness are arguments: these are their types."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


NewId = Callable[[], str]
