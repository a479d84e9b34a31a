"""How much may be had at once: amounts, limits, and whether one more thing fits into all that bind it.

A limit that only its owner can make room in refuses at once; one that is shared makes the wish wait
(`visa.domain.line`); a wish that is larger than a limit altogether can never fit. Everything counts that is not gone:
a stopped machine keeps its place in the cloud.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum

MIB_PER_GIB = 1024
NAMED = 3  # desktops to choose from in a sentence


class Number(StrEnum):
    """What is counted."""

    INSTANCES = "instances"
    VCPUS = "vcpus"
    MEMORY_MIB = "memory_mib"
    GPUS = "gpus"


@dataclass(frozen=True)
class Amount:
    """So much of everything that is counted."""

    instances: int = 0
    vcpus: int = 0
    memory_mib: int = 0
    gpus: int = 0

    def of(self, number: Number) -> int:
        return int(getattr(self, number))

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(*(self.of(number) + other.of(number) for number in Number))

    def less(self, other: "Amount") -> "Amount":
        """What is left without `other`; never below nothing."""
        return Amount(*(max(0, self.of(number) - other.of(number)) for number in Number))


@dataclass(frozen=True)
class Limits:
    """The most of each number; None is no limit."""

    instances: int | None = None
    vcpus: int | None = None
    memory_mib: int | None = None
    gpus: int | None = None

    def of(self, number: Number) -> int | None:
        limit: int | None = getattr(self, number)
        return limit

    @property
    def bind(self) -> bool:
        """Whether there is any limit."""
        return any(getattr(self, field.name) is not None for field in fields(self))


class Whose(StrEnum):
    """Who shares a limit."""

    OWN = "own"
    EXPERIMENT = "experiment"
    CLOUD = "cloud"


@dataclass(frozen=True)
class Bound:
    """One set of limits and what is used of it now. `name` is whose: a person's, experiment's or cloud's."""

    whose: Whose
    name: str
    used: Amount
    limits: Limits

    def plus(self, amount: Amount) -> "Bound":
        return replace(self, used=self.used + amount)

    def too_little(self, wish: Amount) -> Number | None:
        """The first number of which `wish` alone is more than the limit: it never fits."""
        return next(
            (one for one in Number if (limit := self.limits.of(one)) is not None and wish.of(one) > limit), None
        )

    def lacks(self, wish: Amount) -> Number | None:
        """The first number of which not enough is left for `wish`; what it does not need is never lacking."""
        for number in Number:
            limit, needs = self.limits.of(number), wish.of(number)
            if limit is not None and needs and self.used.of(number) + needs > limit:
                return number
        return None

    def left(self, number: Number) -> int | None:
        """How much may still be had; None without a limit."""
        limit = self.limits.of(number)
        return None if limit is None else max(0, limit - self.used.of(number))


@dataclass(frozen=True)
class Mine:
    """One of a person's own instances and how much it holds."""

    id: str
    name: str
    amount: Amount


@dataclass(frozen=True)
class Fits:
    pass


@dataclass(frozen=True)
class Never:
    """It cannot fit at any time, as long as the limits are what they are."""

    code: str
    reason: str


@dataclass(frozen=True)
class OwnLimit:
    """The person's own allowance is used up. `frees`: the own instances of which any one would make enough room."""

    code: str
    reason: str
    frees: tuple[Mine, ...]


@dataclass(frozen=True)
class NotNow:
    """A shared limit is used up; it fits once others are done."""

    code: str
    reason: str
    whose: Whose


Ruling = Fits | Never | OwnLimit | NotNow


def rule(wish: Amount, *, own: Bound, mine: Sequence[Mine], shared: Iterable[Bound]) -> Ruling:
    """What is said of a wish: what can never be comes first, then what the person can cure, then what has to wait."""
    shared = tuple(shared)
    if own.limits.instances == 0:
        return Never("no_quota", "Your account may not have desktops yet. The support team can help.")
    for bound in (own, *shared):
        if number := bound.too_little(wish):
            return Never("never_fits", _never(bound, number, wish))
    if number := own.lacks(wish):
        frees = tuple(one for one in mine if _without(own, one).lacks(wish) is None)
        return OwnLimit("quota_reached", _own(own, number, wish, frees), frees)
    for bound in shared:
        if number := bound.lacks(wish):
            return NotNow(f"{bound.whose}_full", full(bound, number, wish), bound.whose)
    return Fits()


