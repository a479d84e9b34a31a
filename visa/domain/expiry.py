"""Deadlines: how long an instance lives, what an extension gives, when pages warn. An extension never shortens."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from visa.domain.lifecycle import YES, Verdict, no

URGENT = timedelta(days=1)
NOTICEABLE_SHARE = 0.05


class Warning(StrEnum):  # noqa: A001 - the word of the product; the built-in is not used here
    NONE = "none"
    SOON = "soon"
    URGENT = "urgent"


@dataclass(frozen=True)
class Allowance:
    """What a role gives: days of life, days that an extension gives from now, and the most days since creation.

    After `idle_d` days without use one is reclaimed; None is never.
    """

    lifetime_d: float
    extension_d: float
    max_lifetime_d: float
    instances: int
    idle_d: float | None = None


@dataclass(frozen=True)
class Lifetime:
    """What an image or flavour gives in place of a standing's numbers: the days of `Allowance`. None leaves one."""

    lifetime_d: float | None = None
    extension_d: float | None = None
    max_lifetime_d: float | None = None
    idle_d: float | None = None


def replaced(allowance: Allowance, named: Sequence[Lifetime]) -> Allowance:
    """The allowance with the lifetimes that were named instead; where several are, the smallest of each number."""
    return replace(
        allowance,
        lifetime_d=_smallest(allowance.lifetime_d, (one.lifetime_d for one in named)),
        extension_d=_smallest(allowance.extension_d, (one.extension_d for one in named)),
        max_lifetime_d=_smallest(allowance.max_lifetime_d, (one.max_lifetime_d for one in named)),
        idle_d=min((one.idle_d for one in named if one.idle_d is not None), default=allowance.idle_d),
    )


def _smallest(usual: float, named: Iterable[float | None]) -> float:
    return min((number for number in named if number is not None), default=usual)


def first_deadline(created_at: datetime, allowance: Allowance) -> datetime:
    return created_at + timedelta(days=allowance.lifetime_d)


def extended(created_at: datetime, expires_at: datetime, now: datetime, allowance: Allowance) -> datetime:
    """The deadline after one extension now; never earlier than the present one."""
    latest = created_at + timedelta(days=allowance.max_lifetime_d)
    return max(expires_at, min(now + timedelta(days=allowance.extension_d), latest))


def may_extend(created_at: datetime, expires_at: datetime, now: datetime, allowance: Allowance) -> Verdict:
    """Allowed when it would give a noticeable part of what an extension can give."""
    if extended(created_at, expires_at, now, allowance) - expires_at >= _noticeable(allowance):
        return YES
    if _lives_longest(created_at, expires_at, allowance):
        return no(
            "longest_life", f"It has its longest life of {allowance.max_lifetime_d:g} days. Support can allow more."
        )
    return no("not_yet", f"It already runs for {allowance.extension_d:g} days from now.")


def may_ask(created_at: datetime, expires_at: datetime, now: datetime, allowance: Allowance) -> Verdict:
    """Whether more time is to be asked for: only when no extension gives any, now or later."""
    if may_extend(created_at, expires_at, now, allowance).allowed:
        return no("extend_it", "You can extend it yourself.")
    if not _lives_longest(created_at, expires_at, allowance):
        return no("not_yet", f"It already runs for {allowance.extension_d:g} days from now. Then you can extend it.")
    return YES


def warning(expires_at: datetime, now: datetime, *, warn_d: float) -> Warning:
    """How much a page should worry about the deadline."""
    left = expires_at - now
    if left <= URGENT:
        return Warning.URGENT
    return Warning.SOON if left <= timedelta(days=warn_d) else Warning.NONE


def _lives_longest(created_at: datetime, expires_at: datetime, allowance: Allowance) -> bool:
    """Whether no extension, whenever it came, would give a noticeable time."""
    latest = created_at + timedelta(days=allowance.max_lifetime_d)
    return latest - expires_at < _noticeable(allowance)


def _noticeable(allowance: Allowance) -> timedelta:
    return timedelta(days=allowance.extension_d) * NOTICEABLE_SHARE
