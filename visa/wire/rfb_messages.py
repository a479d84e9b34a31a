"""The framing of what an RFB client sends after the handshake: which bytes are which message, and of what kind.

RFC 6143 (7.5) and the extensions that TigerVNC and noVNC use (rfbproto): extended clipboard, continuous updates,
fences, xvp, SetDesktopSize, QEMU's keys and audio, extended mouse buttons. Knows nothing about who may send what. A
message is handed out whole, as a view of the chunk that it came in; only clipboard texts, which may be large, are
handed out in pieces. Held between chunks: less than one message, at most `MAX_HELD` bytes.
"""

import struct
from typing import NamedTuple

from visa.wire.failed import Failed
from visa.wire.kinds import Kind, Piece

MAX_CLIPBOARD = 16 * 1024 * 1024
MAX_ENCODINGS = 512
MAX_FENCE = 64
MAX_HELD = 8 + 16 * 255
"""A SetDesktopSize with 255 screens is the longest message that is kept until it is whole."""

EXTENDED_MOUSE_BUTTONS = -316
_ENCODINGS_HEAD, _CLIPBOARD_HEAD, _FENCE_HEAD, _RESIZE_HEAD, _QEMU_HEAD, _AUDIO_HEAD = 4, 8, 9, 8, 2, 4


class _Size(NamedTuple):
    """Of a message whose start was seen: `hold` bytes must be there before it can be handed out (or measured again)."""

    kind: Kind
    hold: int
    total: int


_FIXED = {
    0: _Size(Kind.VIEW, 20, 20),  # SetPixelFormat
    3: _Size(Kind.VIEW, 10, 10),  # FramebufferUpdateRequest
    4: _Size(Kind.KEY, 8, 8),  # KeyEvent
    150: _Size(Kind.VIEW, 10, 10),  # EnableContinuousUpdates
    250: _Size(Kind.POWER, 4, 4),  # xvp
}
_POINTER_EVENT = 5
_PLAIN_POINTER = _Size(Kind.POINTER, 6, 6)
_MARKED_POINTER = _Size(Kind.POINTER, 7, 7)
_QEMU_KEY, _QEMU_AUDIO = 0, 1
_AUDIO_LENGTHS = {0: 4, 1: 4, 2: 10}  # enable, disable, set format


def _whole(kind: Kind, length: int) -> _Size:
    return _Size(kind, length, length)


def _set_encodings(view: memoryview) -> _Size | Failed:
    if len(view) < _ENCODINGS_HEAD:
        return _whole(Kind.ENCODINGS, _ENCODINGS_HEAD)
    (count,) = struct.unpack_from("!H", view, 2)
    if count > MAX_ENCODINGS:
        return Failed("too_large", f"SetEncodings with {count} encodings")
    return _whole(Kind.ENCODINGS, 4 + 4 * count)


def _cut_text(view: memoryview) -> _Size | Failed:
    if len(view) < _CLIPBOARD_HEAD:
        return _whole(Kind.CLIPBOARD, _CLIPBOARD_HEAD)
    # A negative length announces the extended clipboard's format; its size is the absolute value.
    length = abs(struct.unpack_from("!i", view, 4)[0])
    if length > MAX_CLIPBOARD:
        return Failed("too_large", f"a clipboard text of {length} bytes")
    return _Size(Kind.CLIPBOARD, _CLIPBOARD_HEAD, _CLIPBOARD_HEAD + length)


def _fence(view: memoryview) -> _Size | Failed:
    if len(view) < _FENCE_HEAD:
        return _whole(Kind.VIEW, _FENCE_HEAD)
    if view[8] > MAX_FENCE:
        return Failed("too_large", f"a fence with {view[8]} bytes")
    return _whole(Kind.VIEW, _FENCE_HEAD + view[8])


def _set_desktop_size(view: memoryview) -> _Size | Failed:
    return _whole(Kind.RESIZE, _RESIZE_HEAD if len(view) < _RESIZE_HEAD else _RESIZE_HEAD + 16 * view[6])


