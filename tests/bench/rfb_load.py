"""Both ends of a relay under load: a desktop that floods or echoes when told, and pages that take it.

The desktop is told what to do by key messages, so that the same load passes a relay that understands RFB and one that
passes bytes.
"""

import asyncio
import itertools
import struct
from typing import cast

from tests.bench.relays import CHUNK, ORIGIN
from visa.wire.rfb_browser import BrowserHandshake, Seated
from visa.wire.rfb_desktop import DesktopHandshake

SERVER_INIT = struct.pack("!HH16xI", 800, 600, 4) + b"load"
FLOOD, ECHO, KEY_LENGTH, ECHO_LENGTH = 1, 2, 8, 60
_BUFFER = 256 * 1024
_tickets = itertools.count()


def key(keysym: int) -> bytes:
    return struct.pack("!BBxxI", 4, 1, keysym)


class LoadDesktop(asyncio.Protocol):
    """Floods `chunks` chunks of 64 KiB at one key, answers 60 bytes to another."""

    chunks = 0

    def __init__(self) -> None:
        self._handshake: BrowserHandshake | None = BrowserHandshake()
        self._left = 0
        self._is_paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if self._handshake:
            self._transport.write(self._handshake.to_send())

    def data_received(self, data: bytes) -> None:
        if self._handshake is None:
            for at in range(0, len(data), KEY_LENGTH):
                self._obey(data[at + KEY_LENGTH - 1])
            return
        self._handshake.receive(data)
        self._transport.write(self._handshake.to_send())
        for event in self._handshake.events():
            if isinstance(event, Seated):
                self._handshake = None
                self._transport.write(SERVER_INIT)

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._go_on()

    def _obey(self, told: int) -> None:
        if told == ECHO:
            self._transport.write(bytes(ECHO_LENGTH))
        else:
            self._left = self.chunks
            self._go_on()

    def _go_on(self) -> None:
        while self._left and not self._is_paused:
            self._left -= 1
            self._transport.write(_CHUNK)


_CHUNK = bytes(CHUNK)


class LoadPage(asyncio.BufferedProtocol):
    """A page that counts what comes and looks at nothing."""

    def __init__(self) -> None:
        self._buffer = bytearray(_BUFFER)
        self._opening: bytearray | None = bytearray()
        self._handshake = DesktopHandshake("")
        self._wanted = 0
        self._loop = asyncio.get_running_loop()
        self.received = 0
        self.arrived = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        ticket = f"{next(_tickets):032d}"
        self._transport.write(
            f"GET /desktop HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: {ORIGIN}\r\n"
            f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: binary, ticket.{ticket}\r\n\r\n".encode()
        )

    def get_buffer(self, _hint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, count: int) -> None:
        if self._opening is not None:
            self._open(self._buffer[:count])
            return
        self.received += count
        if self.received >= self._wanted and not self.arrived.done():
            self.arrived.set_result(None)

    def expect(self, count: int) -> None:
        """`arrived` is done when so many bytes have come from now on."""
        self.received, self._wanted = 0, count
        self.arrived = self._loop.create_future()

    def say(self, message: bytes) -> None:
        self._transport.write(struct.pack("!BBI", 0x82, 0x80 | len(message), 0) + message)

    def close(self) -> None:
        self._transport.abort()

    def _open(self, data: bytes) -> None:
        """The upgrade's answer, then the handshake's short frames."""
        assert self._opening is not None
        self._opening += data
        if self._opening.startswith(b"HTTP"):
            head, end, rest = self._opening.partition(b"\r\n\r\n")
            if not end:
                return
            assert b" 101 " in head, bytes(head)
            self._opening = rest
        while len(self._opening) >= 2 and len(self._opening) >= 2 + self._opening[1]:
            length = self._opening[1]
            self._handshake.receive(bytes(self._opening[2 : 2 + length]))
            del self._opening[: 2 + length]
            if answer := self._handshake.to_send():
                self.say(answer)
            if self._handshake.events():
                self._opening = None
                self.arrived.set_result(None)
                return


async def open_page(port: int) -> LoadPage:
    _, page = await asyncio.get_running_loop().create_connection(LoadPage, "127.0.0.1", port)
    async with asyncio.timeout(20):
        await page.arrived
    return page
