"""The product's own loop over the real cloud: people's verbs, a database, and one scheduler after another.

Times are real and patience is short, so that what a dead scheduler held is free again after seconds.
"""

import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select, update

from tests.openstack.flaky import Flaky
from tests.openstack.ground import NAME, PAUSE_S, Ground
from visa.bootstrap import SystemClock, random_id
from visa.domain.instance import Phase
from visa.domain.pace import Limits
from visa.domain.resources import MAIN_CLOUD
from visa.services import instances
from visa.services.create_instance import NewInstance, create
from visa.services.desk import Desk
from visa.services.reconcile import PassReport, Work, run_pass
from visa.store.session import Sessions
from visa.store.tables import Flavour, Image, Instance, InstanceStatus
from visa.testing.builders import ADA, OPEN, Seeded, seed
from visa.testing.faults import Crash

PATIENCE_S = 120
LEASE_S = 2
LIMITS = Limits(
    absence_s=1,
    empty_absence_s=600,
    settle_s=3,
    build_timeout_s=60,
    stable_s=5,
    max_attempts=5,
    backoff_s=0.5,
    max_backoff_s=5,
)


@dataclass
class Scene:
    """One deployment on the real cloud, with Ada as its person."""

    ground: Ground
    sessions: Sessions
    seeded: Seeded
    deployment: str
    flaky: Flaky = field(default_factory=Flaky)
    calls: int = 2
    crashes: int = 0
    reports: list[PassReport] = field(default_factory=list)
    _schedulers: itertools.count = field(default_factory=itertools.count)  # type: ignore[type-arg]
    _work: Work | None = None

    @property
    def work(self) -> Work:
        """The living scheduler's."""
        if self._work is None:
            self._work = Work(
                sessions=self.sessions,
                cloud=self.ground.cloud(self.deployment, transport=self.flaky),
                clock=SystemClock(),
                deployment=self.deployment,
                holder=f"scheduler-{next(self._schedulers)}",
                lease_s=LEASE_S,
                limits=LIMITS,
                max_missing_share=0.5,
                calls=ThreadPoolExecutor(self.calls),
                new_secret=random_id,
            )
        return self._work

    def pass_once(self) -> PassReport | None:
        """One pass; None when its scheduler died in it. The next one knows nothing of it but the database."""
        try:
            report = run_pass(self.work)
        except Crash:
            self.crashes += 1
            self.work.calls.shutdown()
            self._work = None
            return None
        self.reports.append(report)
        return report

    def restart(self) -> None:
        """The scheduler ends, and another one starts: with the credentials of now."""
        self.work.calls.shutdown()
        self._work = None

    def hurry(self, instance_id: str) -> None:
        """Do not wait for the slow look at what needs somebody's help: that somebody has come."""
        with self.sessions.write() as session:
            session.get_one(InstanceStatus, instance_id).next_look_at = SystemClock().now()

    def until(self, holds: Callable[[], Any], what: str) -> Any:
        deadline = time.monotonic() + PATIENCE_S
        while not (came := holds()):
            assert time.monotonic() < deadline, f"waited {PATIENCE_S} s for: {what}; {self.reports[-1:]}"
            self.pass_once()
            time.sleep(PAUSE_S)
        return came

    def until_phase(self, instance_id: str, phase: Phase) -> InstanceStatus:
        status: InstanceStatus = self.until(
            lambda: (now := self.status(instance_id)).phase == phase and now, f"{instance_id} {phase}"
        )
        return status

    def status(self, instance_id: str) -> InstanceStatus:
        with self.sessions.read() as session:
            return session.get_one(InstanceStatus, instance_id)

    def ids(self, phase: str) -> list[str]:
        """Of all instances that are in this phase."""
        with self.sessions.read() as session:
            return list(session.scalars(select(InstanceStatus.instance_id).where(InstanceStatus.phase == phase)))

    def workspace_of(self, instance_id: str) -> str:
        with self.sessions.read() as session:
            return session.get_one(Instance, instance_id).workspace_id

    # What Ada does

    def create(self, *, workspace_id: str | None = None) -> str:
        with self.sessions.write() as session:
            wish = NewInstance("Mine", "xfce", "small", (OPEN,), "us", workspace_id)
            return create(session, self._desk(session), wish).id

    def does(self, verb: Callable[[Any, Desk, str], Any], instance_id: str) -> None:
        with self.sessions.write() as session:
            verb(session, self._desk(session), instance_id)

    def _desk(self, session: Any) -> Desk:
        return replace(self.seeded.desk(session, ADA, SystemClock().now()), workspace_gib={MAIN_CLOUD: 1})

    def create_delete_restore(self) -> str:
        """The whole way; returns the instance that has the workspace in the end."""
        first = self.create()
        self.until_phase(first, Phase.RUNNING)
        self.does(instances.delete, first)
        self.until_phase(first, Phase.GONE)
        second = self.create(workspace_id=self.workspace_of(first))
        self.until_phase(second, Phase.RUNNING)
        return second

    def assert_one_of_each(self, instance_id: str) -> None:
        """Nothing was lost, doubled or orphaned: the administrator sees one machine that holds one volume."""
        (volume,) = self.ground.volumes(self.deployment)
        (server,) = self.ground.servers(self.deployment)
        assert server["metadata"]["visa_id"] == instance_id
        assert volume["metadata"]["visa_id"] == server["metadata"]["visa_workspace"] == self.workspace_of(instance_id)
        assert [one["id"] for one in server["os-extended-volumes:volumes_attached"]] == [volume["id"]]


def open_scene(
    ground: Ground, sessions: Sessions, *, flaky: Flaky | None = None, calls: int = 2, instances: int = 2
) -> Scene:
    """A facility of one small team in an empty database, whose image and flavour are the test cloud's.

    Ada may have so many `instances`.
    """
    with sessions.write() as session:
        seeded = seed(session, SystemClock().now(), random_id)
        session.execute(update(Image).values(cloud_name=NAME))
        session.execute(update(Flavour).values(cloud_name=NAME))
    user = seeded.policy.user.model_copy(update={"instances": instances})
    generous = replace(seeded, policy=seeded.policy.model_copy(update={"user": user}))
    return Scene(ground, sessions, generous, ground.deployment(), flaky or Flaky(), calls)
