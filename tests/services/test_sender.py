"""Notices go out by a real mail server, count from their delivery, and are tried for as long as it takes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event, select, text

from tests.mail.mailserver import CUT, serving
from tests.services.sending import DAY, KIND, Interposed, Post, body, notify, post
from visa.domain.letters import LetterKind, TakenFor
from visa.domain.reclaim import Given
from visa.services.reclaim import leases, notices, operators
from visa.services.reclaim.notices import State
from visa.services.reclaim.sender import SendReport
from visa.services.wake import Subject
from visa.store.tables import Event, Notice, Reclaim
from visa.testing.builders import BOB


@pytest.fixture
def house(sessions, seeded, clock) -> Iterator[Post]:
    with serving() as server:
        yield post(sessions, seeded, clock, server)


def test_a_warning_arrives_and_is_written_down_as_given(house: Post):
    house.lived(12.5)
    notice_id = house.ask()
    assert house.send() == SendReport(sent=1)
    [mail] = house.server.inbox
    assert mail.recipients == ("ada@example.org",)
    assert mail.message["Message-ID"] == f"<notice.{notice_id}@visa.example.org>"
    assert "My analysis" in body(mail)
    assert f"https://visa.example.org/instances/{house.instance}" in body(mail)
    with house.sessions.read() as session:
        (known,) = notices.told(session, Subject.INSTANCE, [house.instance])[house.instance]
        woken = session.get_one(Reclaim, ("instance", house.instance))
    assert (known.cycle, known.given) == (house.deadline, Given(3 * DAY, house.deadline, 12.5))
    assert woken.look_at == house.clock.now(), "the policy looks at once at what follows"
    until = f"{house.deadline:%Y-%m-%d %H:%M} UTC"
    said = f"Told by mail that “My analysis” ends on {until}, when its time is over."
    assert house.events() == [("instance.warned", said)]
    assert house.send() == SendReport()
    assert len(house.server.inbox) == 1


def test_a_late_warning_names_the_end_that_follows_from_its_delivery(house: Post):
    notice_id = house.ask()
    house.clock.advance(13 * DAY.total_seconds())
    end = house.clock.now() + 3 * DAY
    assert end > house.deadline
    house.send()
    assert house.notice(notice_id).announced_for == end
    assert f"{end.day} {end:%B %Y, %H:%M}" in body(house.server.inbox[0])


def test_a_warning_is_given_in_full_however_long_its_sending_took(house: Post):
    notice_id = house.ask()
    house.clock.advance(13 * DAY.total_seconds())
    house.send(notify=Interposed(house.work.notify, after=lambda: house.clock.advance(40)))
    row = house.notice(notice_id)
    assert row.sent_at == house.clock.now()
    assert row.announced_for == house.clock.now() + 3 * DAY, "the letter named a moment 40 s before that"


def test_news_keep_the_moment_that_they_were_made_with(house: Post):
    notice_id = house.ask(kind=LetterKind.RECLAIMED, lead=timedelta(), taken_for=TakenFor.IDLE)
    house.clock.advance(20 * DAY.total_seconds())
    assert house.send().sent == 1
    assert house.notice(notice_id).announced_for is None
    assert f"{house.deadline.day} {house.deadline:%B %Y, %H:%M}" in body(house.server.inbox[0])
    assert house.events() == []


def test_a_server_that_is_down_is_tried_ever_more_slowly_until_it_is_up(house: Post):
    notice_id = house.ask()
    house.server.plan("MAIL", *["421 going down"] * 9)
    pauses = []
    for _ in range(9):
        assert house.send().failed == 1
        assert house.send() == SendReport(), "not again before its time"
        pauses.append((house.notice(notice_id).next_try_at - house.clock.now()).total_seconds())
        house.clock.advance(pauses[-1])
    assert pauses == [300, 300, 300, 480, 960, 1920, 3600, 3600, 3600]
    assert house.notice(notice_id).error == "mail_busy: 421 going down"
    assert house.send(operators=()).sent == 1
    row = house.notice(notice_id)
    assert (row.state, row.error, row.attempts) == (State.SENT, None, 10)
    assert [kind for kind, _ in house.events()] == ["instance.not_told", "instance.warned"], "the first failure is told"


def test_a_round_ends_when_the_server_is_away_and_nobody_waits_longer_for_it(house: Post):
    first, second = house.ask(), house.ask(lead=DAY)
    with serving() as gone:
        nobody = notify(gone.port)
    report = house.send(notify=nobody)
    assert (report.sent, report.failed) == (0, 1)
    assert report.alert.startswith("mail_unreachable: ")
    assert (house.notice(first).attempts, house.notice(second).attempts) == (1, 0)
    house.clock.advance(60)
    assert house.send().sent == 2


def test_a_refused_address_is_tried_slowly_because_somebody_may_correct_it(house: Post):
    notice_id = house.ask()
    house.server.refused["ada@example.org"] = "550 no such user here"
    assert house.send() == SendReport(failed=1)
    row = house.notice(notice_id)
    assert row.error == "address_refused: 550 no such user here"
    assert row.next_try_at - house.clock.now() == timedelta(hours=1)
    house.address("ada@elsewhere.example.org")
    house.clock.advance(3600)
    assert house.send().sent == 1
    assert house.server.inbox[0].recipients == ("ada@elsewhere.example.org",)


def test_one_address_that_is_refused_keeps_nobody_else_from_being_told(house: Post):
    house.ask()
    house.ask(person_id=BOB)
    house.server.refused["ada@example.org"] = "550 no such user here"
    assert house.send() == SendReport(sent=1, failed=1)


def test_a_letter_that_cannot_be_written_keeps_no_other_from_being_sent(house: Post):
    broken, strange, good = house.ask(kind=LetterKind.IDLE_WARNING, url=""), house.ask(lead=DAY), house.ask()
    with house.sessions.write() as session:
        session.get_one(Notice, strange).facts = {"deadline": "one day"}
    assert house.send() == SendReport(sent=1, failed=2)
    assert house.notice(good).state == State.SENT
    assert house.notice(broken).error.startswith("not_written: ")
    assert house.notice(strange).error.startswith("not_written: ")


def test_a_crash_after_sending_leads_to_the_same_letter_again_and_never_to_none(house: Post):
    notice_id = house.ask()

    def crash() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        house.send(notify=Interposed(house.work.notify, after=crash))
    assert house.notice(notice_id).state == State.PENDING
    assert house.send(holder="scheduler-2") == SendReport(), "the lease of the dead one still holds"
    house.clock.advance(301)
    assert house.send(holder="scheduler-2").sent == 1
    first, second = house.server.inbox
    assert first.message["Message-ID"] == second.message["Message-ID"]


def test_an_outcome_that_is_unknown_counts_as_not_delivered(house: Post):
    notice_id = house.ask()
    house.server.plan("DATA", CUT)
    assert house.send().failed == 1
    assert house.notice(notice_id).error.startswith("mail_unknown: ")
    house.clock.advance(60)
    assert house.send().sent == 1
    assert len({mail.message["Message-ID"] for mail in house.server.inbox}) == 1


def test_two_senders_at_once_deliver_each_letter_once(house: Post):
    for number in range(12):
        house.ask(lead=timedelta(hours=number + 1))
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda holder: house.send(holder=holder), ["scheduler-1", "scheduler-2"]))
    assert sum(one.sent for one in both) == 12
    assert len({mail.message["Message-ID"] for mail in house.server.inbox}) == len(house.server.inbox) == 12
    with house.sessions.read() as session:
        assert {row.state for row in session.scalars(select(Notice))} == {State.SENT}
        assert len(session.scalars(select(Event).where(Event.kind == "instance.warned")).all()) == 12


def test_one_that_wakes_after_its_lease_ended_writes_nothing_over(house: Post):
    notice_id = house.ask()
    other = {}

    def pause() -> None:
        """For so long that another sender takes the notice and delivers it."""
        house.clock.advance(600)
        house.lived(600)
        other["report"] = house.send(holder="scheduler-2")

    late = house.send(notify=Interposed(house.work.notify, after=pause))
    assert other["report"] == SendReport(sent=1)
    assert late == SendReport(lost=1)
    row = house.notice(notice_id)
    assert (row.lived_s, row.attempts) == (600, 1)
    assert len(house.events()) == 1


@pytest.mark.parametrize("answer", ["421 going down", None])
def test_what_another_has_under_way_is_left_to_it(house: Post, answer):
    notice_id = house.ask()
    if answer:
        house.server.plan("MAIL", answer)

    def pause() -> None:
        house.clock.advance(600)
        with house.sessions.write() as session:
            assert leases.take(session, notice_id, holder="scheduler-2", now=house.clock.now(), lease_s=300)

    assert house.send(notify=Interposed(house.work.notify, before=pause)).sent == 0
    row = house.notice(notice_id)
    assert (row.lease_holder, row.state, row.attempts, row.error) == ("scheduler-2", State.PENDING, 0, None)
    assert house.events() == []


def test_one_that_wakes_before_it_sent_sends_nothing(house: Post):
    house.ask()

    def render(letter):
        house.clock.advance(600)
        return house.work.render(letter)

    assert house.send(render=render) == SendReport()
    assert house.server.inbox == []
    assert house.send().sent == 1


def test_what_became_void_is_not_sent(house: Post):
    old = house.ask()

    def void() -> None:
        with house.sessions.write() as session:
            notices.void(session, Subject.INSTANCE, house.instance, KIND, except_cycle=None)

    def render(letter):
        void()
        return house.work.render(letter)

    assert house.send(render=render) == SendReport(), "at the last moment"
    assert house.send() == SendReport()
    assert house.server.inbox == []
    house.ask()
    assert house.notice(old).state == State.PENDING
    assert house.send().sent == 1, "its cycle came back"


def test_what_became_void_while_it_was_under_way_was_given_all_the_same(house: Post):
    notice_id = house.ask()

    def void() -> None:
        with house.sessions.write() as session:
            notices.void(session, Subject.INSTANCE, house.instance, KIND, except_cycle=None)

    assert house.send(notify=Interposed(house.work.notify, before=void)) == SendReport(sent=1)
    assert house.notice(notice_id).state == State.SENT
    refused = house.ask(lead=DAY)
    house.server.refused["ada@example.org"] = "550 no"
    assert house.send(notify=Interposed(house.work.notify, before=void)).failed == 1
    row = house.notice(refused)
    assert (row.state, row.lease_holder) == (State.VOID, None)


def test_times_of_a_clock_that_was_wrong_bind_nobody(house: Post):
    notice_id = house.ask()
    with house.sessions.write() as session:
        row = session.get_one(Notice, notice_id)
        row.next_try_at = row.lease_until = house.clock.now() + 365 * DAY
        row.lease_holder = "a scheduler of next year"
    assert house.send().sent == 1


@pytest.mark.parametrize("look", ["due", "stuck"])
def test_looking_for_what_is_due_costs_nothing_when_nothing_is(house: Post, look):
    """The index holds only what waits, however many notices there were."""
    ran = []
    with house.sessions.read() as session:
        event.listen(house.sessions.engine, "before_cursor_execute", lambda *told: ran.append(told[2:4]))
        if look == "due":
            leases.due(session, now=house.clock.now(), limit=50)
        else:
            operators.who_is_to_be_told(session, ("ops@example.org",), now=house.clock.now(), alert_after=DAY)
        statement, values = ran[-1]
        explain = "EXPLAIN QUERY PLAN"
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SET enable_seqscan = off"))  # it would rather read a table that is empty
            explain = "EXPLAIN"
        plan = session.connection().exec_driver_sql(f"{explain} {statement}", values)
        assert "ix_notice_next_try_at" in " ".join(str(line) for line in plan)
