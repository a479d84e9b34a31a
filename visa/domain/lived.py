"""Time that was really lived through, which no step of a clock can lengthen: full notices are measured by it.

Schedulers tick it, one after the other, each by its own clock. Small steps forward count; a large one is a clock that
was set, or a time in which nobody ran, and counts nothing. A clock that is behind may set it back, which takes away
what was counted of that time. So clocks that disagree never add up to more than passed, apart from one step each.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Pace:
    """`step`: the longest time between two ticks that counts; `agree`: how far clocks may be apart and mean the same.

    `settle`: for how long ticks must have followed each other since the last disagreement before anything is taken.
    """

    step: timedelta = timedelta(minutes=5)
    agree: timedelta = timedelta(seconds=30)
    settle: timedelta = timedelta(minutes=10)


@dataclass(frozen=True)
class Lived:
    """`lived_s` seconds were lived through until `at`; without a break since `since`, where `broken` is true.

    `broken` is false as long as the clocks have never been seen to disagree.
    """

    lived_s: float
    at: datetime
    since: datetime
    broken: bool = False

    def settled(self, pace: Pace) -> bool:
        """Whether the clocks have agreed for long enough that something may be taken by them."""
        return not self.broken or self.at - self.since >= pace.settle


@dataclass(frozen=True)
class Behind:
    """This clock is `by` behind the newest tick: whoever ticked is ahead, or this process slept in between."""

    by: timedelta


def begin(now: datetime) -> Lived:
    """Before the first tick."""
    return Lived(0.0, now, now)


def tick(before: Lived, now: datetime, pace: Pace) -> Lived | Behind:
    """What was lived through by now. Nothing may be done by a clock that is behind."""
    gap = now - before.at
    if gap < -pace.agree:
        return Behind(-gap)
    if gap <= timedelta():
        return before
    if gap > pace.step:
        return replace(before, at=now, since=now, broken=True)
    return replace(before, at=now, lived_s=before.lived_s + gap.total_seconds())


def set_back(before: Lived, now: datetime) -> Lived:
    """This clock was behind twice in a row, read anew: it is believed, and what the others counted meanwhile is not."""
    counted = min(before.at - now, before.at - before.since)
    return Lived(before.lived_s - counted.total_seconds(), now, now, broken=True)
