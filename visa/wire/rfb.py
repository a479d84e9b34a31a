"""What both RFB handshakes share: a driver for a script that asks for exact numbers of bytes.

Follows RFC 6143 (section 7.1) and the community's rfbproto document for the extensions. Knows bytes only: no socket,
no clock, no log. `receive(bytes)` never raises; a stream that cannot be followed ends in `Failed` and everything after
it is ignored. At most `need` bytes of a step and the chunk just received are held.
"""

from abc import ABC, abstractmethod
from collections.abc import Generator
from typing import Generic, TypeVar

from visa.wire.failed import Failed

VERSION_LENGTH = 12
MAX_TEXT = 4096
"""Longest desktop name or reason that is accepted, in bytes."""


Script = Generator[int, bytes, None]
"""Yields how many bytes it needs next and is sent exactly those."""


Event = TypeVar("Event")


class Handshake(ABC, Generic[Event]):
    """Runs a `_script` over whatever chunks arrive: the same events for any chunking.

    After the script's end `receive` collects nothing more; what came behind it in the last chunk is in `surplus`.
    """

    def __init__(self) -> None:
        self.surplus = b""
        self._buffer = bytearray()
        self._out = bytearray()
        self._events: list[Event | Failed] = []
        self._steps: Script | None = self._script()
        self._need = next(self._steps)

    @abstractmethod
    def _script(self) -> Script:
        """The conversation, written down from top to bottom; needs at least one byte."""

    def _fail(self, code: str, message: str) -> None:
        """To be followed by the script's end."""
        self._events.append(Failed(code, message))

    def receive(self, data: bytes) -> None:
        """Take bytes of the peer; then read `events()` and send `to_send()`. Ignored once the script has ended."""
        if self._steps is None:
            return
        self._buffer += data
        while self._steps is not None and len(self._buffer) >= self._need:
            step = bytes(self._buffer[: self._need])
            del self._buffer[: self._need]
            try:
                self._need = self._steps.send(step)
            except StopIteration:
                self._steps = None
                self.surplus = bytes(self._buffer)
                self._buffer.clear()

    def events(self) -> list[Event | Failed]:
        """Events since the last call."""
        events, self._events = self._events, []
        return events

    def to_send(self) -> bytes:
        """Bytes for the peer since the last call."""
        out = bytes(self._out)
        self._out.clear()
        return out
