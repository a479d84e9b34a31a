"""Who somebody is after signing in: linked to a facility account or not, with which roles, and only ever once."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from tests.api.signed_site import ADA, BEA, CY, Site
from visa.store.tables import LinkProposal, LoginSession, Person, RoleGrant


def test_an_equal_orcid_links_and_the_roles_of_configured_entitlements_are_given(site: Site):
    site.visitor().sign_in(ADA)
    assert site.person(ADA).facility_person_id == "ada"
    assert len(site.events("person.linked")) == 1
    with site.runtime.sessions.read() as session:
        grant = session.scalars(select(RoleGrant)).one()
    assert (grant.role, grant.source) == ("admin", "entitlement")


def test_an_entitlement_of_another_authority_gives_nothing(site: Site):
    site.visitor().sign_in(CY)
    assert site.count(RoleGrant) == 0


def test_an_equal_address_proposes_and_never_links(site: Site):
    visitor = site.visitor()
    for _ in range(2):
        visitor.sign_in(BEA)
    assert site.person(BEA).facility_person_id is None
    assert visitor.me().json()["guest"] is True
    with site.runtime.sessions.read() as session:
        assert session.scalars(select(LinkProposal)).one().facility_person_id == "bea"
    assert len(site.events("person.link_proposed")) == 1


def test_a_facility_account_that_is_taken_is_proposed_only(site: Site):
    with site.runtime.sessions.write() as session:
        moment = site.clock.now()
        taken = {"name": "A", "email": "", "created_at": moment, "seen_at": moment, "facility_person_id": "ada"}
        session.add(Person(id="older", issuer="https://other.example.org", subject="a", **taken))
    site.visitor().sign_in(ADA)
    assert site.person(ADA).facility_person_id is None
    assert site.count(LinkProposal) == 1


def test_a_person_is_made_once_and_brought_up_to_date(site: Site):
    site.visitor().sign_in(ADA)
    with site.runtime.sessions.write() as session:
        session.scalars(select(Person)).one().name = "Old Name"
    site.visitor().sign_in(ADA)
    assert site.count(Person) == 1
    assert site.person(ADA).name != "Old Name"
    assert len(site.events("person.first_sign_in")) == 1


def test_a_role_ends_when_the_provider_does_not_name_it_any_more(site: Site):
    visitor = site.visitor()
    visitor.sign_in(CY)
    with site.runtime.sessions.write() as session:
        person = session.scalars(select(Person)).one()
        given = {"person_id": person.id, "granted_by": "x", "granted_at": site.clock.now()}
        session.add(RoleGrant(id="g1", role="admin", source="entitlement", **given))
        session.add(RoleGrant(id="g2", role="staff", source="admin", **given))
    assert visitor.me().json()["roles"] == ["admin", "staff"]
    visitor.sign_in(CY)
    assert visitor.me().json()["roles"] == ["staff"]


def test_two_first_sign_ins_at_the_same_moment_make_one_person(site: Site):
    visitors = [site.visitor() for _ in range(4)]
    answers = [visitor.choose(visitor.go_to_provider(), ADA) for visitor in visitors]
    with ThreadPoolExecutor(4) as pool:
        back = list(pool.map(lambda pair: pair[0].get(pair[1]), zip(visitors, answers, strict=True)))
    assert [answer.headers["Location"] for answer in back] == ["/"] * 4
    assert (site.count(Person), site.count(LoginSession)) == (1, 4)
    assert len(site.events("person.first_sign_in")) == 1
