"""Signing in over HTTP through the development provider: what works, and everything that must not."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.app import create_app
from tests.api.place import make_runtime
from tests.api.served import Visitor, error_of, query_of, serving
from visa.bootstrap import Runtime
from visa.cli.demo import ports
from visa.cli.demo.children import Children, Program
from visa.cli.demo.readiness import answers
from visa.domain.facility import FacilityPerson, FacilityState
from visa.ports.clock import NewId
from visa.services import facility_sync
from visa.settings import Settings
from visa.store.session import Sessions
from visa.store.tables import Event, LinkProposal, LoginAttempt, LoginSession, Person, RoleGrant
from visa.testing.clock import FrozenClock

ADA, BEA, CY, MONITORING = "ada@example.org", "bea@example.org", "cy@example.org", "test@example.org"
ADMINS = "urn:geant:example.org:group:visa:admins#login.example.org"
PEOPLE = [
    {
        "claims": {
            "sub": ADA,
            "name": "  Ada\u0000  Lo\u0308velace ",
            "email": "ada@home.example.org",
            "orcid": "https://orcid.org/0000-0002-1825-0097",
            "eduperson_entitlement": [ADMINS, "urn:mace:example.org:something-else"],
        }
    },
    {"claims": {"sub": BEA, "given_name": "Bea", "family_name": "B", "email": "Bea@Facility.example.org"}},
    {"claims": {"sub": CY, "email": "cy@example.org", "eduperson_entitlement": ADMINS.replace("login.", "evil.")}},
    {"claims": {"sub": MONITORING, "name": "Probe"}},
]


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running provider."""
    folder = tmp_path_factory.mktemp("provider")
    (folder / "people.json").write_text(json.dumps(PEOPLE))
    port = ports.choose(0, purpose="provider", option="")
    command = [sys.executable, "-m", "visa.testing.provider", "--port", str(port)]
    address, children = f"http://127.0.0.1:{port}", Children(folder)
    ready = answers(f"{address}/.well-known/openid-configuration")
    try:
        children.start(Program("provider", [*command, "--people", str(folder / "people.json")], ready))
        children.wait_ready("provider")
        yield address
    finally:
        children.stop_all()


@dataclass(frozen=True)
class Site:
    origin: str
    runtime: Runtime
    clock: FrozenClock

    def visitor(self) -> Visitor:
        return Visitor(self.origin)

    def count(self, table: type) -> int:
        with self.runtime.sessions.read() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def person(self, subject: str) -> Person:
        with self.runtime.sessions.read() as session:
            return session.scalars(select(Person).where(Person.subject == subject)).one()

    def events(self, kind: str) -> list[Event]:
        with self.runtime.sessions.read() as session:
            return list(session.scalars(select(Event).where(Event.kind == kind)))


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def site(
    provider: str, migrated_url: str, sessions: Sessions, new_id: NewId, tmp_path: Path, now: datetime
) -> Iterator[Site]:
    """The application, and a facility that knows an Ada by ORCID and a Bea by e-mail address."""
    (tmp_path / "index.html").write_text("<!doctype html><title>pages</title>")
    port = ports.choose(0, purpose="api", option="")
    clock = FrozenClock(now)
    settings = Settings(
        environment="development",
        public_url=f"http://127.0.0.1:{port}",
        database={"url": migrated_url},
        api={"web_root": tmp_path},
        identity={
            "issuer": provider,
            "client_secret": "secret",
            "scopes": ("openid", "profile", "email"),
            "entitlement_roles": {ADMINS: "admin"},
        },
    )
    runtime = make_runtime(settings, sessions, clock, new_id)
    people = tuple(
        FacilityPerson(name, name.title(), f"{name}@facility.example.org", orcid, name, uid, uid, (), ())
        for name, orcid, uid in (("ada", "0000-0002-1825-0097", 10001), ("bea", None, 10002))
    )
    with sessions.write() as session:
        facility_sync.sync(session, FacilityState(people, (), ()), now=now)
    with serving(create_app(runtime), port):
        yield Site(settings.public_url, runtime, clock)


