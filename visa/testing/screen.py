"""Looks at a desktop as a person would: a small RFB 3.8 client (RFC 6143) that takes one raw picture of the screen.

For tests and benches only; it blocks, and knows security type None only.
"""

import socket
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_RAW = 0
_FRAMEBUFFER_UPDATE, _BELL, _CUT_TEXT = 0, 2, 3
_PIXELS = struct.pack(">BBBBHHHBBBxxx", 32, 24, 0, 1, 255, 255, 255, 0, 8, 16)  # bytes R, G, B, unused


@dataclass(frozen=True)
class Picture:
    """`pixels` holds four bytes a pixel (red, green, blue, unused), row by row."""

    width: int
    height: int
    pixels: bytes

    @property
    def blank(self) -> bool:
        """One colour all over: nothing has been drawn yet."""
        return self.pixels == self.pixels[:4] * (self.width * self.height)

    def save_png(self, path: Path) -> None:
        rows = bytearray()
        stride = self.width * 4
        for start in range(0, len(self.pixels), stride):
            row = self.pixels[start : start + stride]
            rgb = bytearray(self.width * 3)
            for channel in range(3):
                rgb[channel::3] = row[channel::4]
            rows += b"\0" + rgb
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        chunks = (b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b"")
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks))


class Screen:
    """One connection to a desktop at "unix:/path"; use it in a `with`."""

    def __init__(self, address: str, *, timeout_s: float = 10) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout_s)
        self._socket.connect(address.removeprefix("unix:"))
        self._reader = self._socket.makefile("rb")
        self.width, self.height = self._shake_hands()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.close()
        self._socket.close()

    def look(self) -> Picture:
        """The whole screen as it is now."""
        self._socket.sendall(struct.pack(">BBHHHH", 3, 0, 0, 0, self.width, self.height))
        canvas = bytearray(self.width * self.height * 4)
        missing = self.width * self.height
        while missing > 0:
            missing -= self._read_update(canvas)
        return Picture(self.width, self.height, bytes(canvas))

    def press(self, *keysyms: int) -> None:
        """Press the keys one after another, and let them go in the opposite order."""
        for down, keysym in [*((1, key) for key in keysyms), *((0, key) for key in reversed(keysyms))]:
            self._socket.sendall(struct.pack(">BBxxI", 4, down, keysym))

    def type_text(self, text: str) -> None:
        """Type Latin-1 text; a line's end is Return."""
        for character in text:
            self.press(0xFF0D if character == "\n" else ord(character))

    def click(self, x: int, y: int, *, button: int = 1) -> None:
        for mask in (0, 1 << (button - 1), 0):
            self._socket.sendall(struct.pack(">BBHH", 5, mask, x, y))

    def _shake_hands(self) -> tuple[int, int]:
        version = self._read(12)
        if version != b"RFB 003.008\n":
            raise ConnectionError(f"no RFB 3.8 server: {version!r}")
        self._socket.sendall(version)
        kinds = self._read(self._read(1)[0])
        if 1 not in kinds:
            raise ConnectionError(f"the desktop wants another security type: {kinds!r}")
        self._socket.sendall(b"\x01")
        if self._read(4) != b"\0\0\0\0":
            raise ConnectionError("the desktop refused us")
        self._socket.sendall(b"\x01")
        width, height, _, name_length = struct.unpack(">HH16sI", self._read(24))
        self._read(name_length)
        self._socket.sendall(b"\0\0\0\0" + _PIXELS + struct.pack(">BxHi", 2, 1, _RAW))
        return width, height

    def _read_update(self, canvas: bytearray) -> int:
        """Read one message of the server; how many pixels it brought."""
        kind = self._read(1)[0]
        if kind == _CUT_TEXT:
            self._read(struct.unpack(">3xI", self._read(7))[0])
        if kind in (_BELL, _CUT_TEXT):
            return 0
        if kind != _FRAMEBUFFER_UPDATE:
            raise ConnectionError(f"unexpected message {kind}")
        (count,) = struct.unpack(">xH", self._read(3))
        return sum(self._read_rectangle(canvas) for _ in range(count))

    def _read_rectangle(self, canvas: bytearray) -> int:
        x, y, width, height, encoding = struct.unpack(">HHHHi", self._read(12))
        if encoding != _RAW:
            raise ConnectionError(f"unexpected encoding {encoding}")
        for row in range(y, y + height):
            start = (row * self.width + x) * 4
            canvas[start : start + width * 4] = self._read(width * 4)
        return int(width * height)

    def _read(self, count: int) -> bytes:
        data = self._reader.read(count)
        if len(data) != count:
            raise ConnectionError("the desktop hung up")
        return data


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
