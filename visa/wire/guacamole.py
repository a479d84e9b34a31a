"""Guacamole's instructions, as guacd and its clients exchange them (Guacamole manual, "The Guacamole protocol").

An instruction is a list of elements, `LENGTH.VALUE` with commas between and a semicolon behind; LENGTH counts Unicode
code points, in decimal, and the first element names the operation. Knows nothing about what operations mean. Limits
are guacd's own. Values must be sound UTF-8: where a byte could be counted in two ways, guacd and this parser might
disagree about where an instruction ends, and one could be hidden in another.
"""

from dataclasses import dataclass

from visa.wire.failed import Failed

MAX_INSTRUCTION = 8192
"""Bytes of one instruction, with its lengths and signs between; guacd takes no longer ones and sends none."""
MAX_ELEMENTS = 128
MAX_DIGITS = 5

_DOT, _COMMA, _SEMICOLON = b".,;"
_CONTINUING = bytes(range(0x80, 0xC0))  # the second and later bytes of a code point


@dataclass(frozen=True, slots=True)
class Instruction:
    """`data` is the whole instruction as it came. `elements` are its values in UTF-8, at least one."""

    elements: tuple[bytes, ...]
    data: bytes

    @property
    def opcode(self) -> bytes:
        return self.elements[0]

    @property
    def args(self) -> tuple[bytes, ...]:
        return self.elements[1:]


def encoded(*elements: str) -> bytes:
    """One instruction."""
    return (",".join(f"{len(element)}.{element}" for element in elements) + ";").encode()


class Instructions:
    """Follows one stream. Everything after a `Failed` is ignored; codes: `malformed`, `too_large`.

    Held between chunks: at most one instruction and the length of its next element.
    """

    __slots__ = ("_buffer", "_elements", "_events", "_failed", "_place", "_start")

    def __init__(self) -> None:
        self._buffer = b""
        self._start = 0  # of the instruction that is being read, in the buffer
        self._place = 0  # of the element that is to be read next
        self._elements: list[bytes] = []
        self._events: list[Instruction | Failed] = []
        self._failed = False

    def receive(self, data: bytes) -> None:
        """Take bytes of the peer; then read `events()`."""
        if self._failed:
            return
        self._buffer += data
        while self._element():
            pass
        if self._failed:
            self._buffer, self._elements = b"", []
            return
        if self._start:
            self._buffer = self._buffer[self._start :]
            self._place -= self._start
            self._start = 0

    def events(self) -> list[Instruction | Failed]:
        """Events since the last call, in the order of the bytes."""
        events, self._events = self._events, []
        return events

    def surplus(self) -> bytes:
        """What came behind the last whole instruction."""
        return self._buffer

    def _element(self) -> bool:
        """Read the element at `_place`; whether there may be another one."""
        buffer, place = self._buffer, self._place
        dot = buffer.find(_DOT, place, place + MAX_DIGITS + 1)
        digits = buffer[place:dot] if dot >= 0 else buffer[place : place + MAX_DIGITS + 1]
        if dot < 0 and (not digits or (len(digits) <= MAX_DIGITS and digits.isdigit())):
            return False
        if dot < 0 or not digits.isdigit():
            return self._fail("malformed", "an element does not begin with its length")
        end = _end_of(buffer, dot + 1, int(digits))
        if end - self._start >= MAX_INSTRUCTION:
            return self._fail("too_large", f"an instruction of more than {MAX_INSTRUCTION} bytes")
        if end >= len(buffer):
            return False
        return self._take(buffer[dot + 1 : end], buffer[end], end + 1)

    def _take(self, value: bytes, sign: int, after: int) -> bool:
        if not _is_sound(value):
            return self._fail("malformed", "an element is not UTF-8")
        if sign not in (_COMMA, _SEMICOLON):
            return self._fail("malformed", "an element is not as long as it says")
        if len(self._elements) == MAX_ELEMENTS:
            return self._fail("too_large", f"an instruction of more than {MAX_ELEMENTS} elements")
        self._elements.append(value)
        self._place = after
        if sign == _SEMICOLON:
            self._events.append(Instruction(tuple(self._elements), self._buffer[self._start : after]))
            self._elements = []
            self._start = after
        return True

    def _fail(self, code: str, message: str) -> bool:
        self._events.append(Failed(code, message))
        self._failed = True
        return False


def _end_of(buffer: bytes, start: int, length: int) -> int:
    """Where `length` code points from `start` on end; at the buffer's end or beyond it when they may go on."""
    counted, end = start, start + length
    while counted < end <= len(buffer):
        part = buffer[counted:end]
        # Each continuing byte among those counted makes the value one byte longer.
        counted, end = end, end + len(part) - len(part.translate(None, _CONTINUING))
    while end < len(buffer) and buffer[end] in _CONTINUING:
        end += 1
    return end


def _is_sound(value: bytes) -> bool:
    if value.isascii():
        return True
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
