"""A small X11 client, to see from the inside what reached a desktop: keys, pointer, size, clipboard.

Speaks just the requests that tests need (X protocol version 11), over the display's unix socket. Every question is a
round trip, so that an answer holds for everything that the X server has handled before it.
"""

import select
import socket
import struct
from types import TracebackType
from typing import Self

_KEY_PRESS, _BUTTON_PRESS, _MOTION, _SELECTION_REQUEST, _SELECTION_NOTIFY = 2, 4, 6, 30, 31
_SEEN = {_KEY_PRESS: "key", _BUTTON_PRESS: "button", _MOTION: "motion"}
_EVENT_MASK = 1 << 0 | 1 << 2 | 1 << 6  # KeyPress, ButtonPress, PointerMotion
_ATOM, _STRING = 4, 31


class X11:
    """One connection, with a window over the whole screen that has the keyboard's focus."""

    def __init__(self, display: int) -> None:
        self.seen: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(20)
        self._socket.connect(f"/tmp/.X11-unix/X{display}")  # noqa: S108 - where X servers listen
        self._socket.sendall(struct.pack("<BxHHHHxx", ord("l"), 11, 0, 0, 0))
        head = self._read(8)
        if head[0] != 1:
            raise RuntimeError("the X server refused us")
        setup = head + self._read(4 * struct.unpack_from("<H", head, 6)[0])
        (base,) = struct.unpack_from("<I", setup, 12)
        vendor, formats = struct.unpack_from("<H", setup, 24)[0], setup[29]
        (self.root,) = struct.unpack_from("<I", setup, 40 + (vendor + 3) // 4 * 4 + 8 * formats)
        self._window = base
        self._clipboard = b""
        self._requests: list[bytes] = []
        self._watch()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def pointer(self) -> tuple[int, int]:
        """Where the pointer is."""
        x, y = struct.unpack_from("<hh", self._ask(38, 0, struct.pack("<I", self.root)), 16)
        return x, y

    def size(self) -> tuple[int, int]:
        """Width and height of the screen."""
        width, height = struct.unpack_from("<HH", self._ask(14, 0, struct.pack("<I", self.root)), 16)
        return width, height

    def input_seen(self) -> list[str]:
        """What reached the window so far: "key", "button", "motion"."""
        self.pointer()
        return list(self.seen)

    def clipboard_owner(self) -> int:
        """The window that owns the clipboard; 0 when nobody does."""
        (owner,) = struct.unpack_from("<I", self._ask(23, 0, struct.pack("<I", self._atom("CLIPBOARD"))), 8)
        return int(owner)

    def copy(self, text: bytes) -> None:
        """Own the clipboard with this text; `serve` hands it to who asks."""
        self._clipboard = text
        self._send(22, 0, struct.pack("<III", self._window, self._atom("CLIPBOARD"), 0))
        if self.clipboard_owner() != self._window:
            raise RuntimeError("the clipboard could not be taken")

    def serve(self, timeout_s: float) -> bool:
        """Answer one request for the clipboard's text; False when nobody asked within the time."""
        while self._requests or select.select([self._socket], [], [], timeout_s)[0]:
            event = self._requests.pop(0) if self._requests else self._read(32)
            if event[0] & 0x7F == _SELECTION_REQUEST and self._answer(event):
                return True
        return False

    def _read(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            chunk = self._socket.recv(length - len(data))
            if not chunk:
                raise ConnectionError("the X server has gone")
            data += chunk
        return data

    def _watch(self) -> None:
        """A window without border over everything, whoever manages windows; keys go to it."""
        geometry = struct.pack("<hhHHHHI", 0, 0, 8192, 8192, 0, 2, 0)  # 2: InputOnly; it shows nothing
        attributes = struct.pack("<III", 1 << 9 | 1 << 11, 1, _EVENT_MASK)
        self._send(1, 0, struct.pack("<II", self._window, self.root) + geometry + attributes)
        self._send(8, 0, struct.pack("<I", self._window))
        self._send(42, 1, struct.pack("<II", self._window, 0))
        self.pointer()

    def _answer(self, event: bytes) -> bool:
        """A SelectionRequest: what we have, or the text itself (then True)."""
        time, _, requestor, selection, target, property_ = struct.unpack_from("<IIIIII", event, 4)
        targets, utf8 = self._atom("TARGETS"), self._atom("UTF8_STRING")
        if target == targets:
            self._change_property(requestor, property_, _ATOM, 32, struct.pack("<III", targets, utf8, _STRING))
        else:
            self._change_property(requestor, property_, target, 8, self._clipboard)
        notice = struct.pack("<BxHIIIII8x", _SELECTION_NOTIFY, 0, time, requestor, selection, target, property_)
        self._send(25, 0, struct.pack("<II", requestor, 0) + notice)
        self.pointer()
        return bool(target != targets)

    def _change_property(self, window: int, property_: int, kind: int, bits: int, data: bytes) -> None:
        head = struct.pack("<IIIBxxxI", window, property_, kind, bits, len(data) * 8 // bits)
        self._send(18, 0, head + data)

    def _atom(self, name: str) -> int:
        answer = self._ask(16, 0, struct.pack("<Hxx", len(name)) + name.encode())
        return int(struct.unpack_from("<I", answer, 8)[0])

    def _send(self, request: int, detail: int, body: bytes) -> None:
        body += b"\0" * (-len(body) % 4)
        self._socket.sendall(struct.pack("<BBH", request, detail, 1 + len(body) // 4) + body)

    def _ask(self, request: int, detail: int, body: bytes) -> bytes:
        """Send a request and wait for its reply; events that come before it are noted."""
        self._send(request, detail, body)
        while True:
            answer = self._read(32)
            kind = answer[0] & 0x7F
            if kind == 1:
                return answer + self._read(4 * struct.unpack_from("<I", answer, 4)[0])
            if kind == 0:
                raise RuntimeError(f"X error {answer[1]} at request {answer[10]}")
            if kind in _SEEN:
                self.seen.append(_SEEN[kind])
            elif kind == _SELECTION_REQUEST:
                self._requests.append(answer)
