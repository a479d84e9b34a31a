"""What a desktop shows, asked for by RFB: how many colours its screen has."""

import socket
import struct

from visa.wire.rfb_desktop import DesktopHandshake, Welcomed

PIECE = 65536
PIXEL_FORMAT_AT, BYTES_A_PIXEL = 4, 4  # in ServerInit; 32 bits a pixel is what TigerVNC has with -depth 24
SET_ENCODINGS_RAW = struct.pack("!BxHi", 2, 1, 0)  # RFC 6143, 7.5.2
UPDATE, COLOUR_MAP, BELL, CUT_TEXT = range(4)  # 7.6


def colours(port: int, password: str) -> int:
    """Colours of the whole screen of the desktop at this port. Raises `OSError` and `AssertionError`."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        welcome, surplus = _open(connection, password)
        width, height = struct.unpack_from("!HH", welcome)
        assert welcome[PIXEL_FORMAT_AT] == BYTES_A_PIXEL * 8
        connection.sendall(SET_ENCODINGS_RAW + struct.pack("!BBHHHH", 3, 0, 0, 0, width, height))
        stream = _Stream(connection, surplus)
        seen: set[bytes] = set()
        missing = width * height
        while missing > 0:
            missing -= _read_message(stream, seen)
        return len(seen)


def _open(connection: socket.socket, password: str) -> tuple[bytes, bytes]:
    handshake = DesktopHandshake(password)
    while True:
        connection.sendall(handshake.to_send())
        for event in handshake.events():
            assert isinstance(event, Welcomed), event
            return event.server_init, handshake.surplus
        piece = connection.recv(PIECE)
        assert piece, "the desktop closed the connection"
        handshake.receive(piece)


def _read_message(stream: "_Stream", seen: set[bytes]) -> int:
    """Read one message of the desktop; returns how many pixels it showed."""
    (kind,) = stream.read(1)
    if kind == UPDATE:
        (rectangles,) = struct.unpack("!xH", stream.read(3))
        return sum(_read_rectangle(stream, seen) for _ in range(rectangles))
    if kind == CUT_TEXT:
        (length,) = struct.unpack("!3xi", stream.read(7))
        stream.read(abs(length))
    else:
        assert kind == BELL, f"unexpected message {kind}"
    return 0


def _read_rectangle(stream: "_Stream", seen: set[bytes]) -> int:
    _, _, width, height, encoding = struct.unpack("!HHHHi", stream.read(12))
    assert encoding == 0, f"unexpected encoding {encoding}"
    pixels = stream.read(width * height * BYTES_A_PIXEL)
    seen.update(pixels[at : at + 3] for at in range(0, len(pixels), BYTES_A_PIXEL))
    return width * height


class _Stream:
    def __init__(self, connection: socket.socket, first: bytes) -> None:
        self._connection, self._buffer = connection, bytearray(first)

    def read(self, count: int) -> bytes:
        while len(self._buffer) < count:
            piece = self._connection.recv(PIECE)
            assert piece, "the desktop closed the connection"
            self._buffer += piece
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken
