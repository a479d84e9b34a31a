"""The loop against the fake cloud: what people want becomes so, and nothing is lost on the way."""

from collections.abc import Callable

from sqlalchemy import select

from visa.domain.instance import Phase, WorkspacePhase
from visa.domain.resources import Mark, Power
from visa.errors import Busy, Fault, Refused
from visa.services import instances, workspaces
from visa.services.create_instance import NewInstance, create
from visa.services.reconcile import Work, run_pass
from visa.store.session import Sessions
from visa.store.tables import Event, Instance, InstanceStatus, WorkspaceStatus
from visa.testing.builders import ADA, BOB, OPEN, TEAM, Seeded
from visa.testing.clock import FrozenClock
from visa.testing.cloud import FakeCloud

Settle = Callable[..., list]


def make(sessions: Sessions, seeded: Seeded, clock: FrozenClock, who: str = ADA) -> str:
    with sessions.write() as session:
        return seeded.create(session, who, clock.now()).id


def phase(sessions: Sessions, instance_id: str) -> str:
    with sessions.read() as session:
        return session.get_one(InstanceStatus, instance_id).phase


def do(sessions: Sessions, seeded: Seeded, clock: FrozenClock, verb: Callable, instance_id: str) -> None:
    with sessions.write() as session:
        verb(session, seeded.desk(session, ADA, clock.now()), instance_id)


def test_a_new_instance_gets_a_workspace_and_a_machine(sessions, seeded, clock, cloud: FakeCloud, settle: Settle):
    instance_id = make(sessions, seeded, clock)
    settle()
    assert phase(sessions, instance_id) == Phase.RUNNING
    survey = cloud.survey()
    assert [server.mark for server in survey.servers] == [Mark("test", "server", instance_id)]
    assert survey.servers[0].volume_refs == (survey.volumes[0].ref,)


def test_settled_instances_cost_one_list_call_and_no_write(sessions, seeded, clock, cloud, work: Work, settle: Settle):
    make(sessions, seeded, clock)
    settle()
    before = cloud.calls["survey"]
    report = run_pass(work)
    assert (report.claimed, report.acted, cloud.calls["survey"]) == (0, 0, before + 1)


def test_mounts_follow_the_rights_of_the_owner(sessions, seeded, clock, cloud, settle: Settle):
    with sessions.write() as session:
        wish = NewInstance("Both", "xfce", "small", (TEAM, OPEN), "us")
        create(session, seeded.desk(session, ADA, clock.now()), wish)
    settle()
    (mounts,) = cloud.mounts.values()
    assert {(mount.target, str(mount.mode)) for mount in mounts} == {
        (f"/data/{TEAM}/raw", "ro"),
        (f"/data/{TEAM}/processed", "rw"),
        (f"/data/{OPEN}/raw", "ro"),
        (f"/data/{OPEN}/processed", "ro"),
    }


def test_stop_start_and_reboot_are_carried_out(sessions, seeded, clock, cloud, settle: Settle):
    instance_id = make(sessions, seeded, clock)
    settle()
    do(sessions, seeded, clock, instances.stop, instance_id)
    settle()
    assert phase(sessions, instance_id) == Phase.STOPPED
    assert cloud.survey().servers[0].power is Power.STOPPED
    do(sessions, seeded, clock, instances.start, instance_id)
    settle()
    do(sessions, seeded, clock, instances.reboot, instance_id)
    settle()
    assert phase(sessions, instance_id) == Phase.RUNNING
    assert (cloud.calls["start_server"], cloud.calls["reboot_server"]) == (1, 1)


def test_deleting_stops_cleanly_first_and_keeps_the_workspace(sessions, seeded, clock, cloud, settle: Settle):
    instance_id = make(sessions, seeded, clock)
    settle()
    do(sessions, seeded, clock, instances.delete, instance_id)
    settle()
    assert phase(sessions, instance_id) == Phase.GONE
    survey = cloud.survey()
    assert survey.servers == ()
    assert len(survey.volumes) == 1
    assert cloud.calls["stop_server"] == 1
    with sessions.read() as session:
        (view,) = workspaces.list_mine(
            session, seeded.desk(session, ADA, clock.now()).actor, only_bin=True, after=None, limit=10
        )
    assert view.restore.allowed
    assert (view.workspace.kept_until - view.workspace.binned_at).days == 90


