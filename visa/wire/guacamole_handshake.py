"""What both Guacamole handshakes share: a driver for a conversation written down in instructions."""

from abc import ABC, abstractmethod
from collections.abc import Generator
from typing import Generic, TypeVar

from visa.wire.failed import Failed
from visa.wire.guacamole import Instruction, Instructions, encoded

Script = Generator[None, Instruction, None]
"""Asks for the next instruction at each yield."""

Event = TypeVar("Event")


class GuacamoleHandshake(ABC, Generic[Event]):
    """Runs a `_script` over whatever chunks arrive. Ends with one event, or with one `Failed`."""

    def __init__(self) -> None:
        self._instructions = Instructions()
        self._out: list[bytes] = []
        self._events: list[Event | Failed] = []
        self._steps: Script | None = self._script()
        next(self._steps)

    @abstractmethod
    def _script(self) -> Script:
        """The conversation, written down from top to bottom; needs at least one instruction."""

    @property
    def is_over(self) -> bool:
        """Whether the script has ended, well or not."""
        return self._steps is None

    @property
    def surplus(self) -> bytes:
        """What came behind the handshake's last instruction, as it came."""
        return self._instructions.rest

    def receive(self, data: bytes) -> None:
        """Take bytes of the peer; then read `events()` and send `to_send()`. Ignored once the script has ended."""
        if self._steps is None:
            return
        self._instructions.receive(data)
        for read in self._instructions.events():
            if isinstance(read, Failed):
                self._events.append(read)
                self._steps = None
                return
            try:
                self._steps.send(read)
            except StopIteration:
                self._steps = None
                return

    def events(self) -> list[Event | Failed]:
        """Events since the last call."""
        events, self._events = self._events, []
        return events

    def to_send(self) -> bytes:
        """Bytes for the peer since the last call."""
        out, self._out = b"".join(self._out), []
        return out

    def _say(self, *elements: str) -> None:
        self._out.append(encoded(*elements))

    def _fail(self, code: str, message: str) -> None:
        """To be followed by the script's end."""
        self._events.append(Failed(code, message))
