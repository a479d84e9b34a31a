"""What the words of a provider lead to when somebody signs in: links, proposals, roles, and what is not believed."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from visa.domain.access import Role
from visa.errors import NotFound
from visa.ports.identity import SignedIn
from visa.services import accounts, role_grants
from visa.services.journal import SYSTEM
from visa.store.session import Sessions
from visa.store.tables import FacilityPerson, LinkProposal, Person, RoleGrant

ORCID = "0000-0002-1825-0097"
ISSUER = "https://idp.example.org"


def signed_in(*, email: str = "eve@home.example.org", verified: bool = True, orcid: str | None = None, roles=()):
    return SignedIn(ISSUER, "eve@example.org", "Eve", email, verified, orcid, frozenset(roles), "")


@pytest.fixture
def welcome(sessions, seeded, clock, new_id):
    def come_in(who: SignedIn, *, orcid_links: bool = True) -> Person:
        with sessions.write() as session:
            return accounts.welcome(session, who, orcid_links=orcid_links, now=clock.now(), new_id=new_id)

    return come_in


def proposed(sessions: Sessions) -> list[str]:
    with sessions.read() as session:
        return list(session.scalars(select(LinkProposal.facility_person_id)))


@pytest.mark.parametrize(("orcid_links", "linked", "proposals"), [(True, "free", []), (False, None, ["free"])])
def test_an_equal_orcid_links_only_where_the_provider_is_trusted_with_it(
    welcome, sessions, orcid_links, linked, proposals
):
    account = {"name": "Eve", "email": "", "login": "free", "uid": 10009, "gid": 10009, "gids": [], "roles": []}
    with sessions.write() as session:
        session.add(FacilityPerson(id="free", orcid=ORCID, **account))
    assert welcome(signed_in(orcid=ORCID), orcid_links=orcid_links).facility_person_id == linked
    assert proposed(sessions) == proposals


def test_an_address_that_the_provider_did_not_verify_is_not_kept(welcome, sessions, clock, new_id):
    """Or an operator who gives a role to an address would give it to whoever claimed that address first."""
    assert welcome(signed_in(email="chief@example.org", verified=False)).email == ""
    assert proposed(sessions) == []
    with pytest.raises(NotFound), sessions.write() as session:
        role_grants.grant(
            session, "chief@example.org", Role.ADMIN, ends_at=None, by=SYSTEM, now=clock.now(), new_id=new_id
        )


def test_browsers_of_one_person_that_come_in_together_are_linked_once(welcome, sessions):
    with sessions.write() as session:
        session.get_one(FacilityPerson, "ada").orcid = ORCID
        session.get_one(Person, "ada").facility_person_id = None
    welcome(signed_in())
    together = Barrier(6)

    def come_in(_: int) -> Person:
        together.wait()
        return welcome(signed_in(orcid=ORCID, roles=(Role.STAFF, Role.ADMIN)))

    with ThreadPoolExecutor(6) as pool:
        assert {person.facility_person_id for person in pool.map(come_in, range(6))} == {"ada"}
    with sessions.read() as session:
        assert sorted(session.scalars(select(RoleGrant.role))) == ["admin", "staff"]
    assert proposed(sessions) == []