def test_a_restored_workspace_is_the_same_volume(sessions, seeded, clock, cloud, settle: Settle):
    instance_id = make(sessions, seeded, clock)
    settle()
    volume = cloud.survey().volumes[0].ref
    do(sessions, seeded, clock, instances.delete, instance_id)
    settle()
    with sessions.write() as session:
        workspace_id = session.get_one(Instance, instance_id).workspace_id
        wish = NewInstance("Again", "xfce", "small", (OPEN,), "us", workspace_id=workspace_id)
        again = create(session, seeded.desk(session, ADA, clock.now()), wish).id
    settle()
    assert phase(sessions, again) == Phase.RUNNING
    survey = cloud.survey()
    assert [server.volume_refs for server in survey.servers] == [(volume,)]
    assert len(survey.volumes) == 1


def test_deleting_a_workspace_for_ever_deletes_its_volume(sessions, seeded, clock, cloud, settle: Settle):
    instance_id = make(sessions, seeded, clock)
    settle()
    do(sessions, seeded, clock, instances.delete, instance_id)
    settle()
    with sessions.write() as session:
        workspace_id = session.get_one(Instance, instance_id).workspace_id
        desk = seeded.desk(session, ADA, clock.now())
        workspaces.delete_for_ever(session, desk, workspace_id, confirm_name="My analysis")
    settle()
    assert cloud.survey().volumes == ()
    with sessions.read() as session:
        assert session.get_one(WorkspaceStatus, workspace_id).phase == WorkspacePhase.GONE


def test_a_machine_missing_from_one_list_is_left_alone(sessions, seeded, clock, cloud, work: Work, settle: Settle):
    instance_id = make(sessions, seeded, clock)
    settle()
    cloud.hide(cloud.survey().servers[0].ref, surveys=1)
    run_pass(work)
    assert phase(sessions, instance_id) == Phase.RUNNING
    settle()
    assert phase(sessions, instance_id) == Phase.RUNNING
    assert cloud.calls["create_server"] == 1


def test_a_machine_that_is_really_lost_is_made_anew_on_its_workspace(sessions, seeded, clock, cloud, settle: Settle):
    instance_id = make(sessions, seeded, clock)
    settle()
    volume = cloud.survey().volumes[0].ref
    cloud.lose_server(cloud.survey().servers[0].ref)
    settle()
    assert phase(sessions, instance_id) == Phase.RUNNING
    assert [server.volume_refs for server in cloud.survey().servers] == [(volume,)]


def test_an_empty_list_changes_nothing(sessions, seeded, clock, cloud, work: Work, settle: Settle):
    for who in (ADA, ADA, BOB, BOB):
        make(sessions, seeded, clock, who)
    settle()
    cloud.empty_surveys = 30
    for _ in range(30):
        assert "missing" in run_pass(work).alert
        clock.advance(5)
    settle()
    assert cloud.calls["create_server"] == 4
    assert len(cloud.survey().servers) == 4


def test_a_missing_volume_is_reported_and_never_made_anew(sessions, seeded, clock, cloud, settle: Settle):
    instance_id = make(sessions, seeded, clock)
    settle()
    do(sessions, seeded, clock, instances.delete, instance_id)
    settle()
    cloud.delete_volume(cloud.survey().volumes[0].ref)
    settle(step_s=30)  # it was all there was: a list that is empty has to stay so for long
    with sessions.read() as session:
        (status,) = session.scalars(select(WorkspaceStatus))
    assert (status.phase, status.code) == (WorkspacePhase.FAILED, "volume_missing")
    assert cloud.calls["create_volume"] == 1


def test_a_machine_is_not_deleted_while_its_workspace_is_not_seen(sessions, seeded, clock, cloud, work, settle):
    instance_id = make(sessions, seeded, clock)
    settle()
    cloud.hide(cloud.survey().volumes[0].ref, surveys=20)
    do(sessions, seeded, clock, instances.delete, instance_id)
    for _ in range(10):
        run_pass(work)
        clock.advance(1)
    assert len(cloud.survey().servers) == 1
    settle(step_s=20)
    assert phase(sessions, instance_id) == Phase.GONE


def test_busy_costs_no_attempt_and_waits_as_told(sessions, seeded, clock, cloud, work: Work, settle: Settle):
    cloud.faults.before("create_server", Busy("Too many requests.", retry_after_s=30), times=9)
    instance_id = make(sessions, seeded, clock)
    settle(step_s=10, at_most=200)
    assert phase(sessions, instance_id) == Phase.RUNNING
    with sessions.read() as session:
        assert session.get_one(InstanceStatus, instance_id).attempts == 0


