"""Copies that fail, owners who come back half-way, and lists that lie: what a workspace holds outlives them all."""

import pytest
from sqlalchemy import select

from tests.services.test_reconcile_copies_sweep import FILES, Scenario
from visa.domain.deferral import Hindrances, Moved
from visa.domain.fate import End
from visa.domain.instance import Kept, Phase, WorkspacePhase
from visa.domain.reclaim import Cause, Moment, Why
from visa.domain.resources import VolumeState
from visa.errors import Busy, Conflict, Fault, Refused
from visa.services import instances, policies, workspaces
from visa.services.reclaim import take
from visa.services.reclaim.cases import WorkspaceCase
from visa.services.reconcile import Work, run_pass
from visa.store.session import Sessions
from visa.store.tables import Event, InstanceStatus, Reclaim, Workspace, WorkspaceStatus
from visa.testing.builders import ADA, Seeded
from visa.testing.clock import FrozenClock
from visa.testing.cloud import FakeCloud


@pytest.fixture
def database_kind():
    """One kind of database is enough here: the hazards are the cloud's."""
    return "sqlite"


class Story(Scenario):
    """A workspace with files, on its way through the stages as far as a test wants."""

    def reclaimed(self) -> str:
        """Its machine is gone, it is in the recycle bin with a snapshot. Returns the workspace's id."""
        with self.sessions.write() as session:
            first = self.seeded.create(session, ADA, self.clock.now())
            first_id, self.workspace_id = first.id, first.workspace_id
        self.until(InstanceStatus, first_id, Phase.RUNNING)
        self.cloud.contents[self.volume().ref] = FILES
        self.reclaim(first_id)
        self.first_id = first_id
        return self.workspace_id

    def archived(self) -> str:
        """Only its archive is left."""
        self.reclaimed()
        self.until(InstanceStatus, self.first_id, Phase.GONE)
        self.archive(self.workspace_id)
        self.until(WorkspaceStatus, self.workspace_id, WorkspacePhase.ARCHIVED)
        return self.workspace_id

    def passes(self, count: int, *, step_s: float = 1) -> None:
        for _ in range(count):
            run_pass(self.work)
            self.clock.advance(step_s)

    def status(self) -> WorkspaceStatus:
        with self.sessions.read() as session:
            return session.get_one(WorkspaceStatus, self.workspace_id)

    def events(self) -> list[str]:
        with self.sessions.read() as session:
            return list(session.scalars(select(Event.kind).order_by(Event.id)))

    def check_restored(self, instance_id: str) -> None:
        self.until(InstanceStatus, instance_id, Phase.RUNNING)
        assert self.cloud.contents[self.volume().ref] == FILES


@pytest.fixture
def story(sessions: Sessions, seeded: Seeded, clock: FrozenClock, cloud: FakeCloud, work: Work) -> Story:
    cloud.pace.build_s = cloud.pace.stop_s = cloud.pace.delete_s = cloud.pace.backup_s = 1
    return Story(sessions, seeded, clock, cloud, work)


def test_a_machine_is_kept_until_the_snapshot_of_its_workspace_is_whole(story: Story, cloud: FakeCloud):
    story.reclaimed()
    cloud.faults.before("snapshot_volume", Fault("The store is full."), times=20)
    story.passes(200)
    assert len(cloud.survey().servers) == 1, "the machine went without the snapshot"
    assert story.status().phase == WorkspacePhase.AVAILABLE
    assert story.status().code is not None
    cloud.faults.clear()
    story.clock.advance(3600)
    story.until(InstanceStatus, story.first_id, Phase.GONE)
    (snapshot,) = cloud.survey().snapshots
    assert snapshot.state is VolumeState.AVAILABLE


def test_a_snapshot_that_breaks_is_made_again_before_the_machine_goes(story: Story, cloud: FakeCloud):
    cloud.pace.snapshot_s = 30
    story.reclaimed()
    for _ in range(30):
        story.passes(1)
        if cloud.survey().snapshots:
            break
    cloud.break_copy(cloud.survey().snapshots[0].ref)
    story.until(InstanceStatus, story.first_id, Phase.GONE)
    assert [one.state for one in cloud.survey().snapshots] == [VolumeState.AVAILABLE]
    assert cloud.calls["snapshot_volume"] == 2


def test_an_archive_that_fails_is_written_again_and_the_volume_kept_meanwhile(story: Story, cloud: FakeCloud):
    story.reclaimed()
    story.until(InstanceStatus, story.first_id, Phase.GONE)
    cloud.fail_copies(backups=2)
    story.archive(story.workspace_id)
    story.until(WorkspaceStatus, story.workspace_id, WorkspacePhase.ARCHIVED)
    assert cloud.calls["create_backup"] == 3
    story.check_restored(story.restore(story.workspace_id))


