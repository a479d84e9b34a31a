"""What the broker asks the database, and the few threads that ask: the event loop itself never waits for it.

`Desk` is the broker's view of `visa.services.desktops`; `ServiceDesk` binds it to a database, one short transaction a
call.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, Protocol, TypeVar

from visa.ports.clock import Clock, NewId
from visa.services import desktops
from visa.services.desktops import Grant, Held, Refusal
from visa.store.session import Sessions

REDEEM_THREADS = 4

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Desk(Protocol):
    """Called from several threads. Any exception means "not now": the broker logs it and tries again."""

    def redeem(self, secret: str) -> Grant | Refusal:
        """Use a ticket up and open a session for this broker."""
        ...

    def heartbeat(self, holds: tuple[Held, ...]) -> dict[str, str]:
        """Report what this broker holds; returns which sessions must close now, and the reason of each."""
        ...

    def closed(self, desktop_session_ids: tuple[str, ...], reason: str) -> None:
        """These sessions have ended; may be repeated."""
        ...


class ServiceDesk:
    """The desk of this database."""

    def __init__(self, sessions: Sessions, broker_id: str, *, clock: Clock, new_id: NewId) -> None:
        self._sessions, self._broker_id = sessions, broker_id
        self._clock, self._new_id = clock, new_id

    def redeem(self, secret: str) -> Grant | Refusal:
        with self._sessions.write() as session:
            return desktops.redeem(
                session, secret, broker_id=self._broker_id, now=self._clock.now(), new_id=self._new_id
            )

    def heartbeat(self, holds: tuple[Held, ...]) -> dict[str, str]:
        with self._sessions.write() as session:
            return desktops.heartbeat(session, self._broker_id, holds, now=self._clock.now())

    def closed(self, desktop_session_ids: tuple[str, ...], reason: str) -> None:
        with self._sessions.write() as session:
            desktops.closed(session, desktop_session_ids, now=self._clock.now(), reason=reason)


class Threads:
    """Redeeming and reporting have threads of their own, so that a rush of tickets never delays a heartbeat."""

    def __init__(self) -> None:
        self._redeeming = ThreadPoolExecutor(REDEEM_THREADS, thread_name_prefix="redeem")
        self._reporting = ThreadPoolExecutor(1, thread_name_prefix="report")

    async def redeem(self, desk: Desk, secret: str) -> Grant | Refusal:
        return await asyncio.get_running_loop().run_in_executor(self._redeeming, desk.redeem, secret)

    async def report(
        self, call: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._reporting, lambda: call(*args, **kwargs))

    def stop(self) -> None:
        """Begin nothing more; calls under way go on."""
        self._redeeming.shutdown(wait=False, cancel_futures=True)
        self._reporting.shutdown(wait=False, cancel_futures=True)
