"""The opening of a connection with guacd, as its client (Guacamole manual, "Guacamole protocol handshake").

A connection is opened by the name of a remote protocol and its parameters, or joined by the id that guacd gave to one
that is open. What the browser can show was asked before (`Screen`). Parameters may be secrets: they are used here and
appear in no event.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from visa.wire.guacamole import Instruction
from visa.wire.guacamole_handshake import GuacamoleHandshake, Script
from visa.wire.readable import readable

VERSIONS = (b"VERSION_1_0_0", b"VERSION_1_1_0", b"VERSION_1_3_0", b"VERSION_1_5_0")
"""What we speak, oldest first. Each but the first adds an instruction to this handshake."""
_V1_0, _V1_1, _V1_3, _V1_5 = range(len(VERSIONS))


@dataclass(frozen=True, slots=True)
class Open:
    """Open a connection. `protocol`: "vnc", "rdp" or "ssh"; `parameters`: guacd's names and values."""

    protocol: str
    parameters: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Join:
    """Join the open connection `connection_id` ("$…"). Of the `parameters` guacd heeds "read-only" and few others."""

    connection_id: str
    parameters: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Screen:
    """What a browser shows and plays: its size in pixels, and names of media types."""

    width: int
    height: int
    dpi: int
    audio: tuple[str, ...] = ()
    video: tuple[str, ...] = ()
    image: tuple[str, ...] = ()
    timezone: str = ""


@dataclass(frozen=True, slots=True)
class Connected:
    """guacd let us in. `connection_id` is what others join by."""

    connection_id: str


class GuacdHandshake(GuacamoleHandshake[Connected]):
    """Opens or joins. Events: one `Connected`, or one `Failed` with one of the codes

    `refused` (its message has guacd's words), `not_guacd`, and those of `Instructions`.
    """

    def __init__(self, wish: Open | Join, screen: Screen, *, name: str) -> None:
        """`name`: the person's, as guacd tells it to others who are in the connection."""
        self._wish, self._screen, self._name = wish, screen, name
        super().__init__()

    def _script(self) -> Script:
        self._say("select", self._wish.protocol if isinstance(self._wish, Open) else self._wish.connection_id)
        asked = yield
        if not self._is(asked, b"args"):
            return
        names = list(asked.args)
        version = _version(names)
        self._introduce(version)
        # The version stands where a parameter of that name would: first, and only when guacd announced one.
        answers = [VERSIONS[version].decode()] if version > _V1_0 else []
        for name in names[len(answers) :]:
            answers.append(self._wish.parameters.get(name.decode(), ""))
        self._say("connect", *answers)
        ready = yield
        if self._is(ready, b"ready") and ready.args:
            self._events.append(Connected(ready.args[0].decode()))
        elif not self._events:
            self._fail("not_guacd", "the connection that guacd made has no id")

    def _introduce(self, version: int) -> None:
        screen = self._screen
        self._say("size", str(screen.width), str(screen.height), str(screen.dpi))
        self._say("audio", *screen.audio)
        self._say("video", *screen.video)
        self._say("image", *screen.image)
        if version >= _V1_1 and screen.timezone:
            self._say("timezone", screen.timezone)
        if version >= _V1_3:
            self._say("name", self._name)

    def _is(self, instruction: Instruction, opcode: bytes) -> bool:
        if instruction.opcode == opcode:
            return True
        if instruction.opcode == b"error":
            said = readable(instruction.args[0]) if instruction.args else ""
            self._fail("refused", f"guacd refused the connection: {said or 'it gave no reason'}")
        else:
            self._fail("not_guacd", "what answers there does not speak as guacd does")
        return False


def _version(names: list[bytes]) -> int:
    """The newest version that guacd and we both speak. guacd of 1.0 announces none."""
    if not names or not names[0].startswith(b"VERSION_"):
        return _V1_0
    return VERSIONS.index(names[0]) if names[0] in VERSIONS else _V1_5