def test_an_archive_that_never_succeeds_is_told_and_its_owner_can_have_it_back(story: Story, cloud: FakeCloud):
    story.reclaimed()
    story.until(InstanceStatus, story.first_id, Phase.GONE)
    cloud.fail_copies(backups=1000)
    story.archive(story.workspace_id)
    story.passes(90, step_s=10)
    asked = cloud.calls["create_backup"]
    assert asked <= 6
    assert (story.status().phase, story.status().code) == (WorkspacePhase.ARCHIVING, "archive_failed")
    assert story.events().count("workspace.delayed") == 1
    story.check_restored(story.restore(story.workspace_id))


def test_a_restore_that_fails_and_a_cloud_too_busy_to_clear_up_after_it(story: Story, cloud: FakeCloud):
    story.archived()
    cloud.fail_copies(restores=2)
    cloud.faults.before("delete_volume", Busy("Not now.", retry_after_s=2), times=3)
    story.check_restored(story.restore(story.workspace_id))
    assert cloud.calls["create_volume_from"] == 3


def test_a_restore_that_never_succeeds_is_told_to_whom_it_keeps_waiting(story: Story, cloud: FakeCloud):
    story.archived()
    cloud.fail_copies(restores=1000)
    second = story.restore(story.workspace_id)
    story.passes(60, step_s=10)
    assert cloud.calls["create_volume_from"] <= 6
    with story.sessions.read() as session:
        assert "the archive, which is kept" in (session.get_one(InstanceStatus, second).message or "")
    cloud.fail_copies()
    story.clock.advance(3600)
    story.check_restored(second)


def test_a_desktop_says_that_its_files_come_back(story: Story, cloud: FakeCloud):
    story.archived()
    cloud.pace.backup_s = 30
    second = story.restore(story.workspace_id)
    story.passes(20)
    with story.sessions.read() as session:
        status = session.get_one(InstanceStatus, second)
        assert (status.phase, status.code) == (Phase.NEW, "workspace")
        assert "come back from the archive" in (status.message or "")
    story.check_restored(second)


def test_wanted_again_while_its_archive_is_written_it_waits_for_that_and_loses_nothing(story: Story, cloud: FakeCloud):
    story.reclaimed()
    story.until(InstanceStatus, story.first_id, Phase.GONE)
    cloud.pace.backup_s = 300
    story.archive(story.workspace_id)
    story.passes(20)
    assert [one.state for one in cloud.survey().backups] == [VolumeState.CREATING]
    volume = story.volume().ref
    second = story.restore(story.workspace_id)
    story.passes(100)
    assert not cloud.calls["create_server"] - 1, "a machine was asked for while the volume was being read"
    story.check_restored(second)
    assert story.volume().ref == volume


@pytest.mark.parametrize("late_s", [0, 1, 4])
def test_wanted_again_while_its_volume_goes_it_comes_back_from_the_archive(
    story: Story, cloud: FakeCloud, late_s: float
):
    story.reclaimed()
    story.until(InstanceStatus, story.first_id, Phase.GONE)
    if late_s:
        cloud.faults.late("delete_volume", late_s)
    story.archive(story.workspace_id)
    for _ in range(60):
        story.passes(1)
        if cloud.calls["delete_volume"]:
            break
    assert story.status().phase == WorkspacePhase.ARCHIVING
    story.check_restored(story.restore(story.workspace_id))
    assert cloud.calls["create_volume_from"] == 1


def test_where_no_archives_are_kept_nothing_is_deleted(story: Story, cloud: FakeCloud):
    story.reclaimed()
    story.until(InstanceStatus, story.first_id, Phase.GONE)
    cloud.keep_backups(keeps=False)
    story.archive(story.workspace_id)
    story.passes(100)
    assert (story.status().phase, story.status().code) == (WorkspacePhase.AVAILABLE, "no_archives")
    assert cloud.contents[story.volume().ref] == FILES
    story.check_restored(story.restore(story.workspace_id))


