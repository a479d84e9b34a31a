"""A place with shared limits, for the tests of who waits: who asks, who holds a place, who is in line."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select

from visa.domain.instance import Phase, Wanted
from visa.services import instances, lines, waiting
from visa.services.create_instance import NewInstance, create
from visa.services.waiting import AdmitReport
from visa.settings import Policy
from visa.store.session import Sessions
from visa.store.tables import Instance, InstanceStatus
from visa.testing.builders import OPEN, Seeded, many_people
from visa.testing.clock import FrozenClock


@dataclass(frozen=True)
class Place:
    """Where requests are made and people let in, under one policy."""

    sessions: Sessions
    seeded: Seeded
    clock: FrozenClock
    people: list[str]

    def ask(self, who: str, *, flavour: str = "small", on: tuple[str, ...] = (OPEN,)) -> str:
        """A request of this person; the instance's id."""
        with self.sessions.write() as session:
            wish = NewInstance("Fit", "xfce", flavour, on, "us")
            return create(session, self.seeded.desk(session, who, self.clock.now()), wish).id

    def admit(self) -> AdmitReport:
        return waiting.admit_all(self.sessions, self.seeded.policy, self.clock.now(), new_id=self.seeded.new_id)

    def leave(self, instance_id: str) -> None:
        """It is deleted, and nothing of it is left."""
        with self.sessions.write() as session:
            instance = session.get_one(Instance, instance_id)
            instances.delete(session, self.seeded.desk(session, instance.owner_id, self.clock.now()), instance_id)
            session.get_one(InstanceStatus, instance_id).phase = Phase.GONE

    def line(self) -> list[str]:
        """The ids of those who wait, in order."""
        with self.sessions.read() as session:
            return [turn.wish.id for turn in lines.scene(session, self.seeded.policy, "main", self.clock.now()).turns()]

    def holding(self) -> int:
        """How many have a place."""
        live = select(func.count()).select_from(Instance).join(InstanceStatus).where(InstanceStatus.phase != Phase.GONE)
        with self.sessions.read() as session:
            return session.scalar(live.where(Instance.waiting_since.is_(None), Instance.wanted == Wanted.RUNNING)) or 0


def limited(sessions: Sessions, seeded: Seeded, clock: FrozenClock, *, people: int = 4, **limits: Any) -> Place:
    """`limits`: what the policy says of `experiment` and `clouds`."""
    policy = Policy.model_validate(seeded.policy.model_dump() | limits)
    with sessions.write() as session:
        names = many_people(session, people, clock.now())
    return Place(sessions, replace(seeded, policy=policy), clock, names)


def at_once(count: int, do: Callable[[int], object]) -> list[object]:
    """`do(0)`, `do(1)`, … in as many threads."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(do, range(count)))
