"""Why a desktop connection ends, as the browser's page is told: a WebSocket close code and a sentence.

1001 is RFC 6455's own; the codes from 4001 are this project's and stable. A refusal before the upgrade is no ending:
it is an HTTP status (see `gate`), which a page cannot read, so that a page that was refused asks the API for a new
ticket.
"""

from dataclasses import dataclass
from enum import IntEnum


class CloseCode(IntEnum):
    """What a page does next: 1001, 4007: connect again soon; 4002, 4004: look at the instance; 4001: give up."""

    NORMAL = 1000
    GOING_AWAY = 1001
    REVOKED = 4001
    DESKTOP_GONE = 4002
    DESKTOP_UNREACHABLE = 4004
    MALFORMED = 4005
    TOO_SLOW = 4006
    NO_DATABASE = 4007


@dataclass(frozen=True, slots=True)
class Ending:
    """`reason` is stable and recorded with the session; `message` is for the person, at most 123 bytes of UTF-8."""

    code: CloseCode
    reason: str
    message: str


# The browser closed the connection itself or vanished: this is recorded, and nobody is there to be told.
BROWSER_LEFT = Ending(CloseCode.NORMAL, "browser_left", "")

GOING_AWAY = Ending(CloseCode.GOING_AWAY, "broker_stopped", "This broker is being restarted.")
DESKTOP_GONE = Ending(CloseCode.DESKTOP_GONE, "desktop_gone", "The desktop closed the connection.")
DESKTOP_STUCK = Ending(CloseCode.DESKTOP_GONE, "desktop_stuck", "The desktop does not take any input.")
UNREACHABLE = Ending(CloseCode.DESKTOP_UNREACHABLE, "desktop_unreachable", "The desktop does not answer.")
TOO_SLOW = Ending(CloseCode.TOO_SLOW, "too_slow", "Opening the desktop took too long.")
NO_DATABASE = Ending(
    CloseCode.NO_DATABASE, "no_database", "Whether you may still be here could not be checked for too long."
)
_REVOKED = {
    "revoked": "Your access to this desktop has ended.",
    "signed_out": "You have signed out.",
    "not_running": "The instance is not running any more.",
}


def revoked(reason: str) -> Ending:
    """The ending for a reason that the heartbeat was told."""
    return Ending(CloseCode.REVOKED, reason, _REVOKED.get(reason, _REVOKED["revoked"]))


def malformed(reason: str, message: str) -> Ending:
    """What the browser sent is no RFB that we follow."""
    return Ending(CloseCode.MALFORMED, reason, _cut(f"The browser sent something unexpected: {message}"))


def refused_by_desktop(reason: str, message: str) -> Ending:
    """The desktop answered, but not with a welcome."""
    return Ending(CloseCode.DESKTOP_UNREACHABLE, reason, _cut(f"The desktop could not be opened: {message}"))


def _cut(text: str) -> str:
    """RFC 6455, 5.5: a control frame holds 125 bytes, two of which are the code."""
    return text.encode()[:123].decode(errors="ignore")