def test_an_archive_that_a_list_does_not_show_is_neither_replaced_nor_given_up(story: Story, cloud: FakeCloud):
    story.archived()
    made = dict(cloud.calls)
    (backup,) = cloud.survey().backups
    cloud.hide(backup.ref, surveys=50)
    story.passes(45, step_s=20)
    assert (story.status().phase, story.status().code) == (WorkspacePhase.ARCHIVED, "archive_missing")
    assert all(cloud.calls[name] == made.get(name, 0) for name in cloud.calls if name != "survey")
    with pytest.raises(Conflict, match="cannot be reached"):
        story.restore(story.workspace_id)
    story.passes(10, step_s=20)
    assert story.status().code is None
    story.check_restored(story.restore(story.workspace_id))


def test_a_restore_waits_for_an_archive_that_a_list_does_not_show(story: Story, cloud: FakeCloud):
    story.archived()
    (backup,) = cloud.survey().backups
    cloud.hide(backup.ref, surveys=80)
    second = story.restore(story.workspace_id)
    story.passes(75, step_s=20)
    assert not cloud.survey().volumes, "something else was made in the archive's place"
    with story.sessions.read() as session:
        status = session.get_one(InstanceStatus, second)
        assert (status.phase, status.code) == (Phase.NEW, "workspace")
        assert "not found in the cloud" in (status.message or "")
    story.check_restored(second)


def test_deleted_for_ever_its_hidden_archive_goes_too(story: Story, cloud: FakeCloud):
    story.archived()
    (backup,) = cloud.survey().backups
    cloud.hide(backup.ref, surveys=2)
    with story.sessions.write() as session:
        desk = story.seeded.desk(session, ADA, story.clock.now())
        workspaces.delete_for_ever(session, desk, story.workspace_id, confirm_name="My analysis")
    story.until(WorkspaceStatus, story.workspace_id, WorkspacePhase.GONE)
    assert not cloud.survey().backups


def test_many_archives_missing_from_a_list_are_the_list_s_fault(story: Story, cloud: FakeCloud, work: Work):
    story.archived()
    with story.sessions.write() as session:
        first = session.get_one(Workspace, story.workspace_id)
        for number in range(6):
            twin = {name: getattr(first, name) for name in ("owner_id", "name", "size_gib", "cloud", "created_at")}
            session.add(Workspace(id=f"twin{number}", wanted=Kept.GONE, copies=1, archive_no=1, **twin))
            session.flush()
            since = {"phase": WorkspacePhase.ARCHIVED, "phase_since": story.clock.now()}
            session.add(WorkspaceStatus(workspace_id=f"twin{number}", next_look_at=story.clock.now(), **since))
    cloud.empty_surveys = 30
    for _ in range(30):
        report = run_pass(work)
        story.clock.advance(1)
        assert "7 of 7" in report.alert
    with story.sessions.read() as session:
        phases = set(session.scalars(select(WorkspaceStatus.phase)))
    assert phases == {WorkspacePhase.ARCHIVED}


def test_snapshots_that_a_list_hides_do_not_stop_the_archive_for_long(story: Story, cloud: FakeCloud):
    story.reclaimed()
    story.until(InstanceStatus, story.first_id, Phase.GONE)
    (snapshot,) = cloud.survey().snapshots
    cloud.hide(snapshot.ref, surveys=3)
    cloud.faults.before("create_backup", Refused("It has snapshots.", code="has_snapshots"))
    story.archive(story.workspace_id)
    story.until(WorkspaceStatus, story.workspace_id, WorkspacePhase.ARCHIVED)
    story.check_restored(story.restore(story.workspace_id))


def test_a_stay_that_ends_before_it_came_back_ends_in_the_archive_that_it_has(story: Story, cloud: FakeCloud):
    story.archived()
    cloud.fail_copies(restores=1000)
    second = story.restore(story.workspace_id)
    story.passes(30)
    with story.sessions.write() as session:
        instances.delete(session, story.seeded.desk(session, ADA, story.clock.now()), second)
    story.until(InstanceStatus, second, Phase.GONE)
    with story.sessions.write() as session:
        now, by = story.clock.now(), policies.in_force(session)
        phase = WorkspacePhase(session.get_one(WorkspaceStatus, story.workspace_id).phase)
        assert phase is WorkspacePhase.RESTORING
        one = session.get_one(Workspace, story.workspace_id)
        end = End(Cause(Why.BIN, now, now, ()), Moved(now, None), None)
        case = WorkspaceCase(one, phase, None, None, None, (), Hindrances())
        take.workspace(session, by, case, end, Moment(now, 0), row=Reclaim(), archives=True)
        assert one.archive_no == 2
    story.until(WorkspaceStatus, story.workspace_id, WorkspacePhase.ARCHIVED)
    assert not cloud.survey().volumes
    cloud.fail_copies()
    story.check_restored(story.restore(story.workspace_id))
