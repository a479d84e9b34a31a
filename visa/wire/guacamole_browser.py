"""The server's side of the opening, spoken to a browser: what it can show, before guacd is asked for a desktop.

The page sends `size`, and if it likes `audio`, `video`, `image` and `timezone`, then `connect` without parameters:
which desktop it gets and what it may do there was settled by its ticket. The broker answers `READY` once guacd has let
it in. This is guacd's own handshake without the parts that are secret.
"""

import re
from dataclasses import dataclass

from visa.wire.guacamole import Instruction, encoded
from visa.wire.guacamole_handshake import GuacamoleHandshake, Script
from visa.wire.guacd import Screen

READY = encoded("ready", "")
"""What the browser is told in place of guacd's own `ready`, whose id others could join by."""
MAX_SIDE, MIN_DPI, MAX_DPI = 8192, 24, 960
MAX_TYPES = 16
_NUMBER = re.compile(rb"[1-9]\d{0,4}")
_TYPE = re.compile(rb"[a-zA-Z0-9!#$&^_.+-]{1,64}/[a-zA-Z0-9!#$&^_.+-]{1,64}(;[a-z]+=[a-zA-Z0-9]+)*")  # RFC 6838, 4.2
_TIMEZONE = re.compile(rb"[A-Za-z0-9_+/-]{1,64}")
_MEDIA = (b"audio", b"video", b"image")


@dataclass(frozen=True, slots=True)
class Introduced:
    """The browser has said what it can show; what it sends next are client messages (`surplus` has their start)."""

    screen: Screen


class GuacamoleBrowserHandshake(GuacamoleHandshake[Introduced]):
    """Events: one `Introduced`, or one `Failed` with code `introduction` or those of `Instructions`."""

    def _script(self) -> Script:
        said: dict[bytes, tuple[bytes, ...]] = {}
        while (told := (yield)).opcode != b"connect":
            if not _is_sound(told) or told.opcode in said:
                self._fail("introduction", "the browser did not say what it can show")
                return
            said[told.opcode] = told.args
        if b"size" not in said:
            self._fail("introduction", "the browser did not say how large its window is")
            return
        width, height, dpi = map(int, said[b"size"])
        audio, video, image = (tuple(name.decode() for name in said.get(kind, ())) for kind in _MEDIA)
        timezone = said.get(b"timezone", (b"",))[0].decode()
        self._events.append(Introduced(Screen(width, height, dpi, audio, video, image, timezone)))


def _is_sound(told: Instruction) -> bool:
    """Whether this is something that a browser says of itself, within limits."""
    if told.opcode == b"size":
        if len(told.args) != 3 or not all(_NUMBER.fullmatch(number) for number in told.args):  # noqa: PLR2004
            return False
        width, height, dpi = map(int, told.args)
        return max(width, height) <= MAX_SIDE and MIN_DPI <= dpi <= MAX_DPI
    if told.opcode == b"timezone":
        return len(told.args) == 1 and bool(_TIMEZONE.fullmatch(told.args[0]))
    return told.opcode in _MEDIA and len(told.args) <= MAX_TYPES and all(map(_TYPE.fullmatch, told.args))
