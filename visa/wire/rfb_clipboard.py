"""Keeping the desktop's clipboard from a client that may only look, by what is said to the desktop.

A desktop pushes each copied text to its clients, and that stream is passed on unread. But a client with rfbproto's
extended clipboard can say that it takes no unasked text: then only "there is a text" is announced, and to get it the
client would have to ask with a clipboard message. So the broker says this in the client's name. A desktop that does not
know the extended clipboard drops the connection at these bytes, which fails on the safe side.
"""

import struct

from visa.wire.rfb_messages import EXTENDED_MOUSE_BUTTONS, encodings

EXTENDED_CLIPBOARD = -0x3F5E1A32  # 0xC0A1E5CE as a signed number
_TEXT, _CAPS, _NOTIFY = 1 << 0, 1 << 24, 1 << 27
_NO_UNASKED_TEXT = struct.pack("!II", _CAPS | _NOTIFY | _TEXT, 0)

MUTED = struct.pack("!Bxxxi", 6, -len(_NO_UNASKED_TEXT)) + _NO_UNASKED_TEXT
"""A ClientCutText: "I know notifications, and texts of at most 0 bytes unasked"."""


def muted_encodings(message: memoryview | bytes) -> bytes:
    """A client's SetEncodings for somebody who only looks, and `MUTED` behind it.

    Announces the extended clipboard, and takes back extended mouse buttons: their messages have another length, which
    both ends must agree on as long as kinds of messages are dropped.
    """
    kept = [code for code in encodings(message) if code not in (EXTENDED_CLIPBOARD, EXTENDED_MOUSE_BUTTONS)]
    kept.append(EXTENDED_CLIPBOARD)
    return struct.pack(f"!BxH{len(kept)}i", 2, len(kept), *kept) + MUTED
