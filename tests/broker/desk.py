"""A desk in memory: tickets and sessions of one test, with a switch that takes the database away."""

import itertools
import threading
from collections.abc import Callable

from visa.services.desktops import Grant, Held, Refusal, Right

TIMEOUT_S = 20


class MemoryDesk:
    """`visa.broker.desk.Desk` without a database; thread-safe, and everything on it can be waited for."""

    def __init__(self) -> None:
        self.closed_for: dict[str, str] = {}
        self.held: dict[str, Held] = {}
        self.reports = 0
        self.is_down = False
        self._grants: dict[str, Grant] = {}
        self._must_close: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()

    def issue(self, address: str, right: Right = Right.CONTROL, *, password: str = "") -> str:
        """A ticket's secret; its session is called "session-…" with the same ending."""
        number = f"{next(self._numbers):032d}"
        self._grants[number] = Grant(f"session-{number}", "instance", "person", right, address, password)
        return number

    def revoke(self, secret: str, reason: str = "revoked") -> None:
        self._must_close[f"session-{secret}"] = reason

    def wait_until(self, holds: Callable[["MemoryDesk"], bool]) -> None:
        """Wait until something is true of what was reported here."""
        with self._changed:
            assert self._changed.wait_for(lambda: holds(self), TIMEOUT_S)

    def next_report(self) -> None:
        """Wait for a report that began after now."""
        seen = self.reports
        self.wait_until(lambda desk: desk.reports >= seen + 2)

    def redeem(self, secret: str) -> Grant | Refusal:
        self._answer()
        return self._grants.pop(secret, None) or Refusal("ticket_invalid", "This ticket was used already.")

    def heartbeat(self, holds: tuple[Held, ...]) -> dict[str, str]:
        self._answer()
        with self._changed:
            self.held = {held.desktop_session_id: held for held in holds}
            self.reports += 1
            self._changed.notify_all()
            return {name: reason for name, reason in self._must_close.items() if name in self.held}

    def closed(self, desktop_session_ids: tuple[str, ...], reason: str) -> None:
        self._answer()
        with self._changed:
            self.closed_for |= dict.fromkeys(desktop_session_ids, reason)
            self._changed.notify_all()

    def _answer(self) -> None:
        if self.is_down:
            raise ConnectionError("the database is away")
