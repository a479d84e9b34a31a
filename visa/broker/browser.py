"""One browser's connection: a thin shell around `websockets`' Sans-I/O server protocol, on the event loop's transport.

Knows frames, not RFB. Inbound frames are parsed by the library; outbound ones are a header written here and the chunk
itself, handed to the transport together, so that what a desktop sends is not copied. No task and no timer of its own:
the broker calls `check` about once a second. Compression is off: desktops compress their pictures themselves.
"""

import asyncio
import logging
import struct
from http import HTTPStatus
from typing import Protocol, cast

from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import CONNECTING
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from visa.broker.endings import Ending
from visa.broker.gate import MAX_REQUEST_HEAD, SUBPROTOCOL, answer
from visa.broker.patience import Patience

MAX_FRAME = 64 * 1024
"""noVNC sends at most 10 KiB a frame."""
BUFFER_HIGH, BUFFER_LOW = 64 * 1024, 16 * 1024

_BINARY = 0x80 | Opcode.BINARY
_MEDIUM, _LARGE = struct.Struct("!BBH"), struct.Struct("!BBQ")
_SHORT_MAX, _MEDIUM_MAX = 125, 0xFFFF
_CONTROL = frozenset({Opcode.CLOSE, Opcode.PING, Opcode.PONG})
_quiet = logging.getLogger("visa.broker.websockets")
_quiet.setLevel(logging.WARNING)  # the library's debug lines show whole headers, and so tickets


class Guest(Protocol):
    """Who is behind a browser's connection once it was let in; told what happens on it."""

    def received(self, data: bytes) -> None: ...
    def browser_full(self, full: bool, /) -> None: ...
    def browser_lost(self) -> None: ...
    def overdue(self) -> None: ...
    def unheard(self) -> None: ...


class Host(Protocol):
    """The broker, as connections see it."""

    def arrived(self, browser: "Browser") -> None: ...
    def requested(self, browser: "Browser", request: Request) -> None: ...
    def left(self, browser: "Browser") -> None: ...


