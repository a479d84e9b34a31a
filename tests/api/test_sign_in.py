"""Signing in over HTTP through the development provider: what works, and everything that must not."""

import pytest
from sqlalchemy import select

from tests.api.served import error_of, query_of
from tests.api.signed_site import ADA, CY, MONITORING, Site
from visa.store.tables import LoginAttempt, LoginSession, Person


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


def test_no_secret_of_a_sign_in_is_logged(site: Site, capfd: pytest.CaptureFixture[str]):
    visitor = site.visitor()
    address = visitor.choose(visitor.go_to_provider(), ADA)
    browser = visitor.http.cookies["visa_sign_in"]
    visitor.get(address)
    visitor.me()
    refused = visitor.get(address)
    assert error_of(refused) == "sign_in_unknown"
    said = capfd.readouterr().out
    assert said.count("route=/auth/callback") == 2
    secrets = (query_of(address)["code"], query_of(address)["state"], visitor.http.cookies["visa_session"], browser)
    assert not [secret for secret in secrets if secret in said]
