"""One look of reclaim with 100 instances due, among few and among many that are not. Goal: under 0.5 s."""

import itertools
import statistics
import time
import tracemalloc
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from tests.bench.stores import KINDS, fresh
from visa.domain.letters import LetterKind
from visa.services import policies
from visa.services.reclaim.look import Looking, LookReport, look
from visa.services.wake import Subject
from visa.settings import Policy
from visa.store.session import Sessions
from visa.store.tables import Instance, LivedTime, Notice, Reclaim, Workspace
from visa.testing.builders import ADA, seed
from visa.testing.clock import FrozenClock
from visa.testing.cloud import FakeCloud
from visa.testing.crowd import add_settled

DUE = 100
COUNTS = (1_000, 100_000)
AT_ONCE = 10_000
DAY = timedelta(days=1)


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    print(f"{'database':<12}{'stored':>10}{'nothing due':>14}{'100 warned':>14}{'100 taken':>14}{'memory':>12}")
    for kind, count in itertools.product(KINDS, COUNTS):
        idle, warned, taken, memory = measure(kind, count)
        print(
            f"{kind:<12}{count:>10,}{idle * 1000:>11.1f} ms{warned * 1000:>11.0f} ms{taken * 1000:>11.0f} ms"
            f"{memory / 2**20:>8.1f} MiB",
            flush=True,
        )


def measure(kind: str, count: int) -> tuple[float, float, float, float]:
    """Seconds of a look at nothing (median), at 100 to warn and at 100 to take; the most memory of one."""
    clock, numbers = FrozenClock(), itertools.count()
    cloud = FakeCloud("bench", clock, lambda: f"r{next(numbers)}")
    with fresh(kind) as (_, sessions):
        _fill(sessions, cloud, clock.now(), count)
        looking = Looking(sessions, clock, lambda: f"n{next(numbers)}", {"main": True})
        look(looking)
        idle = statistics.median(_timed(looking)[0] for _ in range(7))
        _make_due(sessions, clock.now() + DAY)
        warned, report = _timed(looking)
        _check(report.asked, DUE)
        _deliver(sessions, clock.now())
        _make_due(sessions, clock.now() - DAY)
        taken, report = _timed(looking)
        _check(sum(report.taken.values()), DUE)
        tracemalloc.start()  # slows down what it measures: a look of its own
        _make_due(sessions, clock.now() + DAY)
        look(looking)
        _, memory = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return idle, warned, taken, memory


def _fill(sessions: Sessions, cloud: FakeCloud, now: datetime, count: int) -> None:
    with sessions.write() as session:
        seed(session, now, iter(f"s{number}" for number in itertools.count()).__next__)
        add_settled(session, cloud, owner_id=ADA, count=count, now=now)
        one_warning = Policy.model_validate({"warnings": {"lifetime_d": [1]}})
        policies.load(session, one_warning, by="bench", note="", now=now)
        for subject, table in ((Subject.INSTANCE, Instance), (Subject.WORKSPACE, Workspace)):
            _enrol(session, subject, session.scalars(select(table.id)).all(), now + DAY / 2)


def _enrol(session: Session, subject: Subject, ids: Sequence[str], look_at: datetime) -> None:
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        rows = [{"subject": subject, "subject_id": one, "look_at": look_at, "version": 1} for one in some]
        session.execute(insert(Reclaim), rows)


def _make_due(sessions: Sessions, ends_at: datetime) -> None:
    """A hundred end then, and are looked at now."""
    with sessions.write() as session:
        some = select(Instance.id).order_by(Instance.id).limit(DUE).scalar_subquery()
        session.execute(update(Instance).where(Instance.id.in_(some)).values(expires_at=ends_at))
        long_ago = datetime(2020, 1, 1, tzinfo=ends_at.tzinfo)
        session.execute(update(Reclaim).where(Reclaim.subject_id.in_(some)).values(look_at=long_ago))


def _deliver(sessions: Sessions, now: datetime) -> None:
    """All warnings of it were delivered long before its end, which is the one of the next `_make_due`."""
    with sessions.write() as session:
        asked = session.scalars(select(Notice).where(Notice.kind == LetterKind.LIFETIME_WARNING)).all()
        for notice in asked:
            notice.state, notice.sent_at, notice.lived_s = "sent", now - 5 * DAY, -5.0 * 86400
            notice.announced_for, notice.cycle = now - DAY, now - DAY
        lived = session.get_one(LivedTime, 1)
        lived.lived_s += 1


def _timed(looking: Looking) -> tuple[float, LookReport]:
    begun = time.perf_counter()
    report = look(looking)
    return time.perf_counter() - begun, report


def _check(found: int, wanted: int) -> None:
    if found != wanted:
        raise AssertionError(f"{found} instead of {wanted}: not what was to be measured")
