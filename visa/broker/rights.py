"""What a participant's messages may do: which kinds pass to the desktop, and which count as a person's input.

This is where read-only is enforced. `visa.wire` says what a message is; here is decided whether it goes on. Bytes that
go on are views of what came in, not copies.
"""

from collections.abc import Mapping
from typing import NamedTuple

from visa.services.desktops import Right
from visa.wire.failed import Failed
from visa.wire.kinds import Kind
from visa.wire.rfb_clipboard import muted_encodings
from visa.wire.rfb_messages import ClientMessages

Bytes = bytes | memoryview

ALLOWED: Mapping[Right, frozenset[Kind]] = {
    Right.CONTROL: frozenset(Kind) - {Kind.OTHER},
    Right.VIEW: frozenset({Kind.VIEW, Kind.ENCODINGS}),
}
_INPUT = frozenset({Kind.KEY, Kind.POINTER})


class Passed(NamedTuple):
    """What of a chunk goes on. `is_input`: a key or pointer message is among it."""

    parts: list[Bytes]
    is_input: bool
    failed: Failed | None


class Filter:
    """Follows one participant's messages and lets through what their right allows."""

    __slots__ = ("_allowed", "_messages", "_mutes_clipboard")

    def __init__(self, right: Right) -> None:
        self._allowed = ALLOWED[right]
        self._mutes_clipboard = Kind.CLIPBOARD not in self._allowed
        # Where kinds are dropped, message ends must not depend on what the desktop may not have heard of.
        self._messages = ClientMessages(extended_pointer=self._allowed == ALLOWED[Right.CONTROL])

    def passes(self, data: bytes) -> Passed:
        """What of `data` goes on to the desktop."""
        self._messages.receive(data)
        parts: list[Bytes] = []
        is_input = False
        for event in self._messages.events():
            if isinstance(event, Failed):
                return Passed(parts, is_input, event)
            if event.kind not in self._allowed:
                continue
            is_input = is_input or event.kind in _INPUT
            muted = self._mutes_clipboard and event.kind is Kind.ENCODINGS
            parts.append(muted_encodings(event.data) if muted else event.data)
        return Passed(parts, is_input, None)
