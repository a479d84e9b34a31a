"""Reclaimed → archived → restored → deleted for ever, killed at each cloud call and with each call failing in each way.

What the workspace held when its machine was taken back is what the restored one holds.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.services.test_reconcile_sweep import FAILURES
from visa.domain.instance import Kept, Phase, Wanted, WorkspacePhase
from visa.services import workspaces
from visa.services.create_instance import NewInstance, create
from visa.services.reconcile import Work, run_pass
from visa.store.session import Sessions
from visa.store.tables import Instance, InstanceStatus, Workspace, WorkspaceStatus
from visa.testing.builders import ADA, OPEN, Seeded
from visa.testing.clock import FrozenClock
from visa.testing.cloud import FakeCloud
from visa.testing.faults import Crash, Trouble

MOST_CALLS = 24  # more than the scenario makes; the last tests of the sweep prove that by meeting no call
FILES = "what was measured"


class Scenario:
    """Drives the loop as one process after another, and writes what the policy and a person want in between."""

    def __init__(self, sessions: Sessions, seeded: Seeded, clock: FrozenClock, cloud: FakeCloud, work: Work) -> None:
        self.sessions, self.seeded, self.clock, self.cloud, self.work = sessions, seeded, clock, cloud, work
        self.taken_back = False  # calls are counted from then on: those before have a sweep of their own

    def run(self) -> None:
        with self.sessions.write() as session:
            first = self.seeded.create(session, ADA, self.clock.now())
            first_id, workspace_id = first.id, first.workspace_id
        self.until(InstanceStatus, first_id, Phase.RUNNING)
        self.cloud.contents[self.volume().ref] = FILES
        self.reclaim(first_id)
        self.until(InstanceStatus, first_id, Phase.GONE)
        assert [copy.mark.id for copy in self.cloud.survey().snapshots] == [f"{workspace_id}.1"]
        self.archive(workspace_id)
        self.until(WorkspaceStatus, workspace_id, WorkspacePhase.ARCHIVED)
        assert not self.cloud.survey().volumes
        second_id = self.restore(workspace_id)
        self.until(InstanceStatus, second_id, Phase.RUNNING)
        assert self.cloud.contents[self.volume().ref] == FILES
        self.reclaim(second_id)
        self.until(InstanceStatus, second_id, Phase.GONE)
        with self.sessions.write() as session:
            desk = self.seeded.desk(session, ADA, self.clock.now())
            workspaces.delete_for_ever(session, desk, workspace_id, confirm_name="My analysis")
        self.until(WorkspaceStatus, workspace_id, WorkspacePhase.GONE)

    def volume(self):
        (volume,) = self.cloud.survey().volumes
        return volume

    def reclaim(self, instance_id: str) -> None:
        """As the policy does."""
        self.taken_back = True
        with self.sessions.write() as session:
            instance = session.get_one(Instance, instance_id)
            workspace = session.get_one(Workspace, instance.workspace_id)
            instance.wanted, instance.revision = Wanted.GONE, instance.revision + 1
            workspace.binned_at = self.clock.now()
            workspace.kept_until = self.clock.now() + timedelta(days=90)
            workspace.copies += 1
            workspace.snapshot_no, workspace.revision = workspace.copies, workspace.revision + 1

    def archive(self, workspace_id: str) -> None:
        with self.sessions.write() as session:
            workspace = session.get_one(Workspace, workspace_id)
            workspace.copies += 1
            workspace.wanted, workspace.archive_no, workspace.snapshot_no = Kept.ARCHIVED, workspace.copies, None
            workspace.archived_until = self.clock.now() + timedelta(days=365)
            workspace.revision += 1

    def restore(self, workspace_id: str) -> str:
        with self.sessions.write() as session:
            wish = NewInstance("Again", "xfce", "small", (OPEN,), "us", workspace_id)
            return create(session, self.seeded.desk(session, ADA, self.clock.now()), wish).id

    def until(self, table: type, row_id: str, wanted: str) -> None:
        for _ in range(500):
            with self.sessions.read() as session:
                if session.get_one(table, row_id).phase == wanted:
                    return
            try:
                run_pass(self.work)
            except Crash:
                self.clock.advance(61)  # the dead process's leases run out; another takes over
            self.clock.advance(1)
        raise AssertionError(f"{row_id} never became {wanted}")


@pytest.fixture
def database_kind():
    """One kind of database is enough here: the sweep is about the cloud."""
    return "sqlite"


@pytest.mark.parametrize("failure", sorted(FAILURES.keys() - {"time-out before"}))
@pytest.mark.parametrize("number", range(1, MOST_CALLS))
def test_nothing_is_lost_and_nothing_is_left(
    number: int, failure: str, sessions, seeded, clock, cloud: FakeCloud, work: Work
):
    met: list[str] = []
    seen: list[str] = []
    fail: Callable[[], Trouble] = FAILURES[failure]

    def choose(operation: str, _count: int) -> Trouble | None:
        if operation in {"survey", "archives"}:
            return None
        if scenario.taken_back:
            seen.append(operation)
        if len(seen) != number or met:
            return None
        met.append(operation)
        return fail()

    cloud.pace.build_s = cloud.pace.stop_s = cloud.pace.delete_s = cloud.pace.backup_s = 1
    cloud.faults.chooser = choose
    scenario = Scenario(sessions, seeded, clock, cloud, work)
    scenario.run()
    cloud.faults.clear()
    survey = cloud.survey()
    assert (survey.servers, survey.volumes, survey.snapshots, survey.backups) == ((), (), (), ())
    if number == MOST_CALLS - 1:
        assert not met, "the sweep does not reach the scenario's last calls: raise MOST_CALLS"
