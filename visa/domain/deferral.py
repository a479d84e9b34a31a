"""What moves an end on: a hold, a request that waits for its answer, reclaim that was stopped, beamtime, closed hours.

An end that was moved is another end, with warnings of its own: nobody loses a machine at once because a hold ran out.
All that is moved depends on what is stored and not on the present moment, so two looks agree. No I/O, no clock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

FAR = datetime(9000, 1, 1, tzinfo=UTC)
"""What is held off until then or later is held off for ever: calendars end soon after."""


class Off(StrEnum):
    """Why something is not taken at its deadline."""

    HOLD = "hold"
    REQUEST = "request"
    STOPPED = "stopped"
    BEAMTIME = "beamtime"
    CLOSED = "closed"
    CLOCKS = "clocks"
    PROMISED = "promised"


@dataclass(frozen=True)
class Until:
    """Nothing is taken before `until`; None is for ever. `says` is a sentence for people."""

    off: Off
    until: datetime | None
    says: str


@dataclass(frozen=True)
class During:
    """Nothing is taken from `begins` on before `ends`."""

    off: Off
    begins: datetime
    ends: datetime
    says: str

    def covers(self, moment: datetime) -> bool:
        return self.begins <= moment < self.ends


@dataclass(frozen=True)
class Hindrances:
    """All that holds one subject off.

    `next_open`: the first moment from one on at which reclaim may act at all; `why_closed`: why it may not at a moment,
    "" where only the hour is to blame.
    """

    untils: Sequence[Until] = ()
    durings: Sequence[During] = ()
    next_open: Callable[[datetime], datetime] = lambda moment: moment
    why_closed: Callable[[datetime], str] = lambda _: ""

    def closed(self, at: datetime, opens: datetime) -> During:
        """Reclaim may not act from `at` until it `opens`."""
        why = self.why_closed(at)
        return During(Off.CLOSED, at, opens, f"Nothing is taken then: {why}" if why else "Reclaim does not act then.")


@dataclass(frozen=True)
class Moved:
    """The end as it was moved; None is never. `by` says what moved it last, None when nothing did."""

    deadline: datetime | None
    by: Until | During | None = None


def moved(deadline: datetime, hindrances: Hindrances) -> Moved:
    """The first moment from `deadline` on that nothing holds off."""
    at = deadline
    by: Until | During | None = None
    for until in hindrances.untils:
        if until.until is None or until.until >= FAR:
            return Moved(None, until)
        if until.until > at:
            at, by = until.until, until
    while True:
        opens = hindrances.next_open(at)
        during = max((one for one in hindrances.durings if one.covers(opens)), key=_end, default=None)
        if during is None:
            break
        at, by = during.ends, during
        if at >= FAR:
            return Moved(None, during)
    if opens > at:
        by = hindrances.closed(at, opens)
    return Moved(opens, by)


def now_closed(now: datetime, hindrances: Hindrances) -> During | None:
    """What forbids to take anything at this very moment, and until when."""
    during = max((one for one in hindrances.durings if one.covers(now)), key=_end, default=None)
    if during is not None:
        return during
    opens = hindrances.next_open(now)
    return hindrances.closed(now, opens) if opens > now else None


def _end(during: During) -> datetime:
    return during.ends