def test_a_refusal_is_told_to_the_person_at_once_and_tried_again_when_asked(sessions, seeded, clock, cloud, settle):
    cloud.faults.before("create_server", Refused("No space is left.", code="quota"))
    instance_id = make(sessions, seeded, clock)
    settle(at_most=10)
    with sessions.read() as session:
        status = session.get_one(InstanceStatus, instance_id)
    assert (status.phase, status.code, status.message) == (Phase.FAILED, "quota", "No space is left.")
    assert cloud.calls["create_server"] == 1
    do(sessions, seeded, clock, instances.start, instance_id)
    settle()
    assert phase(sessions, instance_id) == Phase.RUNNING


def test_faults_are_tried_again_more_and_more_slowly_then_told(sessions, seeded, clock, cloud, settle: Settle):
    cloud.faults.before("create_server", Fault("Something broke."), times=99)
    instance_id = make(sessions, seeded, clock)
    settle(step_s=5, at_most=30)
    assert phase(sessions, instance_id) == Phase.FAILED
    assert cloud.calls["create_server"] == 5


def test_a_lost_answer_to_create_never_makes_a_second_machine(sessions, seeded, clock, cloud, settle: Settle):
    cloud.faults.after("create_server", Fault("Time-out."))
    instance_id = make(sessions, seeded, clock)
    settle()
    assert phase(sessions, instance_id) == Phase.RUNNING
    assert max(cloud.made.values()) == 1


def test_an_instance_deleted_while_its_create_is_uncertain_leaves_nothing(sessions, seeded, clock, cloud, work, settle):
    cloud.faults.late("create_server", 4)
    instance_id = make(sessions, seeded, clock)
    while not cloud.calls["create_server"]:
        run_pass(work)
        clock.advance(0.3)
    do(sessions, seeded, clock, instances.delete, instance_id)
    settle()
    assert phase(sessions, instance_id) == Phase.GONE
    assert cloud.survey().servers == ()


def test_a_machine_that_fails_to_build_is_replaced(sessions, seeded, clock, cloud, settle: Settle):
    cloud.fail_builds = 2
    instance_id = make(sessions, seeded, clock)
    settle(step_s=3)
    assert phase(sessions, instance_id) == Phase.RUNNING
    assert len(cloud.survey().servers) == 1


def test_a_machine_that_worked_is_never_deleted_because_of_an_error(sessions, seeded, clock, cloud, settle: Settle):
    instance_id = make(sessions, seeded, clock)
    settle()
    cloud.break_server(cloud.survey().servers[0].ref)
    settle(at_most=5)
    assert phase(sessions, instance_id) == Phase.FAILED
    assert cloud.calls["delete_server"] == 0
    do(sessions, seeded, clock, instances.reboot, instance_id)
    settle()
    assert phase(sessions, instance_id) == Phase.RUNNING


def test_a_machine_that_went_off_by_itself_is_started_again(sessions, seeded, clock, cloud, settle: Settle):
    instance_id = make(sessions, seeded, clock)
    settle()
    cloud.power_off(cloud.survey().servers[0].ref)
    settle()
    assert phase(sessions, instance_id) == Phase.RUNNING


def test_one_poisoned_row_does_not_stop_the_others(sessions, seeded, clock, cloud, work: Work, settle: Settle):
    first, second = make(sessions, seeded, clock), make(sessions, seeded, clock)
    with sessions.write() as session:
        session.get_one(Instance, first).wanted = "nonsense"
    reports = settle(at_most=8)
    assert sum(report.poisoned for report in reports) >= 1
    assert phase(sessions, second) == Phase.RUNNING


def test_two_schedulers_never_work_on_one_row_at_once(sessions, seeded, clock, cloud, work: Work, calls):
    other = Work(sessions, cloud, clock, "test", "scheduler-2", 60, work.limits, 0.5, calls, work.new_secret)
    for _ in range(2):
        make(sessions, seeded, clock)
    for _ in range(20):
        run_pass(work)
        run_pass(other)
        clock.advance(1)
    assert set(cloud.made.values()) == {1}
    assert len(cloud.survey().servers) == 2


def test_every_phase_is_told_in_an_event(sessions, seeded, clock, cloud, settle: Settle):
    instance_id = make(sessions, seeded, clock)
    settle()
    with sessions.read() as session:
        kinds = list(session.scalars(select(Event.kind).where(Event.instance_id == instance_id).order_by(Event.id)))
    assert kinds[0] == "instance.created"
    assert kinds[-1] == "instance.running"
    assert "instance.building" in kinds
