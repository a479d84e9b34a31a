"""What a participant's message does, as far as rights are concerned, and a message as a parser hands it out.

One vocabulary for both protocols, so that who may do what is decided once.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """OTHER: what no page of ours sends; nobody may."""

    VIEW = "view"  # asks for the sender's own picture and confirms it
    ENCODINGS = "encodings"  # RFB's SetEncodings, which also announces capabilities
    KEY = "key"
    POINTER = "pointer"
    CLIPBOARD = "clipboard"
    RESIZE = "resize"
    FILES = "files"
    POWER = "power"  # shut down, reboot, reset
    AUDIO = "audio"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Piece:
    """A message, or (a clipboard text in RFB only) a part of one; `ends` says that the message is complete with it."""

    kind: Kind
    data: memoryview | bytes
    ends: bool
