"""The line of those who wait for room in one cloud: its order, and who may go now. No clock, no I/O.

Order: who has fewer machines goes first, then who waits longest. The second wish of one person counts as if the first
were fulfilled, so that nobody gets two before another gets one. Whoever the cloud has no room for keeps what they
need: those behind go only with what is left beside that, so that small wishes never starve a big one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from visa.domain.quota import Amount, Bound, Number, Whose, full


@dataclass(frozen=True)
class Wish:
    """One instance that is wanted and waits. `experiment_ids`: those whose limits it shares."""

    id: str
    owner_id: str
    since: datetime
    amount: Amount
    experiment_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """What a wish waits for, for programs and for people."""

    code: str
    reason: str


@dataclass(frozen=True)
class Turn:
    """One place in the line, from 1; `block` is None for who may go now."""

    wish: Wish
    place: int
    block: Block | None


@dataclass(frozen=True)
class Room:
    """All limits that matter to one cloud's line: the cloud's own, and those of experiments and people by id."""

    cloud: tuple[Bound, ...] = ()
    experiments: Mapping[str, Bound] = field(default_factory=dict)
    people: Mapping[str, Bound] = field(default_factory=dict)


AHEAD = Block("behind_others", "Others who wait before you need the room that is left.")


def in_order(wishes: Sequence[Wish], held: Mapping[str, int]) -> list[Wish]:
    """The line. `held`: how many machines each person has that count, stopped ones too."""
    before: dict[str, int] = {}
    keyed = []
    for wish in sorted(wishes, key=lambda one: (one.since, one.id)):
        earlier = before.get(wish.owner_id, 0)
        before[wish.owner_id] = earlier + 1
        keyed.append(((held.get(wish.owner_id, 0) + earlier, wish.since, wish.id), wish))
    return [wish for _, wish in sorted(keyed, key=lambda pair: pair[0])]


def walk(line: Sequence[Wish], room: Room) -> list[Turn]:
    """Who may go now, all at once, and what the others wait for."""
    now = _Ledger(room)
    ahead = _Ledger(room)  # the same, and what those before who wait for the cloud will need
    return [Turn(wish, place, _next(wish, now, ahead)) for place, wish in enumerate(line, 1)]


def _next(wish: Wish, now: "_Ledger", ahead: "_Ledger") -> Block | None:
    own, experiment, cloud = (now.block(wish, whose) for whose in Whose)
    if own:
        return own  # the person's own affair: nobody waits for that
    if experiment:
        ahead.take(wish, {Whose.EXPERIMENT})
        return experiment
    behind = next((whose for whose in Whose if ahead.block(wish, whose)), None)
    if cloud is None and behind is None:
        for ledger in (now, ahead):
            ledger.take(wish, set(Whose))
        return None
    shared = {Whose.EXPERIMENT, Whose.CLOUD}
    ahead.take(wish, {Whose.EXPERIMENT} if cloud is None and behind is Whose.EXPERIMENT else shared)
    return cloud or AHEAD


class _Ledger:
    """What is used while a line is walked along."""

    def __init__(self, room: Room) -> None:
        self._people, self._experiments, self._cloud = dict(room.people), dict(room.experiments), room.cloud

    def block(self, wish: Wish, whose: Whose) -> Block | None:
        for bound in self._bounds(wish, whose):
            if number := bound.lacks(wish.amount):
                return _block(bound, number, wish.amount)
        return None

    def take(self, wish: Wish, whose: set[Whose]) -> None:
        if Whose.OWN in whose and wish.owner_id in self._people:
            self._people[wish.owner_id] = self._people[wish.owner_id].plus(wish.amount)
        if Whose.EXPERIMENT in whose:
            for one in wish.experiment_ids:
                if one in self._experiments:
                    self._experiments[one] = self._experiments[one].plus(wish.amount)
        if Whose.CLOUD in whose:
            self._cloud = tuple(bound.plus(wish.amount) for bound in self._cloud)

    def _bounds(self, wish: Wish, whose: Whose) -> tuple[Bound, ...]:
        match whose:
            case Whose.OWN:
                return (self._people[wish.owner_id],) if wish.owner_id in self._people else ()
            case Whose.EXPERIMENT:
                return tuple(self._experiments[one] for one in wish.experiment_ids if one in self._experiments)
            case Whose.CLOUD:
                return self._cloud


def _block(bound: Bound, number: Number, wish: Amount) -> Block:
    if bound.whose is Whose.OWN:
        return Block("own_limit", "You may have less at once than when you asked. Delete another desktop to make room.")
    return Block(f"{bound.whose}_full", full(bound, number, wish))