def test_who_signs_in_comes_back_to_the_page_they_wanted_and_is_known_there(site: Site):
    visitor = site.visitor()
    back = visitor.sign_in(ADA, "/new?experiment=exp-1")
    assert (back.status_code, back.headers["Location"]) == (303, "/new?experiment=exp-1")
    assert "pages" in visitor.get(back.headers["Location"]).text
    me = visitor.me().json()
    assert (me["name"], me["email"]) == ("Ada Lövelace", "ada@home.example.org")
    assert (me["guest"], me["login"], me["roles"]) == (False, "ada", ["admin"])


def test_the_provider_is_asked_with_a_challenge_a_nonce_and_our_own_address(site: Site):
    asked = query_of(site.visitor().go_to_provider())
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert min(len(asked["state"]), len(asked["nonce"])) >= 43
    assert asked["redirect_uri"] == f"{site.origin}/auth/callback"
    assert asked["response_type"] == "code"
    assert "code_verifier" not in asked


def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(site: Site):
    cookie = site.visitor().sign_in(ADA).headers["Set-Cookie"]
    assert cookie.startswith("visa_session=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}


def test_the_database_holds_no_secret_of_a_browser(site: Site):
    visitor = site.visitor()
    page = visitor.go_to_provider()
    secrets = [visitor.http.cookies["visa_sign_in"], query_of(page)["state"]]
    with site.runtime.sessions.read() as session:
        attempt = session.scalars(select(LoginAttempt)).one()
        assert not {attempt.state_hash, attempt.browser_hash} & set(secrets)
    visitor.get(visitor.choose(page, ADA))
    with site.runtime.sessions.read() as session:
        login = session.scalars(select(LoginSession)).one()
        assert login.token_hash != visitor.http.cookies["visa_session"]


def test_an_answer_with_another_state_is_refused(site: Site):
    visitor = site.visitor()
    address = visitor.choose(visitor.go_to_provider(), ADA)
    forged = address.replace(query_of(address)["state"], "x" * 43)
    assert error_of(visitor.get(forged)) == "sign_in_unknown"
    assert site.count(LoginSession) == 0


def test_an_answer_works_once(site: Site):
    visitor = site.visitor()
    address = visitor.choose(visitor.go_to_provider(), ADA)
    assert visitor.get(address).headers["Location"] == "/"
    assert error_of(visitor.get(address)) == "sign_in_unknown"
    assert site.count(LoginSession) == 1


def test_a_code_that_was_used_is_refused_in_a_new_attempt(site: Site):
    visitor = site.visitor()
    used = visitor.choose(visitor.go_to_provider(), ADA)
    visitor.get(used)
    again = query_of(visitor.go_to_provider())["state"]
    assert error_of(visitor.get(used.replace(query_of(used)["state"], again))) == "code_refused"


def test_a_code_of_another_attempt_does_not_fit_because_of_its_nonce(site: Site):
    """The development provider knows no PKCE, so that the nonce is what has to catch it here."""
    visitor = site.visitor()
    stolen = visitor.choose(visitor.go_to_provider(), ADA)
    mine = query_of(visitor.go_to_provider())["state"]
    assert error_of(visitor.get(stolen.replace(query_of(stolen)["state"], mine))) == "proof_invalid"
    assert site.count(Person) == 0


def test_an_attempt_that_took_too_long_is_refused(site: Site):
    visitor = site.visitor()
    address = visitor.choose(visitor.go_to_provider(), ADA)
    site.clock.advance(601)
    assert error_of(visitor.get(address)) == "sign_in_expired"


def test_an_attempt_of_another_browser_is_refused_and_used_up(site: Site):
    attacker, victim = site.visitor(), site.visitor()
    address = attacker.choose(attacker.go_to_provider(), CY)
    victim.go_to_provider()
    assert error_of(victim.get(address)) == "sign_in_elsewhere"
    assert error_of(attacker.get(address)) == "sign_in_unknown"
    assert victim.me().status_code == 401


def test_an_answer_that_names_another_issuer_is_refused(site: Site):
    visitor = site.visitor()
    address = visitor.choose(visitor.go_to_provider(), ADA)
    assert error_of(visitor.get(f"{address}&iss=https://other.example.org")) == "sign_in_other_issuer"


def test_two_tabs_can_sign_in_at_the_same_time(site: Site):
    visitor = site.visitor()
    first, second = visitor.go_to_provider("/bin"), visitor.go_to_provider("/new")
    assert visitor.get(visitor.choose(first, ADA)).headers["Location"] == "/bin"
    assert visitor.get(visitor.choose(second, ADA)).headers["Location"] == "/new"


def test_who_says_no_at_the_provider_is_told_so(site: Site):
    visitor = site.visitor()
    page = visitor.go_to_provider()
    denied = visitor.http.post(page, data={"action": "deny"}, allow_redirects=False, timeout=20).headers["Location"]
    state = query_of(page)["state"]
    assert error_of(visitor.get(f"{denied}&state={state}")) == "sign_in_denied"


def test_the_account_that_watches_services_gets_no_access(site: Site):
    assert error_of(site.visitor().sign_in(MONITORING)) == "monitoring_subject"
    assert site.count(Person) == 0


def test_programs_get_a_problem_document_instead_of_the_page(site: Site):
    refused = site.visitor().http.get(f"{site.origin}/auth/callback?state=x&code=y", timeout=20)
    assert refused.status_code == 403
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "sign_in_unknown"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example.org/",
        "//evil.example.org/",
        "/\\evil.example.org/",
        "\\/evil.example.org",
        "/\t/evil.example.org",
        "javascript:alert(1)",
        "/auth/login?next=/",
        "/sign-in",
        "x" * 3000,
        "",
    ],
)
def test_after_signing_in_nobody_is_led_elsewhere(site: Site, wanted: str):
    assert site.visitor().sign_in(ADA, wanted).headers["Location"] == "/"


