"""The line before each cloud as the database has it now: who waits there, for what, and what would be said of one more.

Reading only. Who decides by it holds the locks of `visa.services.waiting`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.domain.instance import Phase, Wanted
from visa.domain.line import Room, Turn, Wish, in_order, walk
from visa.domain.quota import Amount, Bound, Fits, Mine, NotNow, Ruling, Whose, rule
from visa.services import allowances
from visa.services.standings import standings
from visa.settings import Policy
from visa.store.tables import Flavour, Instance, InstanceExperiment, InstanceStatus, Workspace


@dataclass(frozen=True)
class Place:
    """Where somebody is in a line of `of`, and why it does not go on: a code, and a sentence for people."""

    place: int
    of: int
    code: str
    why: str


@dataclass(frozen=True)
class Outlook:
    """What would be said of a wish now; `place` in a line of `of` is set where it would wait."""

    ruling: Ruling
    place: int | None = None
    of: int | None = None


@dataclass(frozen=True)
class Scene:
    """Everything that one cloud's line depends on, read once."""

    room: Room
    wishes: Sequence[Wish]

    def turns(self, *more: Wish) -> list[Turn]:
        """The line in order, as if `more` waited too."""
        held = {one: bound.used.instances for one, bound in self.room.people.items()}
        return walk(in_order([*self.wishes, *more], held), self.room)

    def outlook(self, wish: Wish, own: Bound, mine: Sequence[Mine]) -> Outlook:
        """Also one that would fit waits while others wait for the room that it would take."""
        experiments = (self.room.experiments[one] for one in wish.experiment_ids if one in self.room.experiments)
        ruling = rule(wish.amount, own=own, mine=mine, shared=(*experiments, *self.room.cloud))
        if not isinstance(ruling, Fits | NotNow):
            return Outlook(ruling)
        line = self.turns(wish)
        turn = next(turn for turn in line if turn.wish is wish)
        if turn.block is None:
            return Outlook(Fits())
        if isinstance(ruling, Fits):
            ruling = NotNow(turn.block.code, turn.block.reason, Whose.CLOUD)
        return Outlook(ruling, turn.place, len(line))


def scene(session: Session, policy: Policy, cloud: str, now: datetime, *, new: Sequence[Wish] = ()) -> Scene:
    """One cloud's line; `new` are wishes that will be asked about, whose owners and experiments must be known."""
    wishes = waiting(session, cloud)
    owners = {wish.owner_id for wish in (*wishes, *new)}
    admitted, who = allowances.admitted_of_people(session, owners), standings(session, owners, now)
    people = {
        one: Bound(Whose.OWN, one, admitted.get(one, Amount()), allowances.own_limits(policy, who[one]))
        for one in sorted(owners)
    }
    named = {one for wish in (*wishes, *new) for one in wish.experiment_ids}
    experiments = allowances.experiment_bounds(session, policy, named)
    return Scene(Room(allowances.cloud_bounds(session, policy, cloud), experiments, people), wishes)


def places(session: Session, policy: Policy, clouds: Collection[str], now: datetime) -> dict[str, Place]:
    """Where each waiting instance of these clouds is, by its id."""
    found = {}
    for cloud in clouds:
        line = scene(session, policy, cloud, now).turns()
        for turn in line:
            code, why = (turn.block.code, turn.block.reason) if turn.block else ("its_turn", "It is its turn now.")
            found[turn.wish.id] = Place(turn.place, len(line), code, why)
    return found


def waiting(session: Session, cloud: str) -> list[Wish]:
    """Who waits for one cloud, in no order."""
    waits = select(Instance.id, Instance.owner_id, Instance.waiting_since, Flavour).select_from(Instance)
    waits = waits.join(Flavour).join(InstanceStatus).join(Workspace, Workspace.id == Instance.workspace_id)
    waits = waits.where(Instance.waiting_since.is_not(None), Instance.wanted == Wanted.RUNNING)
    rows = session.execute(waits.where(InstanceStatus.phase != Phase.GONE, Workspace.cloud == cloud)).all()
    named = _experiments(session) if rows else {}
    return [
        Wish(row.id, row.owner_id, row.waiting_since, allowances.amount_of(row.Flavour), tuple(named.get(row.id, ())))
        for row in rows
    ]


def _experiments(session: Session) -> dict[str, list[str]]:
    """Of everything that waits, in order of their ids."""
    named = select(InstanceExperiment.instance_id, InstanceExperiment.experiment_id).join(Instance)
    named = named.where(Instance.waiting_since.is_not(None)).order_by(InstanceExperiment.experiment_id)
    found: dict[str, list[str]] = {}
    for instance_id, experiment_id in session.execute(named):
        found.setdefault(instance_id, []).append(experiment_id)
    return found
