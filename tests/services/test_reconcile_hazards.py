"""The loop when time, processes and answers misbehave at the worst moment."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy.orm import Session

from visa.domain.instance import Phase
from visa.errors import Fault
from visa.services import instances, workspaces
from visa.services.reconcile import Work, run_pass
from visa.store.session import Sessions
from visa.store.tables import Instance, InstanceStatus, WorkspaceStatus
from visa.testing.builders import ADA, BOB, Seeded
from visa.testing.clock import FrozenClock
from visa.testing.cloud import FakeCloud
from visa.testing.faults import Trouble, When


def make(sessions: Sessions, seeded: Seeded, clock: FrozenClock, who: str = ADA) -> str:
    with sessions.write() as session:
        return seeded.create(session, who, clock.now()).id


def want(verb, sessions: Sessions, seeded: Seeded, clock: FrozenClock, instance_id: str, who: str = ADA) -> None:
    with sessions.write() as session:
        verb(session, seeded.desk(session, who, clock.now()), instance_id)


def status(sessions: Sessions, instance_id: str) -> InstanceStatus:
    with sessions.read() as session:
        return session.get_one(InstanceStatus, instance_id)


def with_a_workspace(sessions: Sessions, seeded: Seeded, clock: FrozenClock, work: Work) -> None:
    """An instance whose machine is made by the next pass."""
    make(sessions, seeded, clock)
    for _ in range(2):
        run_pass(work)
        clock.advance(1)


def test_a_create_call_that_outlasts_the_lease_is_not_repeated_by_another_scheduler(
    sessions, seeded, clock, cloud: FakeCloud, work: Work
):
    """Asking twice at the same time is how clouds without unique names make two machines."""
    with_a_workspace(sessions, seeded, clock, work)
    other = replace(work, holder="scheduler-2")
    under_way, go_on = threading.Event(), threading.Event()
    create_server = cloud.create_server

    def slow(spec):
        under_way.set()
        assert go_on.wait(20)
        return create_server(spec)

    cloud.create_server = slow  # type: ignore[method-assign]
    with ThreadPoolExecutor(1) as first:
        passing = first.submit(run_pass, replace(work, lease_s=0.3))
        assert under_way.wait(20)
        try:
            for _ in range(6):
                clock.advance(0.2)
                threading.Event().wait(0.2)
                assert run_pass(other).claimed == 0
        finally:
            go_on.set()
        assert passing.result().acted == 1


class SleepsAfterItsFirstWrite(Sessions):
    """A scheduler's sessions: its process is stopped for a while after one transaction."""

    @contextmanager
    def write(self) -> Iterator[Session]:
        with super().write() as session:
            yield session
        if sleeps:
            sleeps.pop()()


sleeps: list[Callable[[], object]] = []


def test_a_scheduler_that_slept_between_claim_and_plan_leaves_the_row_to_its_new_holder(
    sessions, seeded, clock, cloud: FakeCloud, work: Work
):
    with_a_workspace(sessions, seeded, clock, work)
    other = replace(work, holder="scheduler-2")

    def sleep() -> None:
        clock.advance(61)
        run_pass(other)
        clock.advance(10)

    sleeps.append(sleep)
    report = run_pass(
        replace(work, sessions=SleepsAfterItsFirstWrite(sessions.engine, sessions.reader, sessions.writer))
    )
    assert not sleeps
    assert (report.claimed, report.acted, cloud.calls["create_server"]) == (1, 0, 1)


def test_the_wait_for_a_lost_answer_begins_when_the_answer_is_given_up(
    sessions, seeded, clock, cloud: FakeCloud, work: Work, settle
):
    """The call itself took longer than the wait: the machine may still come after it."""

    def choose(operation: str, count: int) -> Trouble | None:
        if operation != "create_server" or count > 1:
            return None
        clock.advance(30)
        return Trouble(When.LATE, Fault("Time-out."), late_s=4)

    cloud.faults.chooser = choose
    instance_id = make(sessions, seeded, clock)
    while not cloud.calls["create_server"]:
        run_pass(work)
        clock.advance(0.3)
    want(instances.delete, sessions, seeded, clock, instance_id)
    settle()
    assert status(sessions, instance_id).phase == Phase.GONE
    clock.advance(60)
    assert cloud.survey().servers == ()


