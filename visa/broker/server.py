"""The broker itself: listens, lets in whom the gate and the desk let in, dials desktops, and ends what must end.

Knows every connection; a connection knows nothing of the others. The only timer is `_watch`, which looks at all of them
once a second. The only tasks beside it are the heartbeat and, until its desktop answers, one for each opening.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from http import HTTPStatus

import structlog
from websockets.http11 import Request

from visa.broker import endings
from visa.broker.browser import Browser
from visa.broker.desk import Desk, Threads
from visa.broker.desktop import dial
from visa.broker.endings import Ending
from visa.broker.gate import Admit, Healthy, Refuse, answer, judge
from visa.broker.heartbeat import Heartbeat
from visa.broker.patience import Patience
from visa.broker.relay import Relay
from visa.ports.clock import Clock
from visa.services.desktops import Grant, Held, Refusal
from visa.settings import Broker as BrokerSettings

log = structlog.get_logger(__name__)

MAX_WAITING = 1024
"""Connections that have not sent their request yet; of more, the longest waiting one is dropped."""
BACKLOG = 1024
NOT_NOW = Refuse(HTTPStatus.SERVICE_UNAVAILABLE, "no_database", "Desktops cannot be opened at the moment.")


class Broker:
    """One broker in this process. `start`, then `stop`; both on the event loop."""

    def __init__(
        self, desk: Desk, settings: BrokerSettings, *, origin: str, clock: Clock, patience: Patience | None = None
    ) -> None:
        """`origin`: of the pages that may open desktops, as `gate.origin_of` writes it."""
        self._desk, self._settings = desk, settings
        self._patience = patience or Patience(ping_s=settings.ping_s)
        self._origin, self._clock = origin, clock
        self._threads = Threads()
        self._waiting: dict[Browser, None] = {}
        self._browsers: dict[Browser, None] = {}
        self._relays: dict[str, Relay] = {}
        self._openings: set[asyncio.Task[None]] = set()
        self._is_draining = False
        self._is_empty = asyncio.Event()
        self._heartbeat = Heartbeat(
            desk,
            self._threads,
            interval_s=settings.heartbeat_s,
            blind_close_s=settings.blind_close_s,
            holds=self.holds,
            close=self._revoke,
        )

    async def start(self) -> None:
        """Listen. Raises `OSError` when the port cannot be had."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Browser(self, self._patience), self._settings.host, self._settings.port, backlog=BACKLOG
        )
        self._tasks = [loop.create_task(self._heartbeat.run()), loop.create_task(self._watch())]
        log.info("broker listens", addresses=[socket.getsockname()[:2] for socket in self._server.sockets])

    async def failure(self) -> None:
        """Returns never while all is well, and raises what broke the broker's own tasks."""
        await asyncio.gather(*self._tasks)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Let nobody in any more, end every session with 1001, record it; takes at most about `drain_s` twice."""
        self._is_draining = True
        self._server.close()
        for relay in list(self._relays.values()):
            relay.end(endings.GOING_AWAY)
        for browser in [browser for browser in self._browsers if not browser.is_closing]:
            browser.abort()
        if self._browsers:
            await _at_most(self._patience.drain_s, self._is_empty.wait())
        for browser in list(self._browsers):
            browser.abort()
        under_way = [*self._tasks, *self._openings]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await _at_most(self._patience.drain_s, self._heartbeat.tell_ended())
        self._threads.stop()
        log.info("broker stopped")

    def holds(self) -> tuple[Held, ...]:
        """The sessions that are open now."""
        return tuple(relay.held() for relay in self._relays.values())

    def unsent(self) -> int:
        """Bytes held for all who do not take them, in both directions."""
        to_desktops = sum(relay.desktop.unsent for relay in self._relays.values())
        return to_desktops + sum(browser.unsent for browser in self._browsers)

    # What connections say.

    def arrived(self, browser: Browser) -> None:
        if self._is_draining or len(self._browsers) >= self._settings.max_connections:
            log.warning("connection refused", connections=len(self._browsers), draining=self._is_draining)
            browser.abort()
            return
        if len(self._waiting) >= MAX_WAITING:
            next(iter(self._waiting)).abort()
        self._is_empty.clear()
        self._browsers[browser] = self._waiting[browser] = None

    def left(self, browser: Browser) -> None:
        self._browsers.pop(browser, None)
        self._waiting.pop(browser, None)
        if not self._browsers:
            self._is_empty.set()

    def requested(self, browser: Browser, request: Request) -> None:
        self._waiting.pop(browser, None)
        verdict = judge(request, origin=self._origin)
        if isinstance(verdict, Admit) and self._heartbeat.is_blind(asyncio.get_running_loop().time()):
            verdict = NOT_NOW
        match verdict:
            case Healthy():
                browser.answer(answer(HTTPStatus.OK, "ok", ""))
            case Refuse():
                self._refuse(browser, verdict)
            case Admit() if browser.agree(request):
                opening = asyncio.get_running_loop().create_task(self._open(browser, verdict.secret))
                self._openings.add(opening)
                opening.add_done_callback(self._openings.discard)

    # Opening.

    async def _open(self, browser: Browser, secret: str) -> None:
        grant = await self._redeem(browser, secret)
        if grant is None:
            return
        relay = Relay(grant, browser, clock=self._clock, ended=self._ended)
        self._relays[relay.session_id] = relay
        log.info("desktop opened", session=relay.session_id, instance=grant.instance_id, right=grant.right.value)
        if browser.is_gone:
            relay.browser_lost()
            return
        relay.begin()
        try:
            async with asyncio.timeout(self._patience.dial_s):
                await dial(grant.address, relay.desktop)
        except (OSError, ValueError) as error:
            log.warning("desktop not reached", session=relay.session_id, error=repr(error))
            relay.end(endings.UNREACHABLE)

    async def _redeem(self, browser: Browser, secret: str) -> Grant | None:
        """The ticket's grant; None after having answered that there is none."""
        try:
            outcome = await self._threads.redeem(self._desk, secret)
        except Exception as error:  # one opening fails, the broker goes on
            log.warning("ticket not checked", error=type(error).__name__)
            self._refuse(browser, NOT_NOW)
            return None
        if isinstance(outcome, Refusal):
            self._refuse(browser, Refuse(HTTPStatus.FORBIDDEN, outcome.code, outcome.message))
            return None
        return outcome

    def _refuse(self, browser: Browser, refusal: Refuse) -> None:
        log.info("refused at the gate", code=refusal.code, status=refusal.status.value)
        browser.answer(answer(refusal.status, refusal.code, refusal.message))

    # Ending.

    def _ended(self, relay: Relay, ending: Ending) -> None:
        self._relays.pop(relay.session_id, None)
        self._heartbeat.ended(relay.session_id, ending.reason)
        log.info("desktop closed", session=relay.session_id, reason=ending.reason, message=ending.message)

    def _revoke(self, must_close: Mapping[str, str]) -> None:
        for session_id, reason in must_close.items():
            if relay := self._relays.get(session_id):
                relay.end(endings.revoked(reason))

    async def _watch(self) -> None:
        """Look at every connection, about once a second."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._patience.watch_s)
            now = loop.time()
            if self._relays and self._heartbeat.is_blind(now):
                log.error("all desktops close: the database has not answered for too long", desktops=len(self._relays))
                for relay in list(self._relays.values()):
                    relay.end(endings.NO_DATABASE)
            for browser in list(self._browsers):
                browser.check(now)


async def _at_most(seconds: float, waiting: Awaitable[object]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await waiting
