"""When something is taken back: its deadline, the warnings that were given, and the moment that follows from both.

The rules:
1. every warning is given in full: something is taken at the earliest `lead` after that warning was delivered, by the
   clock and by lived time (`visa.domain.lived`);
2. what a warning announced is never moved to an earlier moment;
3. a stay in recycle bin or archive is measured by lived time as well, so that no clock that was set can shorten it.
No I/O, no clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Why(StrEnum):
    """What takes something back. The first three take an instance, the others what is kept of a workspace."""

    LIFETIME = "lifetime"
    IDLE = "idle"
    QUOTA = "quota"
    BIN = "bin"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class Moment:
    """Now, by the clock and by the time that was lived through."""

    now: datetime
    lived_s: float


@dataclass(frozen=True)
class Given:
    """A warning that was delivered: how long before the end, which end it named, and at which lived time."""

    lead: timedelta
    announced_for: datetime
    lived_s: float


@dataclass(frozen=True)
class Stay:
    """A time that was promised in full, and the lived time at which it began."""

    length: timedelta
    lived_from: float


@dataclass(frozen=True)
class Cause:
    """Something that takes a thing back at `deadline`, with a warning each of `leads` before.

    `cycle` tells one deadline from the next: warnings of another cycle do not count and are not among `given`.
    """

    why: Why
    cycle: datetime
    deadline: datetime
    leads: tuple[timedelta, ...]
    given: tuple[Given, ...] = ()
    stay: Stay | None = None


@dataclass(frozen=True)
class Course:
    """How a cause goes on: it takes at `axe_at` as things stand, `warn` is the warning that is due now.

    `look_at` is when a warning or the end comes next, if nothing changes; now, when one is due. While a warning is due
    and not delivered `axe_at` moves on with the clock.
    """

    axe_at: datetime
    warn: timedelta | None
    look_at: datetime

    def due(self, now: datetime) -> bool:
        """Whether everything was given that has to be, and it is time."""
        return self.warn is None and self.axe_at <= now


def course(cause: Cause, moment: Moment) -> Course:
    """How a cause goes on from this moment."""
    axe_at = max(cause.deadline, _stayed(cause, moment))
    axe_at = max([axe_at, *(_in_full(given, moment) for given in cause.given)])
    not_given = set(cause.leads) - {one.lead for one in cause.given}
    if not not_given:
        return Course(axe_at, None, max(axe_at, moment.now))
    lead = max(not_given)  # shorter ones come later
    if moment.now < axe_at - lead:
        return Course(axe_at, None, axe_at - lead)
    return Course(max(axe_at, moment.now + lead), lead, moment.now)


def _in_full(given: Given, moment: Moment) -> datetime:
    """The first moment at which this warning was given in full."""
    left = given.lead - timedelta(seconds=moment.lived_s - given.lived_s)
    return max(given.announced_for, moment.now + max(left, timedelta()))


def _stayed(cause: Cause, moment: Moment) -> datetime:
    """The first moment at which a promised stay was lived through."""
    if cause.stay is None:
        return cause.deadline
    left = cause.stay.length - timedelta(seconds=moment.lived_s - cause.stay.lived_from)
    return moment.now + max(left, timedelta())
