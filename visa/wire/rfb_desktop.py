"""The client's side of RFB's opening handshake, spoken to a desktop (RFC 6143, 7.1 to 7.3.2; versions 3.3, 3.7, 3.8).

Knows the security types None and VncAuth. The desktop's password is used here and appears in no event. Ends in
`Welcomed`, which keeps the ServerInit message byte for byte, to be passed on to browsers.
"""

import re
import struct
from collections.abc import Generator
from dataclasses import dataclass

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from visa.wire.readable import readable
from visa.wire.rfb import MAX_TEXT, VERSION_LENGTH, Handshake, Script

RFB_3_3, RFB_3_7, RFB_3_8 = 3, 7, 8
NONE, VNC_AUTH = 1, 2
SHARED = b"\x01"
SERVER_INIT_LENGTH = 24
VERSION = re.compile(rb"RFB (\d{3})\.(\d{3})\n")


@dataclass(frozen=True, slots=True)
class Welcomed:
    """The desktop is open to us. `server_init`: its whole ServerInit message (size, pixel format, name)."""

    server_init: bytes


class DesktopHandshake(Handshake[Welcomed]):
    """Opens a desktop as a shared client. Events: one `Welcomed` or one `Failed`, with one of the codes

    `not_rfb`, `refused` (its message has the desktop's words), `unsupported_security`, `wrong_password`, `malformed`.
    """

    def __init__(self, password: str) -> None:
        """`password`: "" where the desktop wants none; VncAuth uses its first 8 bytes."""
        self._password = password
        super().__init__()

    def _script(self) -> Script:
        version = _version((yield VERSION_LENGTH))
        if version is None:
            self._fail("not_rfb", "what answers there is not an RFB desktop")
            return
        self._out += b"RFB 003.%03d\n" % version
        security = yield from (self._imposed() if version == RFB_3_3 else self._chosen())
        if security is None:
            return
        if security == VNC_AUTH:
            self._out += vnc_response(self._password, (yield 16))
        # 7.2.1: before 3.8 no SecurityResult follows the choice of None.
        if (security == VNC_AUTH or version == RFB_3_8) and not (yield from self._accepted(version, security)):
            return
        self._out += SHARED
        head = yield SERVER_INIT_LENGTH
        name = yield from _text(head[20:])
        if name is None:
            self._fail("malformed", "the desktop's name is too long")
            return
        self._events.append(Welcomed(head + name))

    def _imposed(self) -> Generator[int, bytes, int | None]:
        """3.3: the desktop decides alone (7.1.2)."""
        (security,) = struct.unpack("!I", (yield 4))
        if security == 0:
            yield from self._refused()
            return None
        return self._supported(bytes([security]) if security in (NONE, VNC_AUTH) else b"")

    def _chosen(self) -> Generator[int, bytes, int | None]:
        """3.7 and 3.8: the desktop offers, we choose (7.1.2)."""
        (count,) = yield 1
        if count == 0:
            yield from self._refused()
            return None
        security = self._supported((yield count))
        if security is not None:
            self._out.append(security)
        return security

    def _supported(self, offered: bytes) -> int | None:
        """VncAuth where we have a password, else None where it is enough."""
        for security in (VNC_AUTH, NONE) if self._password else (NONE,):
            if security in offered:
                return security
        if VNC_AUTH in offered:
            self._fail("wrong_password", "the desktop wants a password and we have none")
        else:
            self._fail("unsupported_security", "the desktop offers neither None nor VncAuth")
        return None

    def _accepted(self, version: int, security: int) -> Generator[int, bytes, bool]:
        """SecurityResult (7.1.3); only 3.8 gives a reason."""
        (result,) = struct.unpack("!I", (yield 4))
        if result == 0:
            return True
        if version == RFB_3_8 and security == NONE:
            yield from self._refused()
            return False
        self._fail("wrong_password", "the desktop did not accept our password")
        return False

    def _refused(self) -> Generator[int, bytes, None]:
        reason = yield from _text((yield 4))
        self._fail("refused", f"the desktop refused us: {readable(reason or b'') or 'it gave no reason'}")


def _version(announced: bytes) -> int | None:
    """The version to speak (7.1.1: others than 3.3 and 3.7 below 3.8 count as 3.3); None when it is no RFB."""
    match = VERSION.fullmatch(announced)
    if match is None:
        return None
    version = int(match[1]), int(match[2])
    if version >= (3, 8):
        return RFB_3_8
    return RFB_3_7 if version == (3, RFB_3_7) else RFB_3_3


def _text(length: bytes) -> Generator[int, bytes, bytes | None]:
    """A text behind its 32-bit length; None when it is longer than we take."""
    (size,) = struct.unpack("!I", length)
    if size > MAX_TEXT:
        return None
    return (yield size) if size else b""


def vnc_response(password: str, challenge: bytes) -> bytes:
    """VncAuth's answer (7.2.2): the 16 bytes of the challenge under DES, the password's bits mirrored in each byte."""
    padded = password.encode("latin-1", "replace")[:8].ljust(8, b"\0")
    key = bytes(int(f"{byte:08b}"[::-1], 2) for byte in padded)
    # DES is triple DES with one key three times; the protocol leaves no choice of cipher or mode.
    cipher = Cipher(TripleDES(key * 3), modes.ECB()).encryptor()  # noqa: S305
    return cipher.update(challenge) + cipher.finalize()
