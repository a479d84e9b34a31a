"""How far a cloud's list can be believed when it lacks what should be there. No I/O, no clock.

A list that answers wrongly (another project's, a part of the cloud cut off) looks like a list after a catastrophe. What
was asked to be deleted is expected to go missing, so it counts for nothing here.
"""

from dataclasses import dataclass
from enum import StrEnum

FEW_MISSING = 3  # so many of a kind may vanish at once before the list is doubted


@dataclass(frozen=True)
class Tally:
    """Of one kind: how many resources should be listed, and how many of them are not."""

    known: int
    missing: int


class Belief(StrEnum):
    """What an absence in this list is worth."""

    FULL = "full"
    """It counts once it has lasted `Limits.absence_s`."""
    SLOW = "slow"
    """Nothing at all is listed: it counts only once that has lasted much longer."""
    NONE = "none"
    """Too much is missing: nothing is concluded from it, and somebody has to look."""


def belief(machines: Tally, volumes: Tally, *, max_missing_share: float) -> Belief:
    """Judge one list by what it lacks of each kind."""
    for tally in (machines, volumes):
        if tally.missing > max(FEW_MISSING, max_missing_share * tally.known):
            return Belief.NONE
    missing, known = machines.missing + volumes.missing, machines.known + volumes.known
    return Belief.SLOW if missing and missing == known else Belief.FULL
