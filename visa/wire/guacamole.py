"""Guacamole's instructions, as guacd and its clients exchange them (Guacamole manual, "The Guacamole protocol").

An instruction is a list of elements, `LENGTH.VALUE` with commas between and a semicolon behind; LENGTH counts Unicode
code points, in decimal, and the first element names the operation. Knows nothing about what operations mean. Limits
are guacd's own. Values must be sound UTF-8: where a byte could be counted in two ways, guacd and this parser might
disagree about where an instruction ends, and one could be hidden in another.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from visa.wire.failed import Failed

MAX_INSTRUCTION = 8192
"""Bytes of one instruction, with its lengths and signs between; guacd takes no longer ones and sends none."""
MAX_ELEMENTS = 128
MAX_DIGITS = 5

_TOO_LARGE = Failed("too_large", f"an instruction of more than {MAX_INSTRUCTION} bytes or {MAX_ELEMENTS} elements")
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
    """Follows one stream. Codes of its `Failed`: `malformed`, `too_large`; nothing comes after one.

    Once all events are read, at most one instruction and the length of its next element are held.
    """

    __slots__ = ("_buffer", "_elements", "_failed", "_place", "_start")

    def __init__(self) -> None:
        self._buffer = b""
        self._start = 0  # of the instruction that is being read, in the buffer
        self._place = 0  # of the element that is to be read next
        self._elements: list[bytes] = []
        self._failed = False

    def receive(self, data: bytes) -> None:
        """Take bytes of the peer; then read `events()`."""
        if not self._failed:
            self._buffer = self.rest + data if self._buffer else data
            self._place -= self._start
            self._start = 0

    def next(self) -> Instruction | Failed | None:
        """The next instruction, or None while it is not there as a whole."""
        buffer, place, elements = self._buffer, self._place, self._elements
        while not self._failed:
            # Most elements are short, whole and ASCII, and few lines decide that; all others are `_element`'s.
            dot = buffer.find(_DOT, place, place + MAX_DIGITS + 1)
            digits = buffer[place:dot]
            end = dot + 1 + int(digits) if dot > place and digits.isdigit() else len(buffer)
            if end >= len(buffer) or not (value := buffer[dot + 1 : end]).isascii():
                found = self._element(place, dot)
                if not isinstance(found, bytes):
                    self._place = place
                    return self._fail(found) if found else None
                value, end = found, dot + 1 + len(found)
            if (sign := buffer[end]) not in (_COMMA, _SEMICOLON):
                return self._fail(Failed("malformed", "an element is not as long as it says"))
            if end - self._start >= MAX_INSTRUCTION or len(elements) == MAX_ELEMENTS:
                return self._fail(_TOO_LARGE)
            elements.append(value)
            place = end + 1
            if sign == _SEMICOLON:
                read = Instruction(tuple(elements), buffer[self._start : place])
                elements.clear()
                self._start = self._place = place
                return read
        return None

    def events(self) -> Iterator[Instruction | Failed]:
        """Read on for as long as whole instructions are there."""
        while read := self.next():
            yield read

    @property
    def rest(self) -> bytes:
        """What came behind the last instruction that was read."""
        return self._buffer[self._start :]

    def _element(self, place: int, dot: int) -> bytes | Failed | None:
        """The value of the element at `place`, whose length ends at `dot`; None while it is not there as a whole."""
        buffer = self._buffer
        digits = buffer[place : dot if dot >= 0 else place + MAX_DIGITS + 1]
        if (digits and not digits.isdigit()) or (not digits and dot >= 0) or len(digits) > MAX_DIGITS:
            return Failed("malformed", "an element does not begin with its length")
        if dot < 0:
            return None
        end = _end_of(buffer, dot + 1, int(digits))
        if end - self._start >= MAX_INSTRUCTION:
            return _TOO_LARGE
        if end >= len(buffer):
            return None
        value = buffer[dot + 1 : end]
        return value if _is_sound(value) else Failed("malformed", "an element is not UTF-8")

    def _fail(self, failed: Failed) -> Failed:
        self._failed = True
        self._buffer = b""
        self._start = self._place = 0
        return failed


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
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
