"""Jobs against a real database: quiet when nothing is due, honest when something is wrong."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import func, select

from scheduler.jobs import Reconciling, Run, let_in, look_at_cloud, reported, sweep, sync_facility
from visa.adapters.notify.log import LogNotify
from visa.bootstrap import Runtime, reconcile_work
from visa.domain.instance import Phase
from visa.domain.resources import Share, Usage
from visa.errors import BadFiles, Fault, Problem
from visa.settings import Settings
from visa.store.tables import (
    CloudOffer,
    CloudUsage,
    Experiment,
    Instance,
    InstanceStatus,
    JobReport,
    LoginSession,
    Thumbnail,
    WorkspaceStatus,
)
from visa.testing.builders import ADA, BOB, Seeded, facility_state, seed, sign_in
from visa.testing.cloud import FakeCloud


@pytest.fixture
def cloud(clock, new_id) -> FakeCloud:
    return FakeCloud("visa", clock, new_id)


@pytest.fixture
def seeded(sessions, clock, new_id) -> Seeded:
    with sessions.write() as session:
        return seed(session, clock.now(), new_id)


class TheFacility:
    """A source that gives the usual state, or the trouble that was put in."""

    def __init__(self, clock) -> None:
        self._clock = clock
        self.trouble: Exception | None = None

    def read(self):
        if self.trouble:
            raise self.trouble
        return facility_state(self._clock.now())


@pytest.fixture
def facility(clock) -> TheFacility:
    return TheFacility(clock)


@pytest.fixture
def runtime(sessions, clock, new_id, cloud, facility) -> Runtime:
    def no_provider():
        raise AssertionError("the scheduler signs nobody in")

    return Runtime(Settings(), sessions, clock, new_id, lambda _: cloud, lambda: facility, no_provider, LogNotify)


@pytest.fixture
def reconcile(runtime, cloud) -> Iterator[Reconciling]:
    with ThreadPoolExecutor(2) as calls:
        yield Reconciling(runtime, reconcile_work(runtime, "main", holder="me", calls=calls))


def reports(sessions, job: str) -> list[JobReport]:
    with sessions.read() as session:
        return list(session.scalars(select(JobReport).where(JobReport.job == job).order_by(JobReport.id)))


def test_one_call_carries_a_wish_as_far_as_it_goes_without_waiting(reconcile, sessions, seeded, clock):
    with sessions.write() as session:
        instance_id = seeded.create(session, ADA, clock.now()).id
    for _ in range(8):
        reconcile()
        clock.advance(0.25)
    with sessions.read() as session:
        assert session.get_one(InstanceStatus, instance_id).phase == Phase.RUNNING


def test_the_cloud_is_listed_only_when_something_is_due_or_the_last_list_is_old(reconcile, cloud, clock, seeded):
    reconcile()
    assert cloud.calls["survey"] == 1
    for _ in range(10):
        clock.advance(0.25)
        reconcile()
    assert cloud.calls["survey"] == 1
    clock.advance(10)
    reconcile()
    assert cloud.calls["survey"] == 2


def test_idle_passes_leave_a_proof_of_life_and_no_more(reconcile, sessions, seeded, clock):
    for _ in range(5):
        reconcile()
        clock.advance(10)
    assert len(reports(sessions, "reconcile")) == 5


def test_a_cloud_that_cannot_be_listed_is_reported_as_not_well(reconcile, sessions, cloud, seeded):
    cloud.faults.before("survey", Fault("The cloud is away.", detail="connection refused"))
    reconcile()
    (report,) = reports(sessions, "reconcile")
    assert not report.ok
    assert "connection refused" in report.report["alert"]


def test_a_cloud_that_is_away_is_not_asked_again_and_again(reconcile, cloud, sessions, seeded, clock):
    with sessions.write() as session:
        instance_id = seeded.create(session, ADA, clock.now()).id
    cloud.faults.before("survey", Fault("The cloud is away."), times=1)
    for _ in range(20):
        reconcile()
        clock.advance(0.25)
    assert cloud.calls["survey"] == 1
    for _ in range(60):
        reconcile()
        clock.advance(0.25)
    with sessions.read() as session:
        assert session.get_one(InstanceStatus, instance_id).phase == Phase.RUNNING


def test_bad_facility_files_keep_the_last_good_state_and_are_reported_with_their_place(runtime, facility, sessions):
    sync = reported(runtime, Run("facility", "me"), lambda: sync_facility(runtime, facility))
    sync()
    facility.trouble = BadFiles((Problem("people.csv", 7, "uid", "is no number"),))
    sync()
    good, bad = reports(sessions, "facility")
    assert (good.ok, good.report["added"]) == (True, 6)
    assert (bad.ok, bad.report["message"]) == (False, "people.csv:7: uid: is no number")
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Experiment).where(Experiment.gone_at.is_(None))) == 3


def test_the_sweep_removes_sign_ins_that_ended(runtime, sessions, seeded, clock):
    with sessions.write() as session:
        sign_in(session, ADA, clock.now())
    assert sweep(runtime).login_sessions == 0
    clock.advance(13 * 3600)
    assert sweep(runtime).login_sessions == 1
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 0


def test_the_sweep_removes_the_picture_of_a_machine_that_is_gone_and_no_other(runtime, sessions, seeded, clock):
    with sessions.write() as session:
        gone, kept = (seeded.create(session, ADA, clock.now()).id for _ in range(2))
        session.flush()
        session.get_one(InstanceStatus, gone).phase = Phase.GONE
        session.add_all(Thumbnail(instance_id=one, jpeg=b"", taken_at=clock.now()) for one in (gone, kept))
    assert sweep(runtime).thumbnails == 1
    with sessions.read() as session:
        assert session.scalars(select(Thumbnail.instance_id)).all() == [kept]


def test_a_scheduler_that_is_stopped_finishes_its_pass_and_begins_no_other(reconcile, sessions, seeded, clock, cloud):
    with sessions.write() as session:
        instance_id = seeded.create(session, ADA, clock.now()).id
    under_way, go_on = Event(), Event()
    create_volume = cloud.create_volume

    def slow(spec):
        under_way.set()
        assert go_on.wait(20)
        return create_volume(spec)

    cloud.create_volume = slow
    with ThreadPoolExecutor(2) as threads:
        running = threads.submit(reconcile)
        assert under_way.wait(20)
        stopping = threads.submit(reconcile.stop)
        assert reconcile.stopping.wait(20)
        assert not stopping.done()
        go_on.set()
        stopping.result(20)
        assert running.done()
    reconcile()
    assert cloud.calls["survey"] == 1
    with sessions.read() as session:
        workspace = session.get_one(Instance, instance_id).workspace_id
        status = session.get_one(WorkspaceStatus, workspace)
    assert (status.ref is not None, status.lease_holder) == (True, None)


def test_a_cloud_that_does_not_say_what_it_has_leaves_it_as_it_was(runtime, reconcile, sessions, cloud, tmp_path):
    file = tmp_path / "image"
    file.write_bytes(b"a disk")
    image = cloud.import_image(file, "xfce")
    assert look_at_cloud(runtime, reconcile.work) == cloud.enforcement()
    cloud.faults.before("offers", Fault("It broke."))
    assert look_at_cloud(runtime, reconcile.work) == cloud.enforcement()
    with sessions.read() as session:
        (row,) = session.scalars(select(CloudOffer))
    assert (row.ref, row.name, row.gone_at) == (image.ref, "xfce", None)


def test_what_a_cloud_grants_is_kept_and_an_error_changes_nothing(runtime, reconcile, cloud, sessions, seeded):
    cloud.grants = Usage(Share(7, 20), Share(30, 64), Share(4096, None), Share(0), Share(0))
    with sessions.write() as session:
        there, _not_made_yet = (seeded.create(session, ADA, runtime.clock.now()) for _ in range(2))
        session.get_one(InstanceStatus, there.id).ref = "s1"
    for trouble in (None, Fault("It broke.")):
        if trouble:
            cloud.faults.before("usage", trouble)
        look_at_cloud(runtime, reconcile.work)
        with sessions.read() as session:
            row = session.get_one(CloudUsage, "main")
        assert (row.instances_foreign, row.instances_limit) == (6, 20), "one of the seven is ours"
        assert (row.vcpus_foreign, row.memory_mib_foreign, row.memory_mib_limit) == (29, 3072, None)


def test_letting_in_is_reported_only_when_somebody_came_in(runtime, reconcile, cloud, sessions, seeded):
    cloud.grants = Usage(Share(1, 1), Share(0), Share(0), Share(0), Share(0))
    look_at_cloud(runtime, reconcile.work)
    with sessions.write() as session:
        seeded.create(session, BOB, runtime.clock.now())
    run = Run("admit", "scheduler-1")
    let_in(runtime, run)
    cloud.grants = None
    look_at_cloud(runtime, reconcile.work)
    for _ in range(3):
        let_in(runtime, run)
    with sessions.read() as session:
        reports = session.scalars(select(JobReport.report).where(JobReport.job == "admit")).all()
    assert reports == [{"admitted": 1, "waiting": 0}]
