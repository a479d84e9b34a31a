"""What becomes of one instance or workspace as things stand: which ends it has, whom to warn now, whether to take it.

Pure: everything it goes by is an argument. It is what the reclaim job acts on, what the dry run shows, and what pages
and `visa policy explain` say, so that they cannot differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from visa.domain.deferral import Hindrances, Moved, moved, now_closed
from visa.domain.reclaim import Cause, Course, Given, Moment, Why, course

AGAIN = timedelta(minutes=10)
"""How soon one is looked at again that waits for something nobody reports: mail, clocks, the switch."""
AT_LEAST = timedelta(days=1)
"""How soon anything is looked at again, so that whatever was forgotten heals."""


@dataclass(frozen=True)
class Told:
    """One warning that was asked for: `given` and `sent_at` once it was delivered.

    `archives`: it says that what leaves the recycle bin goes to the archive.
    """

    cause: Why
    cycle: datetime
    lead: timedelta
    given: Given | None
    sent_at: datetime | None = None
    archives: bool = False


@dataclass(frozen=True)
class End:
    """One cause with its deadline as it was moved, and how it goes on (None: never).

    `asked`: the warning that is due was asked for and is not delivered yet.
    """

    cause: Cause
    moved: Moved
    course: Course | None
    asked: bool = False


@dataclass(frozen=True)
class Fate:
    """`ends` come soonest first, those that never come last. `take` is the one whose time has come.

    `look_at` is when it has to be looked at again if nothing changes, always later than now.
    """

    ends: tuple[End, ...]
    take: End | None
    look_at: datetime

    @property
    def next_end(self) -> End | None:
        """What takes it first; None when nothing does."""
        return next((end for end in self.ends if end.course is not None), None)

    @property
    def warn(self) -> tuple[End, ...]:
        """The ends whose owner is to be told now."""
        return tuple(end for end in self.ends if end.course is not None and end.course.warn is not None)


def fate(
    causes: Sequence[Cause],
    told: Sequence[Told],
    hindrances: Hindrances,
    moment: Moment,
    *,
    may_take: bool = True,
) -> Fate:
    """How it goes on from this moment. `may_take` is false while reclaim is stopped or the clocks disagree."""
    ends = sorted((_end(cause, told, hindrances, moment) for cause in causes), key=_soonest)
    due = next((end for end in ends if end.course is not None and end.course.due(moment.now)), None)
    closed = now_closed(moment.now, hindrances)
    take = due if closed is None and may_take else None
    return Fate(tuple(ends), take, _look_at(ends, due, closed.ends if closed else None, moment.now))


def _end(cause: Cause, told: Sequence[Told], hindrances: Hindrances, moment: Moment) -> End:
    """An end that was moved is a cycle of its own: what was told of the one before does not count for it."""
    to = moved(cause.deadline, hindrances)
    if to.deadline is None:
        return End(cause, to, None)
    cycle = cause.cycle if to.deadline == cause.deadline else to.deadline
    mine = [one for one in told if one.cause == cause.why and one.cycle == cycle]
    given = tuple(one.given for one in mine if one.given is not None)
    announced = (one.given.announced_for for one in told if one.cause == cause.why and one.given is not None)
    deadline = max(
        [to.deadline, *announced]
    )  # no letter's end comes earlier, although it was of an end that is no more
    as_moved = replace(cause, cycle=cycle, deadline=deadline, given=given)
    way = course(as_moved, moment)
    asked = any(one.lead == way.warn and one.given is None for one in mine)
    return End(as_moved, to, way, asked)


def _look_at(ends: Sequence[End], due: End | None, opens: datetime | None, now: datetime) -> datetime:
    """When something comes next; never now, because whoever looks has just seen to what is due."""
    latest = now + AT_LEAST
    if due is not None:
        return min(opens or now + AGAIN, latest)
    coming = [end.course.look_at for end in ends if end.course is not None]
    soonest = min(coming, default=latest)
    return min(soonest if soonest > now else now + AGAIN, latest)


def _soonest(end: End) -> tuple[bool, datetime]:
    return (end.course is None, end.course.axe_at if end.course else end.cause.deadline)
