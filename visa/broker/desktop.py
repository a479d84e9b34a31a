"""One connection to a desktop: RFB's handshake as its client, then a stream that is handed on unread.

The desktop's password is used here and goes no further. Reading stops after the welcome until somebody takes the
stream.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol, cast

from visa.broker.rights import Bytes
from visa.wire.failed import Failed
from visa.wire.rfb_desktop import DesktopHandshake

BUFFER_HIGH, BUFFER_LOW = 64 * 1024, 16 * 1024
BUSY_WAIT_S = 0.02
MAX_PORT = 65535


class Visitor(Protocol):
    """Who opened the desktop; told what becomes of it."""

    def welcomed(self, server_init: bytes, /) -> None: ...
    def turned_away(self, failed: Failed, /) -> None: ...
    def desktop_full(self, full: bool, /) -> None: ...
    def desktop_lost(self) -> None: ...


class Desktop(asyncio.Protocol):
    """From the dialled connection to its end."""

    __slots__ = ("_deliver", "_handshake", "_is_unwanted", "_surplus", "_transport", "_visitor")

    def __init__(self, visitor: Visitor, password: str) -> None:
        self._visitor = visitor
        self._handshake: DesktopHandshake | None = DesktopHandshake(password)
        self._deliver: Callable[[bytes], None] | None = None
        self._surplus = b""
        self._is_unwanted = False
        self._transport: asyncio.Transport | None = None

    @property
    def unsent(self) -> int:
        """Bytes that this process holds because the desktop does not take them."""
        return self._transport.get_write_buffer_size() if self._transport else 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=BUFFER_HIGH, low=BUFFER_LOW)
        if self._is_unwanted:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._deliver:
            self._deliver(data)
        elif self._handshake and self._transport:
            self._greet(self._handshake, self._transport, data)
        else:
            self._surplus += data

    def pause_writing(self) -> None:
        self._visitor.desktop_full(True)

    def resume_writing(self) -> None:
        self._visitor.desktop_full(False)

    def connection_lost(self, _error: Exception | None) -> None:
        self._transport = None
        self._deliver = None
        self._visitor.desktop_lost()

    def stream_to(self, deliver: Callable[[bytes], None]) -> None:
        """From now on whatever the desktop sends goes to `deliver`."""
        self._deliver = deliver
        surplus, self._surplus = self._surplus, b""
        if surplus:
            deliver(surplus)
        self.resume_reading()

    def write(self, parts: Sequence[Bytes]) -> None:
        """Send whole messages, or parts of one in order; ignored once the connection is gone."""
        if self._transport and not self._transport.is_closing():
            self._transport.writelines(parts)

    def pause_reading(self) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.resume_reading()

    def abort(self) -> None:
        """Leave at once; also when the connection is still being made. The desktop releases keys that are held."""
        self._is_unwanted = True
        if self._transport:
            self._transport.abort()

    def _greet(self, handshake: DesktopHandshake, transport: asyncio.Transport, data: bytes) -> None:
        handshake.receive(data)
        if out := handshake.to_send():
            transport.write(out)
        for event in handshake.events():
            self._handshake = None
            if isinstance(event, Failed):
                self._visitor.turned_away(event)
            else:
                self._surplus = handshake.surplus
                self.pause_reading()
                self._visitor.welcomed(event.server_init)


async def dial(address: str, desktop: Desktop) -> None:
    """Connect `desktop` to "unix:/path" or "tcp:host:port". Raises `OSError`, or `ValueError` for another address.

    Waits for as long as the desktop is too busy to accept: the caller sets the limit.
    """
    kind, _, place = address.partition(":")
    loop = asyncio.get_running_loop()
    if kind == "unix" and place:
        await _dial_unix(place, desktop)
        return
    host, _, port = place.rpartition(":")
    if kind != "tcp" or not host or not port.isdecimal() or int(port) > MAX_PORT:
        raise ValueError(f"this is no address of a desktop: {address!r}")
    await loop.create_connection(lambda: desktop, host.strip("[]"), int(port))


async def _dial_unix(path: str, desktop: Desktop) -> None:
    """A unix socket's backlog is short (5 in Xtigervnc), and when it is full the kernel says "try again"."""
    while True:
        try:
            await asyncio.get_running_loop().create_unix_connection(lambda: desktop, path)
        except BlockingIOError:
            await asyncio.sleep(BUSY_WAIT_S)
        else:
            return
