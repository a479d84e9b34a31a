"""What is known of the use of instances, on both databases: who tells of it, and what a gap does."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from tests.services.limiting import Place, limited
from visa.domain.idle import Signal, State
from visa.domain.instance import Phase, Wanted
from visa.services import desktops, idleness
from visa.services.desktops import Held
from visa.services.reconcile import run_pass
from visa.store.tables import Activity, DesktopSession, Instance, InstanceStatus
from visa.testing.builders import ADA

INSIDE = (Signal.LOAD, Signal.LOGINS)


@pytest.fixture
def place(sessions, seeded, clock) -> Place:
    return limited(sessions, seeded, clock)


@pytest.fixture
def mine(place) -> str:
    """A running machine of Ada's."""
    one = place.ask(ADA)
    with place.sessions.write() as session:
        session.get_one(InstanceStatus, one).phase = Phase.RUNNING
    return one


def idle(place: Place, one: str) -> idleness.Idle:
    with place.sessions.read() as session:
        return idleness.idleness(session, place.seeded.policy, [one], place.clock.now())[one]


def say(place: Place, one: str, *, minutes: int = 1, **said: float) -> None:
    """The same words, once a minute: nothing, unless said otherwise."""
    for _ in range(minutes):
        now = place.clock.advance(60)
        with place.sessions.write() as session:
            for signal in INSIDE:
                value = said.get(signal, 0)
                idleness.record(session, place.seeded.policy, one, signal, value=value, now=now)


def states(place: Place, one: str) -> dict[Signal, State]:
    return {sign.signal: sign.state for sign in idle(place, one).signals}


def test_a_machine_of_which_nothing_was_heard_is_not_idle(place, mine):
    assert states(place, mine) == {
        Signal.INPUT: State.QUIET,
        Signal.LOAD: State.UNKNOWN,
        Signal.LOGINS: State.UNKNOWN,
    }
    assert idle(place, mine).since is None


def test_it_is_idle_since_it_was_known_to_be_unused(place, mine):
    say(place, mine)
    since = place.clock.now()
    say(place, mine, minutes=30)
    assert idle(place, mine).since == since


def test_after_a_gap_it_is_idle_since_it_was_heard_again(place, mine):
    say(place, mine, minutes=3)
    place.clock.advance(11 * 60)
    assert idle(place, mine).since is None
    say(place, mine)
    assert idle(place, mine).since == place.clock.now()


def test_load_is_a_mean_that_outlives_the_work_and_then_fades(place, mine):
    say(place, mine)
    say(place, mine, minutes=30, load=4)
    assert states(place, mine)[Signal.LOAD] is State.ACTIVE
    say(place, mine, minutes=60)
    assert states(place, mine)[Signal.LOAD] is State.ACTIVE
    say(place, mine, minutes=150)
    assert states(place, mine)[Signal.LOAD] is State.QUIET
    quiet_since = idle(place, mine).since
    assert quiet_since is not None
    assert timedelta(hours=1) < place.clock.now() - quiet_since < timedelta(hours=2)


def test_who_is_logged_in_keeps_it(place, mine):
    say(place, mine, minutes=5)
    say(place, mine, logins=1)
    last = place.clock.now()
    assert states(place, mine)[Signal.LOGINS] is State.ACTIVE
    say(place, mine)
    assert idle(place, mine).since == last


def test_a_stopped_machine_is_idle_since_it_stopped_and_a_starting_one_is_not(place, mine):
    with place.sessions.write() as session:
        session.get_one(Instance, mine).wanted = Wanted.STOPPED
        status = session.get_one(InstanceStatus, mine)
        status.phase, status.phase_since = Phase.STOPPED, place.clock.advance(60)
        since = status.phase_since
    place.clock.advance(86400)
    assert idle(place, mine).since == since
    with place.sessions.write() as session:
        session.get_one(Instance, mine).wanted = Wanted.RUNNING
    assert idle(place, mine).since is None


def held_open(place: Place, one: str) -> str:
    now = place.clock.now()
    with place.sessions.write() as session:
        rights = {"login_session_id": "l1", "right": "control", "broker_id": "b1"}
        session.add(DesktopSession(id="d1", instance_id=one, person_id=ADA, opened_at=now, seen_at=now, **rights))
    return "d1"


