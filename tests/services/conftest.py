"""The small facility in a real database, a fake cloud, and a loop to run passes with."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

import pytest
from sqlalchemy import select

from visa.domain.pace import Limits
from visa.ports.clock import NewId
from visa.services.reconcile import PassReport, Work, run_pass
from visa.store.session import Sessions
from visa.store.tables import InstanceStatus, WorkspaceStatus
from visa.testing.builders import Seeded, seed
from visa.testing.clock import FrozenClock
from visa.testing.cloud import FakeCloud

LIMITS = Limits(
    absence_s=2,
    empty_absence_s=600,
    settle_s=5,
    build_timeout_s=600,
    stable_s=60,
    max_attempts=5,
    backoff_s=2,
    max_backoff_s=300,
)


@pytest.fixture
def seeded(sessions: Sessions, clock: FrozenClock, new_id: NewId) -> Seeded:
    with sessions.write() as session:
        return seed(session, clock.now(), new_id)


@pytest.fixture
def cloud(clock: FrozenClock, new_id: NewId) -> FakeCloud:
    return FakeCloud("test", clock, new_id)


@pytest.fixture
def calls() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def work(sessions: Sessions, clock: FrozenClock, cloud: FakeCloud, calls: Executor, new_id: NewId) -> Work:
    return Work(sessions, cloud, clock, "test", "scheduler-1", 60, LIMITS, 0.5, calls, new_id)


@pytest.fixture
def settle(work: Work, clock: FrozenClock) -> Callable[..., list[PassReport]]:
    """Run passes, `step_s` of the clock apart, until no row waits for a time; returns their reports."""

    def pending() -> bool:
        with work.sessions.read() as session:
            return any(
                session.scalar(
                    select(table.version).where(table.next_look_at.is_not(None), table.phase != "gone").limit(1)
                )
                for table in (InstanceStatus, WorkspaceStatus)
            )

    def run(*, at_most: int = 60, step_s: float = 1) -> list[PassReport]:
        reports = [run_pass(work)]
        while len(reports) < at_most and (reports[-1].claimed or pending()):
            clock.advance(step_s)
            reports.append(run_pass(work))
        return reports

    return run
