"""Reporting what the broker holds, and closing what must close.

Revoking needs no message to the broker: every `interval_s` it reports its sessions and reads which of them must end,
so that a revoked one is closed within that time and one database call. While the database does not answer, sessions go
on and the report is repeated; but after `blind_close_s` without one that came through all of them end, because an
outage must not keep somebody in who may have been shut out. New tickets need the database anyway.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping

import structlog

from visa.broker.desk import Desk, Threads
from visa.services.desktops import Held

log = structlog.get_logger(__name__)


class Heartbeat:
    """Two small tasks: one reports at intervals, one tells at once what has ended."""

    def __init__(
        self,
        desk: Desk,
        threads: Threads,
        *,
        interval_s: float,
        blind_close_s: float,
        holds: Callable[[], tuple[Held, ...]],
        close: Callable[[Mapping[str, str]], None],
    ) -> None:
        """`holds`: the sessions open now; `close`: ends the sessions (id → reason) that must not go on."""
        self._desk, self._threads = desk, threads
        self._interval_s, self._blind_close_s = interval_s, blind_close_s
        self._holds, self._close = holds, close
        self._ended: defaultdict[str, list[str]] = defaultdict(list)
        self._some_ended, self._telling = asyncio.Event(), asyncio.Lock()
        self._sure_at = asyncio.get_running_loop().time()

    def ended(self, desktop_session_id: str, reason: str) -> None:
        """A session is over; the database is told as soon as it listens."""
        self._ended[reason].append(desktop_session_id)
        self._some_ended.set()

    def is_blind(self, now: float) -> bool:
        """Whether for too long nobody could say who must leave. `now`: the event loop's time."""
        return now - self._sure_at > self._blind_close_s

    async def run(self) -> None:
        """Report until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._report_at_intervals())
            tasks.create_task(self._tell_at_once())

    async def _report_at_intervals(self) -> None:
        while True:
            await self.report()
            await asyncio.sleep(self._interval_s)

    async def _tell_at_once(self) -> None:
        while True:
            await self._some_ended.wait()
            await self.tell_ended()

    async def report(self) -> None:
        """One report. A failure is logged and repeated at the next interval."""
        asked_at = asyncio.get_running_loop().time()
        holds = self._holds()
        try:
            must_close = await self._threads.report(self._desk.heartbeat, holds)
        except Exception as error:  # keeps every session alive while the database is away
            log.warning("heartbeat failed", holds=len(holds), error=repr(error), sure_s_ago=asked_at - self._sure_at)
            return
        self._sure_at = asked_at
        self._close(must_close)
        if self._ended:
            await self.tell_ended()

    async def tell_ended(self) -> None:
        """Record the sessions that have ended. What cannot be recorded now is kept for the next report."""
        self._some_ended.clear()
        async with self._telling:
            for reason in list(self._ended):
                ids = tuple(self._ended[reason])
                try:
                    await self._threads.report(self._desk.closed, ids, reason)
                except Exception as error:  # the next report tries again, and the scheduler closes what nobody reports
                    log.warning("ended sessions not recorded", count=len(ids), error=repr(error))
                    continue
                # Forgotten only now: when this is cancelled under way, they are told once more.
                del self._ended[reason][: len(ids)]
                if not self._ended[reason]:
                    del self._ended[reason]
