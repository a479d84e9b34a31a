"""Create → delete → restore, with the process killed at each cloud call and with each call failing in each way."""

from collections.abc import Callable

import pytest

from visa.domain.instance import Phase
from visa.errors import Busy, Fault, Refused
from visa.services import instances
from visa.services.create_instance import NewInstance, create
from visa.services.reconcile import Work, run_pass
from visa.store.session import Sessions
from visa.store.tables import Instance, InstanceStatus
from visa.testing.builders import ADA, OPEN, Seeded
from visa.testing.clock import FrozenClock
from visa.testing.cloud import FakeCloud
from visa.testing.faults import Crash, Trouble, When

MOST_CALLS = 24  # more than the scenario makes; the last tests of the sweep prove that by meeting no call

FAILURES: dict[str, Callable[[], Trouble]] = {
    "killed before": lambda: Trouble(When.BEFORE, Crash()),
    "killed after": lambda: Trouble(When.AFTER, Crash()),
    "time-out before": lambda: Trouble(When.BEFORE, Fault("Time-out.")),
    "time-out after": lambda: Trouble(When.AFTER, Fault("Time-out.")),
    "time-out, done late": lambda: Trouble(When.LATE, Fault("Time-out."), late_s=4),
    "busy": lambda: Trouble(When.BEFORE, Busy("Slow down.", retry_after_s=7)),
    "gone": lambda: Trouble(When.BEFORE, Refused("Not found.", code="gone")),
}


class Scenario:
    """Drives the loop as one process after another, and says what a person does in between."""

    def __init__(self, sessions: Sessions, seeded: Seeded, clock: FrozenClock, cloud: FakeCloud, work: Work) -> None:
        self.sessions, self.seeded, self.clock, self.cloud, self.work = sessions, seeded, clock, cloud, work

    def run(self) -> None:
        with self.sessions.write() as session:
            first = self.seeded.create(session, ADA, self.clock.now()).id
        self.until(first, Phase.RUNNING)
        with self.sessions.write() as session:
            instances.delete(session, self.seeded.desk(session, ADA, self.clock.now()), first)
        self.until(first, Phase.GONE)
        with self.sessions.write() as session:
            workspace_id = session.get_one(Instance, first).workspace_id
            wish = NewInstance("Again", "xfce", "small", (OPEN,), "us", workspace_id)
            second = create(session, self.seeded.desk(session, ADA, self.clock.now()), wish).id
        self.until(second, Phase.RUNNING)

    def until(self, instance_id: str, wanted: Phase) -> None:
        for _ in range(400):
            with self.sessions.read() as session:
                if session.get_one(InstanceStatus, instance_id).phase == wanted:
                    return
            try:
                run_pass(self.work)
            except Crash:
                self.clock.advance(61)  # the dead process's leases run out; another takes over
            self.clock.advance(1)
        raise AssertionError(f"{instance_id} never became {wanted}")


@pytest.fixture
def database_kind():
    """One kind of database is enough here: the sweep is about the cloud."""
    return "sqlite"


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("number", range(1, MOST_CALLS))
def test_it_always_converges(number: int, failure: str, sessions, seeded, clock, cloud: FakeCloud, work: Work):
    met = []

    def choose(operation: str, _count: int) -> Trouble | None:
        if sum(cloud.calls.values()) != number:
            return None
        met.append(operation)
        return FAILURES[failure]()

    cloud.pace.build_s = cloud.pace.stop_s = cloud.pace.delete_s = 1
    cloud.faults.chooser = choose
    Scenario(sessions, seeded, clock, cloud, work).run()
    cloud.faults.clear()
    survey = cloud.survey()
    assert len(survey.servers) == 1
    assert len(survey.volumes) == 1
    assert survey.servers[0].volume_refs == (survey.volumes[0].ref,)
    assert set(cloud.made.values()) == {1}, "something was made twice"
    if number == MOST_CALLS - 1:
        assert not met, "the sweep does not reach the scenario's last calls: raise MOST_CALLS"
