"""The server's side of RFB's opening handshake, spoken to a browser (RFC 6143, 7.1; version 3.8, security None).

Who the browser belongs to was settled before (ticket and Origin), so that no secret travels here. The desktop's
ServerInit may be there before or after the browser's ClientInit: `Seated` says that the browser now waits for it.
"""

from dataclasses import dataclass

from visa.wire.rfb import VERSION_LENGTH, Handshake, Script

VERSION = b"RFB 003.008\n"
OFFERED = b"\x01\x01"  # one security type: None
NONE = b"\x01"
ACCEPTED = b"\0\0\0\0"


@dataclass(frozen=True, slots=True)
class Seated:
    """The browser sent its ClientInit: what it may send next are client messages (`surplus` holds their start)."""


class BrowserHandshake(Handshake[Seated]):
    """Lets a browser in. Events: one `Seated`, or one `Failed` with code `version` or `security`."""

    def _script(self) -> Script:
        self._out += VERSION
        if (yield VERSION_LENGTH) != VERSION:
            self._fail("version", "this desktop speaks RFB 3.8 only")
            return
        self._out += OFFERED
        if (yield 1) != NONE:
            self._fail("security", "the browser chose a security type that was not offered")
            return
        self._out += ACCEPTED
        # 7.3.1: the shared flag; everybody shares here, and rights are not the client's to claim.
        yield 1
        self._events.append(Seated())
