"""The web client as the api serves it: files, its first page for its own addresses, caching, what browsers allow."""

from pathlib import Path

import pytest

from api.app import create_app
from api.openapi import document
from tests.api.place import Browser, Place, make_runtime
from visa.errors import Misconfigured
from visa.ports.clock import NewId
from visa.settings import Environment, Settings
from visa.store.session import Sessions
from visa.testing.clock import FrozenClock


@pytest.fixture
def browser(place: Place) -> Browser:
    """A stranger's, on a site with a built client."""
    root = place.runtime.settings.api.web_root
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html><title>first page</title>")
    (root / "assets" / "app-1a2b.js").write_text("start()")
    (root / "mark.svg").write_text("<svg/>")
    (root.parent / "secret.txt").write_text("secret")
    return place.stranger()


@pytest.mark.parametrize("path", ["/", "/sign-in", "/new?experiment=x", "/instances/abc/desktop", "/anything/else"])
def test_addresses_of_the_client_get_its_first_page(browser: Browser, path: str):
    answer = browser.get(path)
    assert answer.status_code == 200
    assert "first page" in answer.text
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/" + "a" * 300, "/assets/" + "b" * 300, "/" + "ü" * 200])
def test_an_address_too_long_for_a_file_is_one_of_the_clients(browser: Browser, path: str):
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    assert "first page" in answer.text


def test_files_whose_name_holds_their_digest_are_kept_for_ever(browser: Browser):
    answer = browser.get("/assets/app-1a2b.js")
    assert (answer.text, answer.mimetype) == ("start()", "text/javascript")
    assert "immutable" in answer.headers["Cache-Control"]


def test_other_files_are_asked_for_again_and_not_sent_again(browser: Browser):
    answer = browser.get("/mark.svg")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
    assert browser.get("/mark.svg", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/assets/app-gone.js",
        "/missing.png",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/../../secret.txt",
        "/..%2fsecret.txt",
        "/api/unknown",
        "/api",
        "/auth",
        "/auth/unknown",
    ],
)
def test_what_is_not_there_is_a_problem_and_no_page(browser: Browser, path: str):
    answer = browser.get(path)
    assert answer.status_code in {404}, answer.text
    assert "secret" not in answer.text
    assert "first page" not in answer.text


def test_nothing_can_be_sent_to_a_page(browser: Browser):
    assert browser.post("/new").status_code == 404


def test_a_missing_client_is_told_with_what_to_do(place: Place):
    answer = place.stranger().get("/")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "npm run build" in answer.json["detail"]


def test_pages_may_run_only_our_scripts_and_talk_to_us_and_the_broker(browser: Browser):
    said = browser.get("/").headers["Content-Security-Policy"].split("; ")
    policy = {name: words.split(" ") for name, _, words in (one.partition(" ") for one in said)}
    assert policy["script-src"] == ["'self'"]
    assert policy["connect-src"] == ["'self'", "wss://desktop.example.org"]
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/site", "/api/v1/me", "/api/v1/nothing", "/healthz", "/assets/app-1a2b.js"]
)
def test_every_answer_carries_the_headers_that_protect(browser: Browser, path: str):
    headers = browser.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Strict-Transport-Security"].startswith("max-age=")
    assert headers["Referrer-Policy"] == "same-origin"


def test_the_docs_page_needs_no_inline_script_and_no_other_host(browser: Browser):
    page = browser.get("/api/docs")
    assert page.mimetype == "text/html"
    assert "<script>" not in page.text
    assert "http" not in page.text.replace("https://visa.example.org", "")
    assert "/api/v1/openapi.json" in browser.get("/api/docs/start.js").text


def production(settings: Settings, **changes: object) -> Settings:
    return settings.model_copy(
        update={
            "environment": Environment.PRODUCTION,
            "identity": settings.identity.model_copy(update={"issuer": "https://login.example.org"}),
            **changes,
        }
    )


def test_cookies_are_marked_secure_in_production(
    settings: Settings, sessions: Sessions, clock: FrozenClock, new_id: NewId
):
    app = create_app(make_runtime(production(settings), sessions, clock, new_id))
    cookie = Browser(app.test_client()).post("/auth/logout").headers["Set-Cookie"]
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}


def test_production_does_not_start_without_a_key_for_cursors(
    settings: Settings, sessions: Sessions, clock: FrozenClock, new_id: NewId
):
    without = production(settings, api=Settings(environment="development").api)
    with pytest.raises(Misconfigured, match=r"api\.cursor_key"):
        create_app(make_runtime(without, sessions, clock, new_id))


def test_production_does_not_start_without_a_provider(
    settings: Settings, sessions: Sessions, clock: FrozenClock, new_id: NewId
):
    without = production(settings, identity=settings.identity)
    with pytest.raises(Misconfigured, match=r"identity\.issuer"):
        create_app(make_runtime(without, sessions, clock, new_id))


def test_production_does_not_start_with_the_development_provider(
    settings: Settings, sessions: Sessions, clock: FrozenClock, new_id: NewId
):
    anybody = settings.identity.model_copy(update={"issuer": "https://login.example.org", "development": True})
    with pytest.raises(Misconfigured, match=r"identity\.development"):
        create_app(make_runtime(production(settings, identity=anybody), sessions, clock, new_id))


def test_forwarded_request_ids_count_only_behind_our_own_proxy(
    settings: Settings, sessions: Sessions, clock: FrozenClock, new_id: NewId
):
    given = {"X-Request-Id": "given-by-the-proxy"}
    plain = Browser(create_app(make_runtime(settings, sessions, clock, new_id)).test_client())
    assert plain.get("/healthz", headers=given).headers["X-Request-Id"] != given["X-Request-Id"]
    behind = settings.model_copy(update={"api": settings.api.model_copy(update={"trusted_proxies": 1})})
    proxied = Browser(create_app(make_runtime(behind, sessions, clock, new_id)).test_client())
    assert proxied.get("/healthz", headers=given).headers["X-Request-Id"] == given["X-Request-Id"]
    bad = {"X-Request-Id": "a\tb" + "x" * 100}
    assert proxied.get("/healthz", headers=bad).headers["X-Request-Id"] != bad["X-Request-Id"]


def test_the_committed_description_is_the_one_of_this_code():
    committed = Path(__file__).parents[2] / "api" / "openapi.json"
    assert committed.read_text() == document(), "run: python -m api.openapi > api/openapi.json"