def _qemu(view: memoryview) -> _Size | Failed:
    if len(view) < _QEMU_HEAD:
        return _whole(Kind.KEY, _QEMU_HEAD)
    if view[1] == _QEMU_KEY:
        return _whole(Kind.KEY, 12)
    if view[1] != _QEMU_AUDIO:
        return Failed("unknown_message", f"QEMU message {view[1]}")
    if len(view) < _AUDIO_HEAD:
        return _whole(Kind.AUDIO, _AUDIO_HEAD)
    (operation,) = struct.unpack_from("!H", view, 2)
    if operation not in _AUDIO_LENGTHS:
        return Failed("unknown_message", f"QEMU audio operation {operation}")
    return _whole(Kind.AUDIO, _AUDIO_LENGTHS[operation])


_MEASURED = {2: _set_encodings, 6: _cut_text, 248: _fence, 251: _set_desktop_size, 255: _qemu}


def encodings(message: memoryview | bytes) -> tuple[int, ...]:
    """The encodings of a whole SetEncodings message, in the client's order."""
    return struct.unpack_from(f"!{(len(message) - 4) // 4}i", message, 4)


class ClientMessages:
    """Follows one client's messages. Everything after a `Failed` is ignored; codes: `unknown_message`, `too_large`."""

    __slots__ = ("_events", "_failed", "_held", "_left", "_marked_pointer", "_marks_allowed", "_wanted")

    def __init__(self, *, extended_pointer: bool = True) -> None:
        """`extended_pointer`: after the client announced extended mouse buttons, follow its 7-byte PointerEvents.

        Leave it off where some kinds are dropped and pointer events are not: a client could make us and the desktop
        disagree about where a message ends, and so hide a dropped kind inside an allowed one.
        """
        self._events: list[Piece | Failed] = []
        self._held = b""
        self._wanted = 0
        self._left = 0
        self._failed = False
        self._marks_allowed = extended_pointer
        self._marked_pointer = False

    def receive(self, data: bytes) -> None:
        """Take bytes of the client; then read `events()`, whose views point into `data`."""
        view = memoryview(data)
        while view and not self._failed:
            if self._left:
                view = self._go_on(view)
            elif self._held:
                view = self._top_up(view)
            else:
                view = self._begin(view)

    def events(self) -> list[Piece | Failed]:
        """Events since the last call, in the order of the bytes."""
        events, self._events = self._events, []
        return events

    def _go_on(self, view: memoryview) -> memoryview:
        """More of a clipboard text."""
        part = view[: self._left]
        self._left -= len(part)
        self._events.append(Piece(Kind.CLIPBOARD, part, not self._left))
        return view[len(part) :]

    def _top_up(self, view: memoryview) -> memoryview:
        """More of a message whose start is held."""
        missing = self._wanted - len(self._held)
        self._held += view[:missing]
        if len(self._held) == self._wanted:
            held, self._held = self._held, b""
            self._begin(memoryview(held))
        return view[missing:]

    def _begin(self, view: memoryview) -> memoryview:
        """A message starts at the view's first byte: hand it out, or hold what there is of it."""
        size = self._measure(view)
        if isinstance(size, Failed):
            self._events.append(size)
            self._failed = True
            return view
        if len(view) < size.hold:
            self._held, self._wanted = bytes(view), size.hold
            return view[len(view) :]
        part = view[: size.total]
        self._left = size.total - len(part)
        if size.kind is Kind.ENCODINGS:
            self._marked_pointer = self._marks_allowed and EXTENDED_MOUSE_BUTTONS in encodings(part)
        self._events.append(Piece(size.kind, part, not self._left))
        return view[len(part) :]

    def _measure(self, view: memoryview) -> _Size | Failed:
        """The size of the message that starts here, as far as the view shows it."""
        message_type = view[0]
        if message_type in _FIXED:
            return _FIXED[message_type]
        if message_type == _POINTER_EVENT:
            if not self._marked_pointer:
                return _PLAIN_POINTER
            # The highest bit of the button mask marks the longer form.
            return _MARKED_POINTER if len(view) > 1 and view[1] & 0x80 else _PLAIN_POINTER
        if message_type in _MEASURED:
            return _MEASURED[message_type](view)
        return Failed("unknown_message", f"client message {message_type} is not known here")
