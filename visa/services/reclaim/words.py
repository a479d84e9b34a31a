"""What reclaim says of one subject, in a sentence for its owner and for admins."""

from datetime import datetime

from visa.domain.deferral import During, Off, Until
from visa.domain.fate import Fate
from visa.domain.reclaim import Why

BECAUSE = {
    Why.LIFETIME: "its lifetime ends",
    Why.IDLE: "nobody uses it",
    Why.QUOTA: "its owner has more than they may have now",
    Why.BIN: "its time in the recycle bin ends",
    Why.ARCHIVE: "its time in the archive ends",
}
WHAT_HAPPENS = {
    Why.LIFETIME: "taken back",
    Why.IDLE: "taken back",
    Why.QUOTA: "taken back",
    Why.BIN: "taken from the recycle bin",
    Why.ARCHIVE: "deleted for ever",
}


def day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def delay(fate: Fate, now: datetime, *, may_take: bool, stopped: bool) -> tuple[Off | None, str]:
    """What holds the next end off now, and a sentence that says all of it; (None, "") while nothing ends.

    What moved it and is over is told as past.
    """
    held = next((end for end in fate.ends if end.course is None and end.moved.by is not None), None)
    end = fate.next_end
    if end is None or end.course is None:
        return (held.moved.by.off, held.moved.by.says) if held and held.moved.by else (None, "")
    said = f"It is {WHAT_HAPPENS[end.cause.why]} on {day(end.course.axe_at)}, because {BECAUSE[end.cause.why]}."
    if stopped:
        return Off.STOPPED, f"{said} All reclaim is stopped at the moment."
    if not may_take and end.course.axe_at <= now:
        return Off.CLOCKS, f"{said} Nothing is taken until the schedulers' clocks have agreed for a while."
    if end.asked:
        return None, f"{said} The warning before is on its way; the end moves on until it is delivered."
    if end.moved.by is not None:
        off, why = _moved(end.moved.by, now)
        return off, f"{said} {why}"
    return None, said


_WAS = {
    Off.HOLD: "It was held until",
    Off.REQUEST: "A request for more time held it off until",
    Off.STOPPED: "All reclaim was stopped until",
    Off.BEAMTIME: "Its experiment ran until",
    Off.CLOSED: "Reclaim did not act until",
    Off.PROMISED: "It was to be archived, and what its owner was told held until",
}


def _moved(by: Until | During, now: datetime) -> tuple[Off | None, str]:
    until = by.until if isinstance(by, Until) else by.ends
    if until is None or until > now:
        return by.off, by.says
    return None, f"{_WAS[by.off]} {day(until)}."
