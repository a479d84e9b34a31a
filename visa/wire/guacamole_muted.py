"""Taking the clipboard and files out of what guacd sends, for somebody who may not have them.

guacd tells every participant what is copied inside the desktop. All else, pictures above all, goes on untouched.
"""

from visa.wire.failed import Failed
from visa.wire.guacamole import Instruction, Instructions
from visa.wire.kinds import Kind

_OPENS = {
    b"clipboard": (Kind.CLIPBOARD, 0),
    b"file": (Kind.FILES, 0),
    b"pipe": (Kind.FILES, 0),
    b"body": (Kind.FILES, 1),
    b"audio": (None, 0),
    b"video": (None, 0),
    b"img": (None, 0),
}
"""What opens a stream, with its kind as far as rights are concerned, and the place of the stream's index."""
_OBJECTS = frozenset({b"filesystem", b"undefine"})
_STREAMED = frozenset({b"blob", b"end"})


class Muted:
    """Follows what guacd sends, and leaves out what is of the given kinds."""

    __slots__ = ("_instructions", "_kinds", "_streams")

    def __init__(self, kinds: frozenset[Kind]) -> None:
        """`kinds`: what is left out, of `CLIPBOARD` and `FILES`."""
        self._instructions = Instructions()
        self._kinds = kinds
        self._streams: set[bytes] = set()

    def passes(self, data: bytes) -> bytes | Failed:
        """What of `data`, and of what was held before, goes on: whole instructions only."""
        self._instructions.receive(data)
        parts: list[bytes] = []
        for read in self._instructions.events():
            if isinstance(read, Failed):
                return read
            if not self._is_left_out(read):
                parts.append(read.data)
        return b"".join(parts)

    def _is_left_out(self, instruction: Instruction) -> bool:
        opcode, args = instruction.opcode, instruction.args
        if opcode in _OPENS:
            kind, place = _OPENS[opcode]
            index = args[place] if place < len(args) else b""
            if kind in self._kinds:
                self._streams.add(index)
                return True
            self._streams.discard(index)  # an index is used again once its stream has ended
        elif opcode in _STREAMED and args and args[0] in self._streams:
            if opcode == b"end":
                self._streams.discard(args[0])
            return True
        return opcode in _OBJECTS and Kind.FILES in self._kinds
