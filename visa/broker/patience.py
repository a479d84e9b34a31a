"""How long the broker waits for others, in seconds. Settings name what operators change; the rest are defaults here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """`opening_s`: for the request, and again for both handshakes; `closing_s`: for the browser's answer to a close.

    `ping_s`: a browser that was silent for so long is pinged, and given up when it stays silent as long again.
    """

    opening_s: float = 10
    closing_s: float = 2
    dial_s: float = 8
    drain_s: float = 3
    watch_s: float = 1
    ping_s: float = 20
