"""The scheduler's process with two clouds, one of which hangs: the other's people notice nothing."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from scheduler.main import run
from visa.adapters.notify.log import LogNotify
from visa.bootstrap import Runtime, SystemClock, random_id
from visa.domain.instance import Phase
from visa.services.create_instance import NewInstance, create
from visa.settings import load
from visa.store.session import Sessions
from visa.store.tables import InstanceStatus, JobReport
from visa.testing.builders import ADA, OPEN, OTHER_CLOUD, facility_state, offer_elsewhere, seed
from visa.testing.cloud import FakeCloud

PATIENCE_S = 60
POLL_S = 0.1


class TheFacility:
    def read(self):
        return facility_state(SystemClock().now())


@pytest.fixture
def signals() -> Iterator[None]:
    """The handlers that the scheduler sets are taken back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_cloud_that_hangs_holds_up_no_other(sessions: Sessions, signals, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    clock, go_on, asked = SystemClock(), Event(), Event()
    clouds = {name: FakeCloud("visa", clock, random_id) for name in ("main", OTHER_CLOUD)}
    survey = clouds[OTHER_CLOUD].survey

    def hangs():
        asked.set()
        assert go_on.wait(PATIENCE_S)
        return survey()

    clouds[OTHER_CLOUD].survey = hangs  # type: ignore[method-assign]
    with sessions.write() as session:
        seeded = seed(session, clock.now(), random_id)
        offer_elsewhere(session)
        desk = seeded.desk(session, ADA, clock.now())
        here = create(session, desk, NewInstance("Here", "xfce", "small", (OPEN,), "us")).id
        there = create(session, desk, NewInstance("There", "xfce-other", "small-other", (OPEN,), "us")).id

    def is_running(instance_id: str) -> bool:
        with sessions.read() as session:
            return session.get_one(InstanceStatus, instance_id).phase == Phase.RUNNING

    def watch() -> tuple[bool, bool]:
        """Whether the one here ran while the other cloud hung, and the one there once it went on."""
        try:
            hung = asked.wait(PATIENCE_S) and wait_for(here) and not is_running(there)
            go_on.set()
            return hung, wait_for(there)
        finally:
            go_on.set()
            os.kill(os.getpid(), signal.SIGTERM)

    def wait_for(instance_id: str) -> bool:
        return any(is_running(instance_id) or Event().wait(POLL_S) for _ in range(int(PATIENCE_S / POLL_S)))

    settings = load(more_clouds=[{"name": OTHER_CLOUD, "deployment": "visa", "root": "other"}])
    runtime = Runtime(settings, sessions, clock, random_id, clouds.__getitem__, TheFacility, TheFacility, LogNotify)
    with ThreadPoolExecutor(1) as watching:
        watched = watching.submit(watch)
        run(runtime)
        assert watched.result() == (True, True)
    with sessions.read() as session:
        kept = {(report.job, report.cloud) for report in session.query(JobReport) if report.ok}
    assert {("reconcile", "main"), ("reconcile", OTHER_CLOUD), ("facility", "main")} <= kept