class Browser(asyncio.Protocol):
    """From the TCP connection to its end; `guest` is set once the gate was passed."""

    __slots__ = (
        "_accepted",
        "_deadline",
        "_head_bytes",
        "_heard",
        "_host",
        "_next_ping",
        "_patience",
        "_pinged",
        "_transport",
        "_websocket",
        "guest",
        "is_open",
    )

    def __init__(self, host: Host, patience: Patience) -> None:
        self.guest: Guest | None = None
        self.is_open = False
        self._host = host
        self._websocket = ServerProtocol(subprotocols=[Subprotocol(SUBPROTOCOL)], max_size=MAX_FRAME, logger=_quiet)
        self._transport: asyncio.Transport | None = None
        self._accepted: Response | None = None
        self._head_bytes = 0
        self._heard = True
        self._pinged = False
        self._patience = patience
        self._next_ping = 0.0
        self._deadline: float | None = _now() + self._patience.opening_s

    @property
    def is_gone(self) -> bool:
        """Whether the connection has ended."""
        return self._transport is None

    @property
    def is_closing(self) -> bool:
        """Whether the closing handshake is under way, or all is over."""
        return self._transport is None or self._transport.is_closing() or self._websocket.close_sent is not None

    @property
    def unsent(self) -> int:
        """Bytes that this process holds because the browser does not take them."""
        return self._transport.get_write_buffer_size() if self._transport else 0

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=BUFFER_HIGH, low=BUFFER_LOW)
        self._host.arrived(self)

    def data_received(self, data: bytes) -> None:
        self._heard = True
        websocket = self._websocket
        if self._head_bytes >= 0 and not self._is_short_head(len(data)):
            return
        websocket.receive_data(data)
        for event in cast(list[Request | Frame], websocket.events_received()):
            if isinstance(event, Request):
                self._head_bytes = -1
                self._host.requested(self, event)
            elif websocket.state is CONNECTING:
                self.abort()  # frames before the upgrade
            elif self.guest and event.opcode not in _CONTROL:
                self.guest.received(bytes(event.data))
        self._flush()

    def pause_writing(self) -> None:
        if self.guest:
            self.guest.browser_full(True)

    def resume_writing(self) -> None:
        if self.guest:
            self.guest.browser_full(False)

    def connection_lost(self, _error: Exception | None) -> None:
        self.is_open = False
        self._transport = None
        guest, self.guest = self.guest, None
        self._host.left(self)
        if guest:
            guest.browser_lost()

    # Opening.

    def answer(self, response: Response) -> None:
        """Answer over plain HTTP, and close."""
        if self._transport:
            self._websocket.send_response(response)
            self._flush()

    def agree(self, request: Request) -> bool:
        """Check that the request is a sound upgrade; answers it when not. Nothing is read until `open`."""
        response = self._websocket.accept(request)
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            self.answer(response)
            return False
        self._accepted = response
        self.pause_reading()
        return True

    def open(self, guest: Guest) -> None:
        """Upgrade; what the browser sends from now on goes to `guest`, who is to become `settled` in time."""
        if self._accepted is None:
            raise RuntimeError("a connection is agreed on before it is opened")
        self._websocket.send_response(self._accepted)
        self._accepted = None
        self.guest = guest
        self.is_open = True
        self._deadline = _now() + self._patience.opening_s
        self._flush()
        self.resume_reading()

    def settled(self) -> None:
        """The opening is over; from now on only silence is watched."""
        self._deadline = None
        self._next_ping = _now() + self._patience.ping_s

    # While it is open.

    def send(self, data: bytes) -> None:
        """Send a chunk as one binary message, without copying it. Ignored once the connection is closing."""
        if not self.is_open or self._transport is None:
            return
        size = len(data)
        if size <= _SHORT_MAX:
            header = bytes((_BINARY, size))
        elif size <= _MEDIUM_MAX:
            header = _MEDIUM.pack(_BINARY, 126, size)
        else:
            header = _LARGE.pack(_BINARY, 127, size)
        self._transport.writelines((header, data))

    def pause_reading(self) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.resume_reading()

    def check(self, now: float) -> None:
        """Called about once a second: gives up what takes too long, pings who is silent."""
        if self._deadline is not None:
            if now >= self._deadline:
                self._give_up()
        elif self.guest and self.is_open and now >= self._next_ping:
            self._next_ping = now + self._patience.ping_s
            if self._heard:
                self._heard = self._pinged = False
            elif self._pinged:
                self.guest.unheard()
            else:
                self._pinged = True
                self._websocket.send_ping(b"")
                self._flush()

    # Closing.

    def end(self, ending: Ending) -> None:
        """Say why, and close; a browser that does not answer is cut off soon."""
        self.guest = None
        if not self.is_open:
            return
        self.is_open = False
        self._websocket.send_close(ending.code, ending.message)
        self._flush()
        self.resume_reading()
        self._deadline = _now() + self._patience.closing_s

    def abort(self) -> None:
        """Cut off, whatever is still to be sent."""
        if self._transport:
            self._transport.abort()

    def _is_short_head(self, more: int) -> bool:
        self._head_bytes += more
        if self._head_bytes <= MAX_REQUEST_HEAD:
            return True
        self.answer(answer(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "too_large", "The request is too large."))
        return False

    def _give_up(self) -> None:
        if self.guest:
            self.guest.overdue()
        else:
            self.abort()

    def _flush(self) -> None:
        for data in self._websocket.data_to_send():
            if self._transport is None or self._transport.is_closing():
                return
            if data:
                self._transport.write(data)
            else:  # the protocol's sign for the end of the stream
                self.is_open = False
                self._deadline = _now() + self._patience.closing_s
                self._transport.close()


def _now() -> float:
    return asyncio.get_running_loop().time()
