"""One reconcile pass over settled instances on the fake cloud. Goal: 10,000 under 1 s and with one LIST call."""

import itertools
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import structlog

from tests.bench.stores import KINDS, fresh
from visa.domain.pace import Limits
from visa.services.reconcile import Work, run_pass
from visa.services.reconcile.scan import anything_due
from visa.testing.builders import ADA, seed
from visa.testing.clock import FrozenClock
from visa.testing.cloud import FakeCloud
from visa.testing.crowd import add_settled

RUNS = 7
LIMITS = Limits(2, 600, 5, 600, 60, 5, 2, 300)


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    headings = f"{'pass, median':>14}{'worst':>10}{'is anything due?':>18}{'LIST calls a pass':>19}"
    print(f"{'database':<12}{'instances':>10}{headings}")
    for kind, count in itertools.product(KINDS, (1_000, 10_000)):
        passes, asks, lists = measure(kind, count)
        print(
            f"{kind:<12}{count:>10,}{statistics.median(passes) * 1000:>11.0f} ms{max(passes) * 1000:>7.0f} ms"
            f"{statistics.median(asks) * 1000:>15.1f} ms{lists:>19g}",
            flush=True,
        )


def measure(kind: str, count: int) -> tuple[list[float], list[float], float]:
    clock, numbers = FrozenClock(), itertools.count()
    cloud = FakeCloud("bench", clock, lambda: f"r{next(numbers)}")
    with fresh(kind) as (_, sessions), ThreadPoolExecutor(8) as calls:
        with sessions.write() as session:
            seed(session, clock.now(), lambda: f"s{next(numbers)}")
            add_settled(session, cloud, owner_id=ADA, count=count, now=clock.now())
        work = Work(sessions, cloud, clock, "bench", "bench", 60, LIMITS, 0.5, calls, lambda: "secret")
        run_pass(work)
        before = cloud.calls["survey"]
        passes = [timed(lambda: check_idle(work)) for _ in range(RUNS)]
        lists = (cloud.calls["survey"] - before) / RUNS
        with sessions.read() as session:
            asks = [timed(lambda: anything_due(session, "main", clock.now())) for _ in range(RUNS)]
    return passes, asks, lists


def check_idle(work: Work) -> None:
    report = run_pass(work)
    if report.claimed:
        raise AssertionError(f"the instances were not settled: {report}")


def timed(act) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
