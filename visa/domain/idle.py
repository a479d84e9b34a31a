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

    A signal that is active right now moves `since` along with each word of it. One that is on its way has no signals.
    `last_use` is the last that anybody may have used it: a signal that never was known tells nothing of it.
    """

    since: datetime | None
    signals: tuple[Sign, ...] = ()
    running: Running = Running.RUNS
    last_use: datetime | None = None

    @property
    def unused_since(self) -> datetime | None:
        """`since`, for people: None while any signal is active, too."""
        return None if any(sign.state is State.ACTIVE for sign in self.signals) else self.since

    def deadline(self, idle_d: float | None) -> datetime | None:
        """The earliest moment at which it is reclaimed after `idle_d` days without use; None while it is used."""
        since = self.unused_since
        return None if idle_d is None or since is None else since + timedelta(days=idle_d)


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
    if running is Running.STOPPED:
        from_then = max(lives_from, stopped_since or now)
        signs = tuple(Sign(signal, State.QUIET, from_then) for signal in Signal)
        return Idle(from_then, signs, running, last_use=from_then)
    by_signal = {one.signal: one for one in heard}
    signs = tuple(_sign(by_signal.get(signal, Heard(signal)), now, known_for) for signal in Signal)
    told = [sign.since if sign.state is not State.UNKNOWN else now for sign in signs if sign.since]
    last_use = max([lives_from, *filter(None, told)])
    if running is Running.ON_ITS_WAY:
        return Idle(None, running=running, last_use=last_use)
    unknown = any(sign.state is State.UNKNOWN for sign in signs)
    return Idle(None if unknown else last_use, signs, last_use=last_use)


def says(of: Idle, idle_d: float | None) -> str:
    """One sentence for its owner: which signal keeps it alive, or what it is threatened by after `idle_d` days."""
    if of.running is Running.ON_ITS_WAY:
        return "It does not count as unused before it runs."
    unknown = [_NAMES[sign.signal] for sign in of.signals if sign.state is State.UNKNOWN]
    active = [_USES[sign.signal] for sign in of.signals if sign.state is State.ACTIVE]
    days = "" if idle_d is None else f"{idle_d:g} {'day' if idle_d == 1 else 'days'}"
    if active:
        rule = f" After {days} without use it is reclaimed." if days else ""
        return f"It counts as used: {_list(active)}.{rule}"
    if unknown:
        return f"It counts as used, because nothing is known of {_list(unknown)}."
    threat = f"; after {days} of that it is reclaimed" if days else ""
    if of.running is Running.STOPPED:
        return f"It is unused while it is stopped{threat}."
    return f"Nobody uses it, and nothing works in it{threat}."


def _list(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


_NAMES = {Signal.INPUT: "its input", Signal.LOAD: "its load", Signal.LOGINS: "logins"}
_USES = {
    Signal.INPUT: "somebody types or points in its desktop",
    Signal.LOAD: "its processors are busy",
    Signal.LOGINS: "somebody is logged in besides the desktop",
}


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
