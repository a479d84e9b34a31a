"""Rights that are gained by a link at sign-in, or change while a desktop comes up, reach the desktop's folders."""

import pytest
from sqlalchemy import select

from visa.domain.access import Role
from visa.domain.instance import Phase
from visa.domain.resources import MountMode
from visa.ports.identity import SignedIn
from visa.services import accounts
from visa.services.mounting import rights_changed
from visa.store.tables import Event, FacilityPerson, Instance, InstanceStatus, Person
from visa.testing.builders import BOB, GUEST, OPEN, TEAM

ORCID = "0000-0002-1825-0097"


@pytest.fixture
def guests_own(sessions, seeded, clock, settle, cloud):
    """The id of a running instance of somebody unknown to the facility, on an experiment that all may read."""
    with sessions.write() as session:
        made = seeded.create(session, GUEST, clock.now()).id
    settle()
    return made


@pytest.fixture
def sign_in(sessions, clock, new_id):
    def come_in(*, orcid=None, roles=()):
        address = "guest@home.example.org"
        who = SignedIn(
            "https://idp.example.org", "guest@example.org", "Guest", address, True, orcid, frozenset(roles), ""
        )
        with sessions.write() as session:
            accounts.welcome(session, who, orcid_links=True, now=clock.now(), new_id=new_id)

    return come_in


def modes(cloud):
    (mounted,) = cloud.mounts.values()
    return {mount.target: mount.mode for mount in mounted}


def is_bobs_account(sessions, *, orcid):
    """The facility knows the ORCID, and nobody has signed in as this account of a team yet."""
    with sessions.write() as session:
        session.get_one(Person, BOB).facility_person_id = None
        session.get_one(FacilityPerson, BOB).orcid = orcid


def revision(sessions, instance_id):
    with sessions.read() as session:
        return session.get_one(Instance, instance_id).revision


def test_who_is_linked_at_sign_in_gets_the_folders_in_a_running_desktop(cloud, settle, sessions, guests_own, sign_in):
    assert modes(cloud)[f"/data/{OPEN}/processed"] is MountMode.READ_ONLY
    is_bobs_account(sessions, orcid=ORCID)
    sign_in(orcid=ORCID)
    settle()
    assert modes(cloud)[f"/data/{OPEN}/processed"] is MountMode.READ_WRITE
    with sessions.read() as session:
        assert "instance.mounts" in session.scalars(select(Event.kind).where(Event.instance_id == guests_own)).all()


@pytest.mark.parametrize("roles", [(), (Role.STAFF,), (Role.ADMIN,)])
def test_a_sign_in_that_links_nothing_disturbs_no_desktop(cloud, sessions, guests_own, sign_in, roles):
    before = revision(sessions, guests_own), modes(cloud)
    sign_in(roles=roles)
    sign_in()
    assert (revision(sessions, guests_own), modes(cloud)) == before


@pytest.mark.parametrize(
    ("phase", "noticed"),
    [(Phase.BUILDING, True), (Phase.STARTING, True), (Phase.RUNNING, True), (Phase.STOPPED, False)],
)
@pytest.mark.parametrize("by_experiment", [True, False])
def test_rights_that_change_while_a_desktop_comes_up_are_not_forgotten(
    sessions, seeded, clock, phase, noticed, by_experiment
):
    """A pass that read the old rights may record the desktop as running right afterwards: it is looked at again."""
    with sessions.write() as session:
        instance = seeded.create(session, BOB, clock.now())
        session.flush()
        status = session.get_one(InstanceStatus, instance.id)
        status.phase, status.seen_revision = phase, instance.revision
    with sessions.write() as session:
        rights_changed(
            session,
            experiment_ids=[OPEN] if by_experiment else [TEAM],
            facility_person_ids=[] if by_experiment else [BOB],
        )
    assert (revision(sessions, instance.id) != status.seen_revision) is noticed
