"""One participant in one desktop: both handshakes, then bytes both ways, no side read faster than the other takes.

What goes to the desktop passes the participant's `Filter`; what comes from it is handed on unread. Holds no clock but
the one for the time of the last input, and never talks to the database.
"""

from collections.abc import Callable
from datetime import datetime

from visa.broker import endings
from visa.broker.browser import Browser
from visa.broker.desktop import Desktop
from visa.broker.endings import Ending
from visa.broker.rights import Filter
from visa.ports.clock import Clock
from visa.services.desktops import Grant, Held
from visa.wire.failed import Failed
from visa.wire.rfb_browser import BrowserHandshake


class Relay:
    """A desktop session as the broker holds it. Ends once, by `end` or when the browser leaves, and then says so."""

    __slots__ = (
        "_browser",
        "_clock",
        "_desktop_is_full",
        "_early",
        "_ended",
        "_filter",
        "_handshake",
        "_is_live",
        "_last_input_at",
        "_server_init",
        "desktop",
        "is_over",
        "session_id",
    )

    def __init__(
        self, grant: Grant, browser: Browser, *, clock: Clock, ended: Callable[["Relay", Ending], None]
    ) -> None:
        """`ended`: called once."""
        self.session_id = grant.desktop_session_id
        self.desktop = Desktop(self, grant.password)
        self.is_over = False
        self._browser = browser
        self._filter = Filter(grant.right)
        self._handshake: BrowserHandshake | None = BrowserHandshake()
        self._server_init: bytes | None = None
        self._early = b""
        self._is_live = False
        self._last_input_at: datetime | None = None
        self._desktop_is_full = False
        self._clock = clock
        self._ended = ended

    def begin(self) -> None:
        """Upgrade the browser's connection and greet it. The desktop is dialled meanwhile, by the broker."""
        self._browser.open(self)
        self._greet(b"")

    def held(self) -> Held:
        """What the heartbeat reports."""
        return Held(self.session_id, self._last_input_at)

    def end(self, ending: Ending) -> None:
        """Close both sides and tell the browser why; a second ending changes nothing."""
        if self._is_first_end():
            self._browser.end(ending)
            self._ended(self, ending)

    # The browser's side.

    def received(self, data: bytes) -> None:
        if self._handshake:
            self._greet(data)
        elif self._is_live:
            self._forward(data)
        else:
            self._early += data

    def browser_full(self, full: bool) -> None:
        if full:
            self.desktop.pause_reading()
        else:
            self.desktop.resume_reading()

    def browser_lost(self) -> None:
        if self._is_first_end():
            self._ended(self, endings.BROWSER_LEFT)

    def overdue(self) -> None:
        self.end(endings.TOO_SLOW if self._handshake else endings.UNREACHABLE)

    def unheard(self) -> None:
        """No sign of life for long. While the desktop takes no input the browser is not read, so it is not to blame."""
        if self._desktop_is_full:
            self.end(endings.DESKTOP_STUCK)
        elif self._is_first_end():
            self._browser.abort()
            self._ended(self, endings.BROWSER_LEFT)

    # The desktop's side.

    def welcomed(self, server_init: bytes) -> None:
        self._server_init = server_init
        self._settle()

    def turned_away(self, failed: Failed) -> None:
        self.end(endings.refused_by_desktop(failed.code, failed.message))

    def desktop_full(self, full: bool) -> None:
        self._desktop_is_full = full
        if full:
            self._browser.pause_reading()
        else:
            self._browser.resume_reading()

    def desktop_lost(self) -> None:
        self.end(endings.UNREACHABLE if self._server_init is None else endings.DESKTOP_GONE)

    def _greet(self, data: bytes) -> None:
        handshake = self._handshake
        if handshake is None or self.is_over:
            return
        handshake.receive(data)
        if out := handshake.to_send():
            self._browser.send(out)
        for event in handshake.events():
            if isinstance(event, Failed):
                self.end(endings.malformed(event.code, event.message))
                return
            self._handshake = None
            self._early = handshake.surplus
            self._browser.pause_reading()
            self._settle()

    def _settle(self) -> None:
        """Both sides are greeted: from here on bytes flow."""
        if self._handshake or self._server_init is None or self.is_over:
            return
        self._browser.send(self._server_init)
        self._is_live = True
        early, self._early, self._server_init = self._early, b"", b""
        self.desktop.stream_to(self._browser.send)
        self._browser.settled()
        self._browser.resume_reading()
        self._forward(early)

    def _forward(self, data: bytes) -> None:
        passed = self._filter.passes(data)
        if passed.parts:
            self.desktop.write(passed.parts)
        if passed.is_input:
            self._last_input_at = self._clock.now()
        if passed.failed:
            self.end(endings.malformed(passed.failed.code, passed.failed.message))

    def _is_first_end(self) -> bool:
        if self.is_over:
            return False
        self.is_over = True
        self.desktop.abort()
        return True
