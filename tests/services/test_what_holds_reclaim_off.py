"""Holds, requests and the switch, by what comes of them: looks and letters go on over weeks, and something is taken or
not. What was held off by surprise gets full notice again."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from visa import letters
from visa.adapters.notify.log import LogNotify
from visa.domain.instance import Wanted
from visa.domain.letters import House
from visa.domain.lived import Pace
from visa.services import policies
from visa.services.journal import SYSTEM
from visa.services.reclaim import holds, requests, stop
from visa.services.reclaim.look import Looking, look
from visa.services.reclaim.sender import Sending, send_due
from visa.services.wake import Subject
from visa.settings import Policy
from visa.store.session import Sessions
from visa.store.tables import Instance
from visa.testing.builders import ADA, Seeded
from visa.testing.clock import FrozenClock

STEP_D = 1
ENDS_D, NOTICE_D = 14, 3


@pytest.fixture
def database_kind() -> str:
    """Looks run on each kind in test_reclaim_look.py."""
    return "sqlite"


@dataclass
class Weeks:
    """Ada's desktop, whose time ends after 14 days and cannot be extended, and days that go by."""

    sessions: Sessions
    seeded: Seeded
    clock: FrozenClock
    instance: Instance
    work: Looking
    sending: Sending

    def go_by(self, *, until_d: float) -> bool:
        """Whether it was taken by that day, counted from its beginning."""
        end = self.instance.created_at + timedelta(days=until_d)
        while self.clock.now() < end and not self.taken():
            self.clock.advance(days=STEP_D)
            look(self.work)
            send_due(self.sending)
        return self.taken()

    def taken(self) -> bool:
        with self.sessions.read() as session:
            return session.get_one(Instance, self.instance.id).wanted == Wanted.GONE

    def hold(self, subject: Subject, subject_id: str, *, days: float | None) -> str:
        now = self.clock.now()
        with self.sessions.write() as session:
            ends_at = None if days is None else now + timedelta(days=days)
            more = {"by": SYSTEM, "now": now, "new_id": self.seeded.new_id}
            return holds.place(session, subject, subject_id, reason="A thesis", ends_at=ends_at, **more).id

    def ask(self) -> str:
        with self.sessions.write() as session:
            desk = self.seeded.desk(session, ADA, self.clock.now())
            until = self.clock.now() + timedelta(days=60)
            return requests.make(session, desk, self.instance.id, reason="The second beamtime", until=until).id

    def answer(self, request_id: str, *, days: float | None) -> None:
        now = self.clock.now()
        with self.sessions.write() as session:
            until = None if days is None else now + timedelta(days=days)
            more = {"by": SYSTEM, "now": now, "new_id": self.seeded.new_id}
            requests.answer(session, request_id, until=until, words="No.", **more)


@pytest.fixture
def weeks(sessions: Sessions, seeded: Seeded, clock: FrozenClock) -> Weeks:
    policy = Policy.model_validate({"user": {"max_lifetime_d": ENDS_D}, "request_hold_d": 5})
    seeded = replace(seeded, policy=policy)
    with sessions.write() as session:
        policies.load(session, policy, by="test", note="", now=clock.now())
        instance = seeded.create(session, ADA, clock.now())
    work = Looking(sessions, clock, seeded.new_id, {}, Pace(step=timedelta(days=1)))
    house = House("Example Facility", "VISA", "https://visa.example.org", "help@example.org")
    sending = Sending(
        sessions=sessions,
        notify=LogNotify(),
        render=lambda letter: letters.render(letter, "en"),
        house=house,
        clock=clock,
        new_id=seeded.new_id,
        holder="scheduler-1",
        domain="visa.example.org",
    )
    return Weeks(sessions, seeded, clock, instance, work, sending)


def test_with_nothing_in_the_way_it_is_taken_at_its_end(weeks: Weeks):
    assert not weeks.go_by(until_d=ENDS_D - STEP_D)
    assert weeks.go_by(until_d=ENDS_D + 1)


@pytest.mark.parametrize("subject", list(Subject))
def test_a_hold_on_either_keeps_it_until_its_end_which_is_told_before(weeks: Weeks, subject: Subject):
    its_id = weeks.instance.id if subject is Subject.INSTANCE else weeks.instance.workspace_id
    weeks.hold(subject, its_id, days=20)
    assert not weeks.go_by(until_d=20 - STEP_D)
    assert weeks.go_by(until_d=20 + 2)


def test_what_is_held_for_ever_stays_until_it_is_released(weeks: Weeks):
    hold_id = weeks.hold(Subject.INSTANCE, weeks.instance.id, days=None)
    assert not weeks.go_by(until_d=60)
    with weeks.sessions.write() as session:
        holds.release(session, hold_id, by=SYSTEM, now=weeks.clock.now())
    assert not weeks.go_by(until_d=60 + NOTICE_D - STEP_D)
    assert weeks.go_by(until_d=60 + NOTICE_D + 2)


def test_while_all_reclaim_is_stopped_nothing_is_taken_and_then_there_is_full_notice(weeks: Weeks):
    with weeks.sessions.write() as session:
        stop.stop(session, reason="Storage moves", by=SYSTEM, now=weeks.clock.now(), new_id=weeks.seeded.new_id)
    assert not weeks.go_by(until_d=30)
    with weeks.sessions.write() as session:
        stop.resume(session, by=SYSTEM, now=weeks.clock.now())
    assert not weeks.go_by(until_d=30 + NOTICE_D - STEP_D)
    assert weeks.go_by(until_d=30 + NOTICE_D + 2)


def test_an_open_request_holds_it_off_for_some_days_and_no_longer(weeks: Weeks):
    weeks.go_by(until_d=13)
    weeks.ask()
    assert not weeks.go_by(until_d=13 + 5 - STEP_D)
    assert weeks.go_by(until_d=13 + 5 + 1)


def test_asking_again_and_again_holds_nothing_off_for_longer(weeks: Weeks):
    weeks.go_by(until_d=13)
    for day in (15, 17):
        request_id = weeks.ask()
        weeks.go_by(until_d=day)
        weeks.answer(request_id, days=None)
    weeks.ask()
    assert weeks.go_by(until_d=13 + 5 + 1)


def test_more_time_that_was_given_moves_the_end(weeks: Weeks):
    weeks.go_by(until_d=13)
    weeks.answer(weeks.ask(), days=30)
    assert not weeks.go_by(until_d=13 + 30 - STEP_D)
    assert weeks.go_by(until_d=13 + 30 + 2)
