"""Whether a machine is used: keys and pointer of a person, load and logins inside it, put together.

What is not known counts as use. Each signal remembers the last moment at which it told of use or nothing was known of
it; a machine is idle since the latest of these moments, and not at all while something is unknown right now. A word
that is older or newer than `known_for` was given by a clock that was set, or comes after a gap: it starts anew.
No I/O, no clock.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

HOUR = timedelta(hours=1)


class Signal(StrEnum):
    """What tells of use."""

    INPUT = "input"
    LOAD = "load"
    LOGINS = "logins"


class State(StrEnum):
    """What a signal says now."""

    ACTIVE = "active"
    QUIET = "quiet"
    UNKNOWN = "unknown"


class Running(StrEnum):
    """How a machine is, as far as use goes. One that is on its way is not idle, whatever is known of it."""

    RUNS = "runs"
    STOPPED = "stopped"
    ON_ITS_WAY = "on_its_way"


@dataclass(frozen=True)
class Heard:
    """What is known of one signal.

    known_at     when it was last heard of; None: never
    quiet_since  the last moment at which it told of use or was not known
    value        processors busy as a mean, or people logged in
    active       whether it told of use when it was last heard of
    """

    signal: Signal
    known_at: datetime | None = None
    quiet_since: datetime | None = None
    value: float | None = None
    active: bool = False


@dataclass(frozen=True)
class Sign:
    """One signal as people are shown it. `since` is when it was last active or unknown; None: it never was known."""

    signal: Signal
    state: State
    since: datetime | None
    value: float | None = None


@dataclass(frozen=True)
class Idle:
    """`since`: from then on all signals were quiet and known. None: it counts as used right now.

    A signal that is active right now moves `since` along with each word of it.
    """

    since: datetime | None
    signals: tuple[Sign, ...] = ()


def idle(
    heard: Iterable[Heard],
    *,
    now: datetime,
    lives_from: datetime,
    running: Running,
    known_for: timedelta,
    stopped_since: datetime | None = None,
) -> Idle:
    """What all signals say together. `stopped_since` is when a stopped machine was seen to have stopped."""
    if running is Running.ON_ITS_WAY:
        return Idle(None)
    by_signal = {one.signal: one for one in heard}
    if running is Running.STOPPED:
        from_then = max(lives_from, stopped_since or now)
        return Idle(from_then, tuple(Sign(signal, State.QUIET, from_then) for signal in Signal))
    signs = tuple(_sign(by_signal.get(signal, Heard(signal)), now, known_for) for signal in Signal)
    if any(sign.state is State.UNKNOWN or sign.since is None for sign in signs):
        return Idle(None, signs)
    return Idle(max([lives_from, *(sign.since for sign in signs if sign.since)]), signs)


def hear(before: Heard, *, now: datetime, active: bool, known_for: timedelta, value: float | None = None) -> Heard:
    """What is known after a word of `now`. One that comes late (but within `known_for`) takes nothing back."""
    if _gap(before, now, known_for):
        return Heard(before.signal, now, now, value, active)
    known_at, quiet_since = before.known_at or now, before.quiet_since or now
    if active:
        quiet_since = max(quiet_since, now)
    if now < known_at:
        return replace(before, quiet_since=quiet_since)
    return Heard(before.signal, now, quiet_since, value, active)


def mean_load(before: Heard, sample: float, *, now: datetime, known_for: timedelta, over: timedelta = HOUR) -> float:
    """The mean of processors busy after one more sample: recent ones weigh more, each by the time since the last.

    After a gap, nothing is known of the time before: the sample is the mean.
    """
    if before.value is None or before.known_at is None or _gap(before, now, known_for):
        return sample
    passed = max(now - before.known_at, timedelta())
    return before.value + (sample - before.value) * -math.expm1(-passed / over)


def _gap(before: Heard, now: datetime, known_for: timedelta) -> bool:
    return before.known_at is None or abs(now - before.known_at) > known_for


def _sign(heard: Heard, now: datetime, known_for: timedelta) -> Sign:
    if _gap(heard, now, known_for):
        return Sign(heard.signal, State.UNKNOWN, heard.known_at)
    state = State.ACTIVE if heard.active else State.QUIET
    return Sign(heard.signal, state, heard.quiet_since, heard.value)
