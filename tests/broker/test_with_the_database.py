"""The broker on the real services and both real databases: tickets, signing out, what is recorded."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from websockets.exceptions import InvalidStatus

from tests.broker.conftest import Running, running_broker, wait_until
from tests.broker.page import pointer
from visa.bootstrap import SystemClock, random_id
from visa.broker.desk import ServiceDesk
from visa.domain.instance import Phase
from visa.ports.clock import NewId
from visa.services import desktops, instances
from visa.services.desktops import Right
from visa.store.session import Sessions
from visa.store.tables import Activity, DesktopSession, InstanceStatus, LoginSession
from visa.testing.builders import ADA, Seeded, seed, sign_in
from visa.testing.vnc import Vnc


class Site:
    """Ada's running desktop, and the tickets that she is given."""

    def __init__(self, sessions: Sessions, vnc: Vnc, new_id: NewId) -> None:
        self.sessions, self.clock, self._vnc = sessions, SystemClock(), vnc
        with sessions.write() as session:
            self.seeded: Seeded = seed(session, self.clock.now(), new_id)
            self.instance_id = self.seeded.create(session, ADA, self.clock.now()).id
            status = session.get_one(InstanceStatus, self.instance_id)
            status.phase, status.address, status.secret = Phase.RUNNING, vnc.address, vnc.password
            sign_in(session, ADA, self.clock.now())

    def ticket(self, right: Right = Right.CONTROL, *, age_s: float = 0) -> str:
        secret = random_id() * 2
        with self.sessions.write() as session:
            now = self.clock.now() - timedelta(seconds=age_s)
            actor = self.seeded.desk(session, ADA, now).actor
            chosen = {"login_session_id": f"login-{ADA}", "secret": secret, "now": now, "lifetime_s": 30}
            desktops.issue_ticket(session, actor, self.instance_id, right, **chosen)
        return secret

    def desktop_sessions(self) -> list[DesktopSession]:
        with self.sessions.read() as session:
            return list(session.scalars(select(DesktopSession).order_by(DesktopSession.opened_at)))

    def last_input(self) -> Activity | None:
        with self.sessions.read() as session:
            return session.get(Activity, (self.instance_id, desktops.INPUT))


@pytest.fixture
def site(sessions: Sessions, locked_desktop: Vnc, new_id: NewId) -> Site:
    return Site(sessions, locked_desktop, new_id)


@pytest.fixture
def real(site: Site) -> Iterator[Running]:
    """A broker whose desk is the database."""
    with running_broker(ServiceDesk(site.sessions, "broker-1", clock=site.clock, new_id=random_id)) as running:
        yield running


def test_a_ticket_opens_the_desktop_and_the_session_is_recorded(real: Running, site: Site):
    with real.page(site.ticket()) as page:
        page.in_step()
        (opened,) = site.desktop_sessions()
        assert (opened.broker_id, opened.right, opened.closed_at) == ("broker-1", Right.CONTROL, None)
    wait_until(lambda: site.desktop_sessions()[0].close_reason == "browser_left")


def test_a_used_or_old_ticket_opens_nothing(real: Running, site: Site):
    used = site.ticket()
    with real.page(used) as page:
        page.in_step()
        for ticket in (used, site.ticket(age_s=31)):
            with pytest.raises(InvalidStatus) as refused:
                real.page(ticket)
            assert refused.value.response.status_code == 403
    assert len(site.desktop_sessions()) == 1


def test_input_reaches_the_activity_of_the_instance(real: Running, site: Site):
    with real.page(site.ticket(Right.VIEW)) as viewer, real.page(site.ticket()) as owner:
        viewer.send(pointer(3, 4))
        viewer.in_step()
        seen_at = max(held.seen_at for held in site.desktop_sessions())
        wait_until(lambda: all(held.seen_at > seen_at for held in site.desktop_sessions()))
        assert site.last_input() is None
        owner.send(pointer(3, 4))
        wait_until(lambda: site.last_input() is not None)


def test_signing_out_closes_every_desktop_of_that_sign_in(real: Running, site: Site):
    with real.page(site.ticket()) as page, real.page(site.ticket(Right.VIEW)) as viewer:
        with site.sessions.write() as session:
            session.execute(delete(LoginSession))
        assert page.ending() == (4001, "You have signed out.")
        assert viewer.ending()[0] == 4001


def test_stopping_the_instance_closes_its_desktops(real: Running, site: Site):
    with real.page(site.ticket()) as page:
        with site.sessions.write() as session:
            instances.stop(session, site.seeded.desk(session, ADA, site.clock.now()), site.instance_id)
        assert page.ending() == (4001, "The instance is not running any more.")
    wait_until(lambda: site.desktop_sessions()[0].close_reason == "not_running")


def test_a_session_that_the_scheduler_gave_up_is_closed_here_too(real: Running, site: Site):
    with real.page(site.ticket()) as page:
        page.in_step()
        with site.sessions.write() as session:
            desktops.close_lost(session, now=site.clock.now() + timedelta(seconds=60), silent_s=10)
        assert page.ending()[0] == 4001