def beat(place: Place, *held: Held) -> None:
    with place.sessions.write() as session:
        desktops.heartbeat(session, "b1", held, now=place.clock.now())


def test_an_open_desktop_that_nobody_touches_is_idle_while_its_broker_reports(place, mine):
    say(place, mine)
    since = place.clock.now()
    name = held_open(place, mine)
    for _ in range(30):
        say(place, mine)
        beat(place, Held(name, None))
    assert idle(place, mine).since == since


def test_a_key_in_a_desktop_counts(place, mine):
    say(place, mine)
    name = held_open(place, mine)
    say(place, mine)
    beat(place, Held(name, place.clock.now()))
    assert states(place, mine)[Signal.INPUT] is State.ACTIVE
    assert idle(place, mine).since == place.clock.now()


def test_a_broker_that_was_silent_for_too_long_leaves_input_unknown(place, mine):
    name = held_open(place, mine)
    say(place, mine, minutes=11)
    assert states(place, mine)[Signal.INPUT] is State.UNKNOWN
    assert idle(place, mine).since is None
    beat(place, Held(name, None))
    assert idle(place, mine).since == place.clock.now()


def test_a_desktop_whose_broker_was_lost_counts_as_used_until_it_was_closed(place, mine):
    held_open(place, mine)
    say(place, mine, minutes=3)
    with place.sessions.write() as session:
        assert desktops.close_lost(session, now=place.clock.now(), silent_s=60) == 1
    closed_at = place.clock.now()
    say(place, mine, minutes=5)
    assert idle(place, mine).since == closed_at


def test_words_that_say_nothing_new_are_seldom_written(place, mine):
    say(place, mine)

    def worth(seconds: float, **said: float) -> list[Signal]:
        now = place.clock.now() + timedelta(seconds=seconds)
        words = [idleness.Word(mine, signal, said.get(signal, 0)) for signal in INSIDE]
        with place.sessions.read() as session:
            kept = idleness.worth_recording(session, place.seeded.policy, words, now=now)
        return [word.signal for word in kept]

    assert worth(30) == []
    assert worth(30, logins=1) == [Signal.LOGINS]
    assert worth(60) == list(INSIDE)
    assert worth(-60) == list(INSIDE), "a clock that was set is a gap"


def test_many_are_judged_in_as_many_queries_as_one(place, mine, sessions):
    ids = [mine, place.ask(ADA)]
    said: list[str] = []
    event.listen(sessions.engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    with place.sessions.read() as session:
        assert set(idleness.idleness(session, place.seeded.policy, [*ids, "gone"], place.clock.now())) == set(ids)
    assert sum(statement.startswith("SELECT") for statement in said) == 3


def test_a_late_word_changes_nothing_but_what_it_says_of_use(place, mine):
    say(place, mine, minutes=5)
    late = place.clock.now() - timedelta(minutes=2)
    with place.sessions.write() as session:
        idleness.record(session, place.seeded.policy, mine, Signal.LOGINS, value=2, now=late)
        row = session.get_one(Activity, (mine, Signal.LOGINS))
        assert (row.known_at, row.quiet_since, row.value) == (place.clock.now(), late, 0)


def test_the_loop_hears_of_use_from_a_cloud_that_knows_it(place, work, cloud, clock, settle):
    one = place.ask(ADA)
    cloud.tells_use()
    settle()
    run_pass(work)
    assert set(states(place, one).values()) == {State.QUIET}
    (ref,) = cloud.specs
    cloud.tells_use(ref, logins=1)
    run_pass(work)
    assert states(place, one)[Signal.LOGINS] is State.ACTIVE
    cloud.tells_use(ref, load=None, logins=None)
    clock.advance(11 * 60)
    run_pass(work)
    assert idle(place, one).since is None


def test_the_loop_writes_nothing_of_a_cloud_that_knows_nothing(place, work, settle):
    one = place.ask(ADA)
    settle()
    with place.sessions.read() as session:
        assert session.get(Activity, (one, Signal.LOAD)) is None
    assert states(place, one)[Signal.LOAD] is State.UNKNOWN
