"""What the job of reclaim reports: an alert once and again after a while, its end, and a look that failed."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from scheduler.jobs import Run
from scheduler.reclaiming import LOOK_JOB, TOLD_AGAIN, look_at_due
from tests.scheduler.test_letters_job import runtime
from visa.domain.lived import Pace
from visa.services import oversight
from visa.services.reclaim import load
from visa.settings import Mail
from visa.store.tables import Instance, JobReport
from visa.testing.builders import ADA, BOB, seed

LOOK_S = 30
SETTLE = Pace().settle


@pytest.fixture
def seeded(sessions, clock, new_id):
    with sessions.write() as session:
        return seed(session, clock.now(), new_id)


@pytest.fixture
def one(sessions, seeded, clock, new_id):
    return runtime(sessions, clock, new_id, Mail())


ME, OTHER = Run(LOOK_JOB, "me"), Run(LOOK_JOB, "other")


def reports(sessions) -> list[JobReport]:
    with sessions.read() as session:
        return list(session.scalars(select(JobReport).where(JobReport.job == LOOK_JOB).order_by(JobReport.id)))


def looks(one, lasting: timedelta, run: Run = ME) -> None:
    for _ in range(round(lasting / timedelta(seconds=LOOK_S))):
        one.clock.advance(LOOK_S)
        look_at_due(one, run)


def unsettled(one) -> None:
    """No scheduler ran for an hour."""
    look_at_due(one, ME)
    one.clock.advance(3600)
    look_at_due(one, ME)


def test_an_alert_of_the_clocks_is_told_again_after_a_while_and_ends(one, sessions):
    unsettled(one)
    looks(one, SETTLE - timedelta(minutes=1))
    alerts = reports(sessions)
    assert len(alerts) == 1 + (SETTLE - timedelta(minutes=1)) // TOLD_AGAIN
    assert not any(report.ok for report in alerts)
    assert all(report.report["clocks"] for report in alerts)
    looks(one, timedelta(minutes=1))
    last = reports(sessions)[-1]
    assert (last.ok, last.report["alert"]) == (True, "")
    told = len(reports(sessions))
    looks(one, timedelta(minutes=20))
    assert len(reports(sessions)) == told, "one that all is well is enough"
    with sessions.read() as session:
        assert all(job.ok for job in oversight.overview(session).jobs)


def test_the_alert_of_a_scheduler_that_has_gone_ends_as_well(one, sessions):
    unsettled(one)
    looks(one, SETTLE + 3 * TOLD_AGAIN + timedelta(minutes=1), OTHER)
    last = reports(sessions)[-1]
    assert (last.ok, last.holder) == (True, "other")


def test_what_could_not_be_decided_is_an_alert_until_it_is(one, sessions, seeded, monkeypatch):
    """It is looked at again after minutes only; looks between, and others that are well, do not end the alert."""
    with sessions.write() as session:
        instance = seeded.create(session, ADA, one.clock.now())
    look_at_due(one, ME)
    right = load.instance_cases

    def wrong(session, policy, ids, now):
        if instance.id in ids:
            raise OverflowError("date value out of range")
        return right(session, policy, ids, now)

    monkeypatch.setattr(load, "instance_cases", wrong)
    with sessions.write() as session:
        session.execute(update(Instance).values(expires_at=one.clock.now() + timedelta(days=2)))
    one.clock.advance(86400)
    look_at_due(one, ME)
    assert reports(sessions)[-1].report["undecided"] == [f"instance {instance.id}"]
    looks(one, timedelta(minutes=8))
    assert not reports(sessions)[-1].ok
    with sessions.write() as session:
        seeded.create(session, BOB, one.clock.now(), name="Another")
    looks(one, timedelta(minutes=8))
    last = reports(sessions)[-1]
    assert not last.ok
    assert last.report["undecided"] == [f"instance {instance.id}"]
    monkeypatch.undo()
    looks(one, SETTLE + timedelta(minutes=11))
    assert reports(sessions)[-1].ok


def test_a_look_that_fails_is_reported_like_other_jobs(one, sessions, seeded, monkeypatch):
    def broken(*_):
        raise RuntimeError("no such column: reclaim.look_at\n[SQL: SELECT …]")

    with monkeypatch.context() as patched:
        patched.setattr("scheduler.reclaiming.look", broken)
        with pytest.raises(RuntimeError, match="no such column"):
            look_at_due(one, ME)
    (failed,) = reports(sessions)
    assert not failed.ok
    assert failed.report["message"] == "RuntimeError: no such column: reclaim.look_at"
    look_at_due(one, ME)
    assert [report.ok for report in reports(sessions)][-1], "and that it works again is told too"