@dataclass(frozen=True)
class Held:
    """One of a person's machines that has a place. `used_at`: the last that is known of anybody using it."""

    id: str
    amount: Amount
    used_at: datetime


def surplus(limits: Limits, having: Sequence[Held]) -> tuple[str, ...]:
    """Which machines must go until the rest fits: those that were not used for longest, and no more than needed."""
    kept = sum((one.amount for one in having), Amount())
    chosen: list[Held] = []
    for one in sorted(having, key=lambda held: (held.used_at, held.id)):
        over = _over(limits, kept)
        if any(one.amount.of(number) for number in over):
            chosen.append(one)
            kept = kept.less(one.amount)
    for one in reversed(chosen):  # a later, larger one may have made an earlier choice needless
        if not _over(limits, kept + one.amount):
            chosen.remove(one)
            kept = kept + one.amount
    return tuple(one.id for one in chosen)


def _over(limits: Limits, used: Amount) -> list[Number]:
    return [number for number in Number if (limit := limits.of(number)) is not None and used.of(number) > limit]


def full(bound: Bound, number: Number, wish: Amount) -> str:
    """Why a wish does not fit into a shared limit now, in numbers."""
    limit, left = bound.limits.of(number) or 0, bound.left(number) or 0
    place, needs = _place(bound), _said(number, wish.of(number))
    if left:
        free = f"{_bare(number, left)} {_is(number, left)} free"
        return f"It needs {needs}; of the {_said(number, limit)} {place} {free}."
    if limit == 1:
        return f"The only {_one(number)} {place} is in use."
    return f"All {_said(number, limit)} {place} {_is(number, limit)} in use."


def _never(bound: Bound, number: Number, wish: Amount) -> str:
    limit = bound.limits.of(number) or 0
    needs = f"It needs {_said(number, wish.of(number))}"
    if bound.whose is Whose.OWN:
        return f"{needs}; you may have {_said(number, limit)} at once. Choose a smaller size."
    return f"{needs}; there {_is(number, limit)} {_said(number, limit)} {_place(bound)} in all. Choose a smaller size."


def _own(own: Bound, number: Number, wish: Amount, frees: tuple[Mine, ...]) -> str:
    limit, left = own.limits.of(number) or 0, own.left(number) or 0
    cure = _cure(frees)
    if number is Number.INSTANCES:
        have = "the one desktop" if limit == 1 else f"all {limit} desktops"
        return f"You have {have} that you may have at once. {cure}"
    have = f"You use {_bare(number, own.used.of(number))} of the {_said(number, limit)} that you may have at once"
    return (
        f"{have}; it needs {_bare(number, wish.of(number))} and {_bare(number, left)} {_is(number, left)} left. {cure}"
    )


def _cure(frees: tuple[Mine, ...]) -> str:
    if not frees:
        return "Delete desktops to make room; no single one is enough."
    names = [f"“{name}”" for name in dict.fromkeys(one.name for one in frees)]
    more = " or another" if len(names) > NAMED else ""
    return f"Delete {' or '.join(names[:NAMED])}{more} to make room."


def _without(own: Bound, one: Mine) -> Bound:
    return replace(own, used=own.used.less(one.amount))


def _place(bound: Bound) -> str:
    return f"of experiment {bound.name}" if bound.whose is Whose.EXPERIMENT else "of the cloud"


def _bare(number: Number, value: int) -> str:
    return f"{value / MIB_PER_GIB:g} GiB" if number is Number.MEMORY_MIB else str(value)


def _said(number: Number, value: int) -> str:
    if number is Number.MEMORY_MIB:
        return f"{_bare(number, value)} of memory"
    return f"{value} {_one(number)}" + ("" if value == 1 else "s")


def _one(number: Number) -> str:
    return {Number.INSTANCES: "desktop", Number.VCPUS: "core", Number.GPUS: "GPU", Number.MEMORY_MIB: "memory"}[number]


def _is(number: Number, value: int) -> str:
    return "is" if number is Number.MEMORY_MIB or value == 1 else "are"
