"""The development provider: people are chosen by a click, their claims arrive, and discovery tells where."""

import json
import re
import sys
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from visa.cli.demo import ports
from visa.cli.demo.children import Children, Program
from visa.cli.demo.readiness import answers

BACK = "http://127.0.0.1:1/auth/callback"
PEOPLE = [
    {
        "claims": {"sub": "ada@example.org", "name": "Ada <Example>", "email": "ada@example.org", "orcid": "0000-0001"},
        "note": "Leads the team",
    },
    {"claims": {"sub": "gus@example.org", "name": "Gus Guest", "email": "gus@example.org"}},
]


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running provider with two people."""
    folder = tmp_path_factory.mktemp("provider")
    (folder / "people.json").write_text(json.dumps(PEOPLE))
    port = ports.choose(0, purpose="provider", option="--provider-port")
    command = [sys.executable, "-m", "visa.testing.provider", "--port", str(port)]
    address, children = f"http://127.0.0.1:{port}", Children(folder)
    try:
        ready = answers(f"{address}/.well-known/openid-configuration")
        children.start(Program("provider", [*command, "--people", str(folder / "people.json")], ready))
        children.wait_ready("provider")
        yield address
    finally:
        children.stop_all()


@pytest.fixture
def page(provider: str) -> str:
    """The address of the page on which a person is chosen."""
    discovered = requests.get(f"{provider}/.well-known/openid-configuration", timeout=10).json()
    assert discovered["issuer"] == provider
    query = {"client_id": "visa", "redirect_uri": BACK, "response_type": "code", "scope": "openid profile email"}
    return requests.Request("GET", discovered["authorization_endpoint"], params=query).prepare().url or ""


def test_the_page_offers_each_person_by_name_and_needs_no_other_host(page: str):
    html = requests.get(page, timeout=10).text
    assert re.findall(r'name="sub" value="([^"]+)"', html) == ["ada@example.org", "gus@example.org"]
    assert "Ada &lt;Example&gt;" in html
    assert "Leads the team" in html
    assert not re.search(r"(src|href)=.(https?:)?//", html)


def test_a_click_leads_back_with_a_code_that_gives_the_persons_claims(provider: str, page: str):
    answer = requests.post(page, data={"sub": "ada@example.org"}, allow_redirects=False, timeout=10)
    assert answer.status_code == 302
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    token = requests.post(f"{provider}/oauth2/token", data=form, auth=("visa", "any"), timeout=10).json()
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    claims = requests.get(f"{provider}/userinfo", headers=bearer, timeout=10).json()
    assert claims == PEOPLE[0]["claims"]


def test_cancelling_leads_back_with_an_error(page: str):
    answer = requests.post(page, data={"action": "deny"}, allow_redirects=False, timeout=10)
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["error"] == ["access_denied"]


def test_signing_out_leads_back(provider: str):
    html = requests.get(f"{provider}/oauth2/end_session?post_logout_redirect_uri={BACK}", timeout=10).text
    assert f'name="redirect_uri" value="{BACK}"' in html
    done = requests.post(
        f"{provider}/oauth2/end_session/confirm", data={"redirect_uri": BACK}, allow_redirects=False, timeout=10
    )
    assert done.headers["Location"] == BACK
