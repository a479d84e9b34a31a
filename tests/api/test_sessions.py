"""How long a browser stays signed in, and how it ends."""

from tests.api.served import query_of
from tests.api.signed_site import ADA, Site


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