def test_stopping_and_then_deleting_while_a_create_is_uncertain_leaves_nothing(
    sessions, seeded, clock, cloud: FakeCloud, work: Work, settle
):
    cloud.faults.late("create_server", 4)
    instance_id = make(sessions, seeded, clock)
    while not cloud.calls["create_server"]:
        run_pass(work)
        clock.advance(0.3)
    want(instances.stop, sessions, seeded, clock, instance_id)
    run_pass(work)
    want(instances.delete, sessions, seeded, clock, instance_id)
    settle()
    clock.advance(60)
    assert status(sessions, instance_id).phase == Phase.GONE
    assert cloud.survey().servers == ()


def test_an_adapter_that_breaks_its_promise_in_a_survey_blinds_a_pass_but_does_not_end_it(
    sessions, seeded, clock, cloud: FakeCloud, work: Work
):
    make(sessions, seeded, clock)
    cloud.faults.before("survey", KeyError("status"))
    report = run_pass(work)
    assert report.blind
    assert "KeyError" in report.alert


def test_an_answer_that_cannot_be_recorded_does_not_hide_the_others(
    sessions, seeded, clock, cloud: FakeCloud, work: Work, settle
):
    ids = [make(sessions, seeded, clock, who) for who in (ADA, BOB)]
    cloud.faults.before("create_server", Fault(object()))  # type: ignore[arg-type]
    reports = settle(step_s=30, at_most=20)
    assert sum(report.poisoned for report in reports) == 1
    assert {status(sessions, one).phase for one in ids} == {Phase.RUNNING}


def test_deleting_everything_for_ever_ends(sessions, seeded, clock, cloud: FakeCloud, settle):
    """What was asked to be deleted is expected to go missing, and no reason to doubt the list."""
    owners = [ADA, BOB, ADA, BOB]
    ids = [make(sessions, seeded, clock, who) for who in owners]
    settle()
    for one, who in zip(ids, owners, strict=True):
        want(instances.delete, sessions, seeded, clock, one, who)
    settle()
    with sessions.write() as session:
        for one, who in zip(ids, owners, strict=True):
            desk = seeded.desk(session, who, clock.now())
            workspace_id = session.get_one(Instance, one).workspace_id
            workspaces.delete_for_ever(session, desk, workspace_id, confirm_name="My analysis")
    reports = settle()
    assert reports[-1].alert == ""
    with sessions.read() as session:
        phases = {session.get_one(WorkspaceStatus, session.get_one(Instance, one).workspace_id).phase for one in ids}
    assert phases == {"gone"}


def test_the_only_machine_is_not_given_up_because_a_list_was_empty_for_a_while(
    sessions, seeded, clock, cloud: FakeCloud, work: Work, settle
):
    """A person who deletes at such a moment must not be told that the machine is gone: it would be left behind."""
    instance_id = make(sessions, seeded, clock)
    settle()
    want(instances.delete, sessions, seeded, clock, instance_id)
    cloud.empty_surveys = 40
    for _ in range(40):
        assert "missing" in run_pass(work).alert
        clock.advance(5)
    assert status(sessions, instance_id).phase == Phase.RUNNING
    settle()
    assert status(sessions, instance_id).phase == Phase.GONE
    assert cloud.survey().servers == ()


def test_an_empty_list_that_lasts_is_believed_in_the_end(sessions, seeded, clock, cloud: FakeCloud, work: Work, settle):
    instance_id = make(sessions, seeded, clock)
    settle()
    lost = cloud.survey()
    cloud.lose_server(lost.servers[0].ref)
    cloud.delete_volume(lost.volumes[0].ref)
    for _ in range(200):
        run_pass(work)
        clock.advance(5)
    assert (status(sessions, instance_id).phase, status(sessions, instance_id).code) == (
        Phase.FAILED,
        "workspace_unusable",
    )


def test_a_machine_that_its_workspace_still_names_is_not_believed_to_be_gone(
    sessions, seeded, clock, cloud: FakeCloud, work: Work, settle
):
    instance_id = make(sessions, seeded, clock)
    settle()
    cloud.hide(cloud.survey().servers[0].ref, surveys=20)
    want(instances.delete, sessions, seeded, clock, instance_id)
    for _ in range(20):
        run_pass(work)
        clock.advance(5)
    assert status(sessions, instance_id).code == "list_contradicts"
    settle(step_s=20)
    assert status(sessions, instance_id).phase == Phase.GONE
    assert cloud.survey().servers == ()