def test_signing_in_again_ends_the_session_that_the_browser_had(site: Site):
    visitor = site.visitor()
    visitor.sign_in(ADA)
    before = visitor.http.cookies["visa_session"]
    visitor.sign_in(ADA)
    assert visitor.http.cookies["visa_session"] != before
    other = site.visitor()
    other.http.cookies.set("visa_session", before)
    assert other.me().status_code == 401
    assert visitor.me().status_code == 200


def test_signing_out_ends_the_session_and_leads_to_the_providers_page(site: Site, provider: str):
    visitor = site.visitor()
    visitor.sign_in(ADA)
    token = visitor.http.cookies["visa_session"]
    out = visitor.post("/auth/logout")
    address = out.json()["redirect"]
    assert address.startswith(f"{provider}/oauth2/end_session?")
    assert query_of(address)["post_logout_redirect_uri"] == f"{site.origin}/sign-in"
    assert query_of(address)["id_token_hint"].count(".") == 2
    assert "visa_session" not in visitor.http.cookies
    visitor.http.cookies.set("visa_session", token)
    assert visitor.me().status_code == 401
    assert visitor.post("/auth/logout").json() == {"redirect": None}


def test_a_session_ends_when_nothing_is_asked_for_long(site: Site):
    visitor = site.visitor()
    visitor.sign_in(ADA)
    for _ in range(3):
        site.clock.advance(11 * 3600)
        assert visitor.me().status_code == 200
    site.clock.advance(12 * 3600)
    assert visitor.me().status_code == 401


def test_a_session_ends_after_its_longest_life_however_busy_it_is(site: Site):
    visitor = site.visitor()
    visitor.sign_in(ADA)
    for _ in range(71):
        site.clock.advance(3600)
        assert visitor.me().status_code == 200
    site.clock.advance(3600)
    assert visitor.me().status_code == 401


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
