"""What people are to be told is asked for once, waits, becomes void, and counts only when it was delivered."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import count

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st
from sqlalchemy import event, select

from visa.domain.fate import Told
from visa.domain.idle import Signal
from visa.domain.letters import Facts, LetterKind, Over, QuietSince, Stuck, TakenFor
from visa.domain.quota import Number
from visa.domain.reclaim import Given, Why
from visa.services.reclaim import notices
from visa.services.reclaim.notices import State
from visa.services.wake import Subject
from visa.store.tables import Notice
from visa.testing.builders import ADA, BOB, Seeded

KIND = LetterKind.LIFETIME_WARNING
CYCLE = datetime(2026, 12, 7, 9, 30, 0, 123456, tzinfo=UTC)
DAY = timedelta(days=1)

moments = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - zones are drawn below
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(2.5 * DAY / 24)]),
)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
stuck = st.builds(Stuck, words, words, moments, words)
over = st.builds(Over, st.sampled_from(Number), st.integers(0, 2**53), st.integers(0, 2**53), words)
signals = st.builds(QuietSince, st.sampled_from(Signal), moments)
all_facts = st.builds(
    Facts,
    deadline=st.none() | moments,
    url=words,
    extend_url=words,
    days=st.none() | st.floats(0, 1e6),
    signals=st.lists(signals, max_size=3).map(tuple),
    over=st.lists(over, max_size=3).map(tuple),
    taken_for=st.none() | st.sampled_from(TakenFor),
    archived_until=st.none() | moments,
    asked_by=words,
    granted=st.none() | st.booleans(),
    words=words,
    stuck=st.lists(stuck, max_size=3).map(tuple),
)


@forall(all_facts)
def test_facts_are_the_same_after_they_were_stored(facts: Facts):
    read = notices.from_json(notices.to_json(facts))
    assert read == facts
    assert type(read.taken_for) is type(facts.taken_for)
    assert all(isinstance(one.number, Number) for one in read.over)


@pytest.fixture
def ask(sessions, seeded: Seeded, clock, new_id):
    """Asks for a warning of Ada's instance "i1"; other values by name."""

    def do(**other):
        usual = {"person_id": ADA, "subject": Subject.INSTANCE, "subject_id": "i1", "kind": KIND, "cycle": CYCLE}
        usual |= {"lead": DAY, "facts": Facts(deadline=CYCLE, days=14), "now": clock.now()}
        with sessions.write() as session:
            return notices.ask(session, new_id=new_id, **usual | other)

    return do


def delivered(sessions, *, at: datetime, **which) -> None:
    with sessions.write() as session:
        row = session.scalars(select(Notice).filter_by(**which)).one()
        row.state, row.sent_at, row.announced_for, row.lived_s = State.SENT, at, CYCLE, 17.25


def read(sessions, *ids: str):
    with sessions.read() as session:
        return notices.told(session, Subject.INSTANCE, ids or ["i1"])


def told(sessions) -> set[tuple[Why, datetime, timedelta, bool]]:
    """Of the first: what is known of each warning, and whether it was delivered."""
    return {(one.cause, one.cycle, one.lead, one.given is not None) for one in read(sessions)["i1"]}


def test_the_same_warning_is_asked_for_once(sessions, ask, clock):
    assert ask()
    clock.advance(5)
    assert not ask(facts=Facts(deadline=CYCLE + DAY))
    assert ask(lead=3 * DAY)
    assert ask(cycle=CYCLE + DAY)
    assert ask(kind=LetterKind.IDLE_WARNING)
    assert ask(subject_id="i2")
    assert ask(person_id=BOB), "a request is told to everybody who may answer it"
    assert ask(subject=Subject.WORKSPACE)
    with sessions.read() as session:
        assert len(session.scalars(select(Notice)).all()) == 7


def test_a_warning_counts_from_its_delivery(sessions, ask, clock):
    lead = timedelta(seconds=4.32)
    ask(lead=lead)
    assert read(sessions) == {"i1": [Told(Why.LIFETIME, CYCLE, lead, None)]}
    delivered(sessions, at=clock.now())
    given = Given(lead, CYCLE, 17.25)
    assert read(sessions) == {"i1": [Told(Why.LIFETIME, CYCLE, lead, given, clock.now())]}


def test_cycles_are_told_apart_whatever_zone_they_are_named_in(sessions, ask, clock):
    ask(cycle=CYCLE.astimezone(timezone(timedelta(hours=2))))
    assert not ask()
    delivered(sessions, at=clock.now())
    ask(cycle=CYCLE + DAY)
    assert told(sessions) == {(Why.LIFETIME, CYCLE, DAY, True), (Why.LIFETIME, CYCLE + DAY, DAY, False)}


def test_what_waits_of_other_cycles_becomes_void_and_what_was_delivered_stays(sessions, ask, clock):
    ask(lead=3 * DAY)
    delivered(sessions, at=clock.now())
    for other in ({}, {"cycle": CYCLE + DAY}, {"kind": LetterKind.IDLE_WARNING}, {"subject_id": "i2"}):
        assert ask(**other)
    with sessions.write() as session:
        notices.void(session, Subject.INSTANCE, "i1", KIND, except_cycle=CYCLE + DAY)
    others = {(Why.LIFETIME, CYCLE, 3 * DAY, True), (Why.IDLE, CYCLE, DAY, False)}
    assert told(sessions) == {*others, (Why.LIFETIME, CYCLE + DAY, DAY, False)}
    assert [one.cycle for one in read(sessions, "i2")["i2"]] == [CYCLE]
    with sessions.write() as session:
        notices.void(session, Subject.INSTANCE, "i1", KIND, except_cycle=None)
    assert told(sessions) == others


def test_a_void_warning_is_revived_when_its_cycle_comes_back(sessions, ask, clock):
    ask()
    with sessions.write() as session:
        notices.void(session, Subject.INSTANCE, "i1", KIND, except_cycle=None)
    clock.advance(60)
    assert ask(facts=Facts(deadline=CYCLE, days=7))
    assert told(sessions) == {(Why.LIFETIME, CYCLE, DAY, False)}
    with sessions.read() as session:
        row = session.scalars(select(Notice)).one()
        assert notices.from_json(row.facts) == Facts(deadline=CYCLE, days=7)
        assert row.next_try_at == clock.now()


def test_many_subjects_cost_one_query(sessions, ask):
    for number in range(20):
        ask(subject_id=f"i{number}")
    statements = count()
    event.listen(sessions.engine, "before_cursor_execute", lambda *_: next(statements))
    assert len(read(sessions, *(f"i{number}" for number in range(20)))) == 20
    assert next(statements) <= 2, "BEGIN and the query"
