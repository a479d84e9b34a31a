"""A desktop page without a browser: a real WebSocket client that speaks RFB and keeps what it saw."""

import socket
import struct
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Self

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from visa.wire.rfb_desktop import DesktopHandshake, Welcomed

TIMEOUT_S = 20
FENCES, CONTINUOUS, RESIZES, QEMU_KEYS, CLIPBOARD = -312, -313, -308, -258, -0x3F5E1A32
ENCODINGS = (0, FENCES, CONTINUOUS, RESIZES, QEMU_KEYS)


def set_encodings(*codes: int) -> bytes:
    return struct.pack(f"!BxH{len(codes)}i", 2, len(codes), *codes)


def key(keysym: int) -> bytes:
    """Pressed and released."""
    return struct.pack("!BBxxI", 4, 1, keysym) + struct.pack("!BBxxI", 4, 0, keysym)


def qemu_key(keysym: int, code: int) -> bytes:
    return struct.pack("!BBHII", 255, 0, 1, keysym, code) + struct.pack("!BBHII", 255, 0, 0, keysym, code)


def update_request(width: int, height: int) -> bytes:
    """Of the whole screen, changed or not."""
    return struct.pack("!BBHHHH", 3, 0, 0, 0, width, height)


def pointer(x: int, y: int, *, buttons: int = 0) -> bytes:
    return struct.pack("!BBHH", 5, buttons, x, y)


def cut_text(text: bytes) -> bytes:
    return struct.pack("!Bxxxi", 6, len(text)) + text


def set_desktop_size(width: int, height: int) -> bytes:
    return struct.pack("!BxHHBxIHHHHI", 251, width, height, 1, 0, 0, 0, width, height, 0)


def dial(
    port: int, *, protocols: list[str], origin: str | None, path: str = "/desktop", **more
) -> AbstractContextManager[ClientConnection]:
    """A WebSocket to the broker. Entering it raises what `websockets` raises when it is refused."""
    return connect(
        f"ws://127.0.0.1:{port}{path}",
        subprotocols=protocols,
        origin=origin,
        compression=None,
        max_size=None,
        open_timeout=TIMEOUT_S,
        **more,
    )


class MutePage:
    """A plain socket that opens a desktop and from then on answers nothing: no ping, no close."""

    def __init__(self, port: int, secret: str, *, origin: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
        self.socket.sendall(upgrade_request(secret, origin=origin))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def say(self, message: bytes) -> None:
        self.socket.sendall(frame(message))

    def open(self) -> None:
        """Through both handshakes, waiting for each answer."""
        self._read_until(b"\r\n\r\n")
        for heard, said in ((b"RFB 003.008\n", b"RFB 003.008\n"), (b"\x01\x01", b"\x01"), (b"\0\0\0\0", b"\x01")):
            self._read_until(heard)
            self.say(said)

    def everything(self) -> bytes:
        """What comes until the connection is closed, however it is closed."""
        seen = b""
        try:
            while chunk := self.socket.recv(65536):
                seen += chunk
        except ConnectionResetError:
            pass  # cut off while something was still under way
        return seen

    def _read_until(self, end: bytes) -> None:
        seen = b""
        while not seen.endswith(end):
            byte = self.socket.recv(1)
            assert byte, f"closed after {seen!r}"
            seen += byte


def upgrade_request(secret: str, *, origin: str) -> bytes:
    return (
        f"GET /desktop HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: {origin}\r\n"
        f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: binary, ticket.{secret}\r\n\r\n"
    ).encode()


def frame(message: bytes) -> bytes:
    """A short masked binary frame (with a mask of zeros)."""
    return struct.pack("!BBI", 0x82, 0x80 | len(message), 0) + message


class Page:
    """Opens a desktop with a ticket. `seen` is everything that the desktop sent after its ServerInit."""

    def __init__(self, port: int, secret: str, *, origin: str, encodings: tuple[int, ...] = ENCODINGS, **more) -> None:
        self.seen = b""
        self._stack = ExitStack()
        protocols = ["binary", f"ticket.{secret}"]
        self.socket = self._stack.enter_context(dial(port, protocols=protocols, origin=origin, **more))
        handshake, events = DesktopHandshake(""), []
        while not events:
            handshake.receive(self.socket.recv(TIMEOUT_S))
            self.socket.send(handshake.to_send())
            events = handshake.events()
        (self.welcome,) = events
        assert isinstance(self.welcome, Welcomed)
        self.send(set_encodings(*encodings))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def send(self, *messages: bytes) -> None:
        self.socket.send(b"".join(messages))

    def in_step(self, mark: bytes = b"in step") -> bytes:
        """Wait until the desktop has handled all that was sent: it sends a fence back. Returns what it sent before."""
        self.send(struct.pack("!BxxxIB", 248, 0x80000000, len(mark)) + mark)
        start = len(self.seen)
        while mark not in self.seen[start:]:
            self.seen += self.socket.recv(TIMEOUT_S)
        return self.seen[start:]

    def _see_all(self) -> None:
        while True:
            self.seen += self.socket.recv(TIMEOUT_S)

    def ending(self) -> tuple[int, str]:
        """Wait for the close; its code and reason."""
        with pytest.raises(ConnectionClosed) as closed:
            self._see_all()
        received = closed.value.rcvd
        assert received is not None
        return received.code, received.reason
