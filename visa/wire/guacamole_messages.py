"""Which instruction of a browser does what, once its desktop is open.

Knows nothing about who may send what. What travels in a stream (`blob`, `end`) is of the kind of the instruction that
opened the stream. guacd reads an index as C's atoi does, so that "01" and "1 " are also 1: here such an index is of no
stream, and what carries it is `OTHER`.
"""

import re

from visa.wire.failed import Failed
from visa.wire.guacamole import Instruction, Instructions
from visa.wire.kinds import Kind, Piece

_KINDS = {
    b"sync": Kind.VIEW,
    b"ack": Kind.VIEW,
    b"nop": Kind.VIEW,
    b"disconnect": Kind.VIEW,
    b"key": Kind.KEY,
    b"mouse": Kind.POINTER,
    b"touch": Kind.POINTER,
    b"size": Kind.RESIZE,
    b"get": Kind.FILES,  # lists a folder of the desktop, or begins a download
}
_OPENS = {
    b"clipboard": (Kind.CLIPBOARD, 0),
    b"file": (Kind.FILES, 0),
    b"put": (Kind.FILES, 1),
    b"audio": (Kind.AUDIO, 0),
}
"""What opens a stream, with the place of the stream's index. `pipe` and `argv` reach into the connection itself."""
_STREAMED = frozenset({b"blob", b"end"})
_INDEX = re.compile(rb"0|[1-9]\d?")
MAX_STREAMS = 64


class GuacamoleMessages:
    """Follows one browser's instructions. Everything after a `Failed` is ignored; codes: see `Instructions`."""

    __slots__ = ("_instructions", "_streams")

    def __init__(self) -> None:
        self._instructions = Instructions()
        self._streams: dict[bytes, Kind] = {}

    def receive(self, data: bytes) -> None:
        """Take bytes of the browser; then read `events()`."""
        self._instructions.receive(data)

    def events(self) -> list[Piece | Failed]:
        """Events since the last call, in the order of the bytes."""
        return [
            read if isinstance(read, Failed) else Piece(self._kind(read), read.data, True)
            for read in self._instructions.events()
        ]

    def _kind(self, instruction: Instruction) -> Kind:
        opcode, args = instruction.opcode, instruction.args
        if opcode in _KINDS:
            return _KINDS[opcode]
        kind, place = _OPENS.get(opcode, (Kind.OTHER, 0))
        if len(args) <= place or not _INDEX.fullmatch(args[place]) or int(args[place]) >= MAX_STREAMS:
            return Kind.OTHER
        if opcode in _OPENS:
            self._streams[args[place]] = kind
            return kind
        if opcode not in _STREAMED:
            return Kind.OTHER
        if opcode == b"end":
            return self._streams.pop(args[0], Kind.OTHER)
        return self._streams.get(args[0], Kind.OTHER)
