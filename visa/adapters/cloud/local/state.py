"""What the records of one server mean: how it shows in a survey, and what is still to be done about it. Pure.

Each start is a *boot*, counted from 1. An order is the highest boot wanted, a stop the highest boot that has to end.
"""

from dataclasses import dataclass
from enum import StrEnum

from visa.domain.resources import Mount, Power


@dataclass(frozen=True)
class Order:
    """`order.json`: bring the server up with these mounts, as this boot."""

    boot: int
    mounts: tuple[Mount, ...]


@dataclass(frozen=True)
class Stop:
    """`stop.json`: every boot up to this one ends; by force once the machine is up for `force_at_s` seconds."""

    boot: int
    force_at_s: float
    boot_id: str


@dataclass(frozen=True)
class Started:
    """`pid.json`: which process this boot was given, with its line of /proc/<pid>/stat."""

    boot: int
    boot_id: str
    stat: str


@dataclass(frozen=True)
class Ready:
    """`ready.json`: the desktop of this boot has greeted."""

    boot: int


@dataclass(frozen=True)
class Facts:
    """Everything that was read. `restarted`: the machine itself was restarted since this boot of the server."""

    ordered: int
    stopped: int
    started: int
    ready: int
    runs: bool
    inside: bool = False
    """The sandbox is up and its first process known."""
    overdue: bool = False
    deleting: bool = False
    restarted: bool = False
    mounts: tuple[Mount, ...] = ()
    """What is mounted, or will be at the next start."""

    @property
    def ending(self) -> bool:
        return self.runs and self.stopped >= self.started

    @property
    def awaited(self) -> bool:
        """A start was ordered and has not happened yet."""
        return self.ordered > max(self.started, self.stopped)


class Due(StrEnum):
    NOTHING = "nothing"
    LAUNCH = "launch"
    LOOK = "look"
    """Ask the desktop whether it is ready."""
    END = "end"
    KILL = "kill"
    REMOVE = "remove"


def power(facts: Facts) -> Power:
    """How the server shows in a survey."""
    if facts.deleting:
        return Power.DELETING
    if facts.runs:
        if facts.ending:
            return Power.STOPPING
        return Power.ACTIVE if facts.inside else Power.BUILDING
    if facts.awaited:
        return Power.BUILDING
    asked = facts.stopped >= max(facts.ordered, facts.started)
    if asked or facts.ready >= facts.started or facts.restarted:
        return Power.STOPPED
    return Power.ERROR  # it died before anybody could see its desktop


def due(facts: Facts) -> Due:
    """What whoever looks next has to do about it."""
    if facts.deleting:
        return Due.REMOVE
    if facts.ending:
        return Due.KILL if facts.overdue else Due.END
    if facts.runs:
        return Due.LOOK if facts.inside and facts.ready < facts.started else Due.NOTHING
    return Due.LAUNCH if facts.awaited else Due.NOTHING
