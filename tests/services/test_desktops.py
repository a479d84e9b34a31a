"""Tickets and open desktops: one use, one person, closed when it must be."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from visa.domain.instance import Phase
from visa.errors import Conflict, NotFound
from visa.services import desktops, instances
from visa.services.desktops import Grant, Held, Refusal, Right
from visa.store.tables import Activity, DesktopSession, InstanceStatus, LoginSession
from visa.testing.builders import ADA, BOB, sign_in

SECRET = "a-secret-that-nobody-guesses"


@pytest.fixture
def running(sessions, seeded, clock) -> str:
    with sessions.write() as session:
        instance_id = seeded.create(session, ADA, clock.now()).id
        status = session.get_one(InstanceStatus, instance_id)
        status.phase, status.address = Phase.RUNNING, "unix:/run/desktop.sock"
        sign_in(session, ADA, clock.now())
    return instance_id


@pytest.fixture
def issue(sessions, seeded, clock, running):
    def act(who: str = ADA, secret: str = SECRET, right: Right = Right.CONTROL) -> None:
        with sessions.write() as session:
            actor = seeded.desk(session, who, clock.now()).actor
            desktops.issue_ticket(
                session, actor, running, right,
                login_session_id="login-ada", secret=secret, now=clock.now(), lifetime_s=30,
            )  # fmt: skip

    return act


@pytest.fixture
def redeem(sessions, clock, new_id):
    def act(secret: str = SECRET) -> Grant | Refusal:
        with sessions.write() as session:
            return desktops.redeem(session, secret, broker_id="b1", now=clock.now(), new_id=new_id)

    return act


@pytest.fixture
def beat(sessions, clock):
    def act(*held: Held, broker: str = "b1") -> dict[str, str]:
        with sessions.write() as session:
            return desktops.heartbeat(session, broker, held, now=clock.now())

    return act


def test_a_ticket_opens_its_desktop_with_its_right(issue, redeem, running):
    issue(right=Right.VIEW)
    grant = redeem()
    assert (grant.instance_id, grant.person_id, grant.right, grant.address) == (
        running, ADA, Right.VIEW, "unix:/run/desktop.sock",
    )  # fmt: skip


def test_a_ticket_is_good_for_one_use_even_at_the_same_moment(issue, redeem):
    issue()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: redeem(), range(6)))
    assert sum(isinstance(answer, Grant) for answer in answers) == 1


def test_a_ticket_ends_after_thirty_seconds(issue, redeem, clock):
    issue()
    clock.advance(31)
    assert redeem().code == "ticket_invalid"


def test_a_made_up_ticket_opens_nothing(redeem):
    assert redeem("made up").code == "ticket_invalid"


def test_signing_out_makes_tickets_worthless_and_closes_desktops(issue, redeem, beat, sessions):
    issue()
    grant = redeem()
    issue(secret="another")
    assert beat(Held(grant.desktop_session_id, None)) == {}
    with sessions.write() as session:
        session.delete(session.get_one(LoginSession, "login-ada"))
    assert redeem("another").code == "signed_out"
    assert beat(Held(grant.desktop_session_id, None)) == {grant.desktop_session_id: "signed_out"}


def test_nobody_gets_a_ticket_for_somebody_elses_desktop(issue):
    with pytest.raises(NotFound):
        issue(BOB)


def test_a_desktop_that_does_not_run_gives_no_ticket(issue, sessions, running):
    with sessions.write() as session:
        session.get_one(InstanceStatus, running).phase = Phase.STOPPED
    with pytest.raises(Conflict, match="starting"):
        issue()


def test_an_instance_that_is_deleted_closes_its_desktops(issue, redeem, beat, sessions, seeded, clock, running):
    issue()
    grant = redeem()
    with sessions.write() as session:
        instances.delete(session, seeded.desk(session, ADA, clock.now()), running)
    assert beat(Held(grant.desktop_session_id, None)) == {grant.desktop_session_id: "not_running"}


def test_a_session_that_another_broker_holds_or_nobody_knows_must_close(issue, redeem, beat):
    issue()
    grant = redeem()
    assert beat(Held(grant.desktop_session_id, None), broker="b2") == {grant.desktop_session_id: "revoked"}
    assert beat(Held("unknown", None)) == {"unknown": "revoked"}


def test_the_last_input_is_kept_and_never_goes_back(issue, redeem, beat, sessions, clock, running):
    issue()
    grant = redeem()
    late = clock.advance(10)
    beat(Held(grant.desktop_session_id, late))
    beat(Held(grant.desktop_session_id, clock.advance(-5)))
    with sessions.read() as session:
        assert session.get_one(Activity, (running, "input")).at == late


def test_sessions_of_a_silent_broker_are_closed(issue, redeem, sessions, clock):
    issue()
    grant = redeem()
    clock.advance(300)
    with sessions.write() as session:
        assert desktops.close_lost(session, now=clock.now(), silent_s=120) == 1
        assert session.get_one(DesktopSession, grant.desktop_session_id).close_reason == "broker_lost"
