"""Two fake clouds under one deployment, which give out the same refs, and a loop over each."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace

from visa.domain.instance import Phase
from visa.services import instances
from visa.services.create_instance import NewInstance, create
from visa.services.reconcile import PassReport, Work, run_pass
from visa.store.session import Sessions
from visa.store.tables import Instance, InstanceStatus
from visa.testing.builders import ADA, OPEN, OTHER_CLOUD, Seeded, offer_elsewhere
from visa.testing.clock import FrozenClock
from visa.testing.cloud import FakeCloud

MINE, THEIRS = ("xfce", "small"), ("xfce-other", "small-other")


def counted() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"ref{next(numbers)}"


@dataclass
class TwoClouds:
    """`here` and `there` are the works of the main and the other cloud."""

    sessions: Sessions
    seeded: Seeded
    clock: FrozenClock
    here: Work
    there: Work
    main: FakeCloud
    other: FakeCloud

    def create(self, offer: tuple[str, str], *, workspace_id: str | None = None, who: str = ADA) -> str:
        with self.sessions.write() as session:
            desk = self.seeded.desk(session, who, self.clock.now())
            return create(session, desk, NewInstance("Fit", *offer, (OPEN,), "us", workspace_id)).id

    def delete(self, instance_id: str) -> None:
        with self.sessions.write() as session:
            instances.delete(session, self.seeded.desk(session, ADA, self.clock.now()), instance_id)

    def passes(self, times: int = 12, step_s: float = 1) -> list[tuple[PassReport, PassReport]]:
        """One pass over each cloud, so many times, `step_s` of the clock apart."""
        reports = []
        for _ in range(times):
            reports.append((run_pass(self.here), run_pass(self.there)))
            self.clock.advance(step_s)
        return reports

    def phase(self, instance_id: str) -> str:
        return self.status(instance_id).phase

    def status(self, instance_id: str) -> InstanceStatus:
        with self.sessions.read() as session:
            return session.get_one(InstanceStatus, instance_id)

    def workspace_of(self, instance_id: str) -> str:
        with self.sessions.read() as session:
            return session.get_one(Instance, instance_id).workspace_id

    def one_each(self) -> tuple[str, str]:
        """A running instance here, and one there; both machines have the same ref."""
        made = self.create(MINE), self.create(THEIRS)
        self.passes()
        assert [self.phase(one) for one in made] == [Phase.RUNNING, Phase.RUNNING]
        assert self.status(made[0]).ref == self.status(made[1]).ref
        return made


def open_two(sessions: Sessions, seeded: Seeded, clock: FrozenClock, work: Work) -> TwoClouds:
    """Both clouds with their offers; `work` lends everything but its cloud."""
    with sessions.write() as session:
        offer_elsewhere(session)
    main, other = FakeCloud("test", clock, counted()), FakeCloud("test", clock, counted())
    here = replace(work, cloud=main)
    there = replace(work, cloud=other, cloud_name=OTHER_CLOUD, holder="scheduler-1-other")
    return TwoClouds(sessions, seeded, clock, here, there, main, other)
