"""Whatever goes wrong leaves as a problem document that a program and a person can use, and gives nothing away."""

import json
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from api.app import create_app
from api.guard import anonymous
from tests.api.place import Browser, Place, make_runtime, make_settings
from visa.ports.clock import NewId
from visa.store.session import open_engine, open_sessions
from visa.testing.builders import ADA, TEAM
from visa.testing.clock import FrozenClock

NEW = {"name": "New", "image_id": "xfce", "flavour_id": "small", "experiment_ids": [TEAM], "keyboard": "us"}


def problem(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The document, after checking what every one of them has."""
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text
    document: dict[str, Any] = json.loads(answer.text)
    assert document["code"] == code
    assert document["status"] == status
    assert document["type"] == "about:blank"
    assert document["title"]
    assert document["detail"].endswith((".", "!", "?")) or document.get("errors")
    assert document["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["Cache-Control"] == "no-store"
    return document


@pytest.fixture
def ada(place: Place) -> Browser:
    return place.browser(ADA)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("POST", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/api/v1/instances/nobody-knows", 404, "not_found"),
        ("GET", "/api/v1/instances/%00", 404, "not_found"),
        ("GET", "/api/v1/instances/" + "x" * 101, 404, "not_found"),
        ("GET", "/api/v1/experiments/a%20b", 404, "not_found"),
        ("GET", "/auth/nothing", 404, "not_found"),
        ("PUT", "/api/v1/me", 405, "method_not_allowed"),
        ("DELETE", "/healthz", 405, "method_not_allowed"),
    ],
)
def test_addresses_that_lead_nowhere(ada: Browser, method: str, path: str, status: int, code: str):
    problem(ada.send(method, path), status, code)


def test_a_wrong_method_says_which_are_right(ada: Browser):
    assert "GET" in ada.send("PUT", "/api/v1/me").headers["Allow"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b"[" * 30_000,
        b'{"name": ' + b"9" * 5000 + b"}",
    ],
    ids=["cut off", "not UTF-8", "NaN", "Infinity", "deeply nested", "an endless number"],
)
def test_a_body_that_is_not_json(ada: Browser, body: bytes):
    problem(ada.send("POST", "/api/v1/instances", data=body, content_type="application/json"), 400, "bad_json")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"1"])
def test_a_body_that_is_json_but_no_object(ada: Browser, body: bytes):
    problem(ada.send("POST", "/api/v1/instances", data=body, content_type="application/json"), 422, "invalid")


def test_a_body_of_another_kind(ada: Browser):
    problem(ada.send("POST", "/api/v1/instances", data=NEW), 415, "unsupported_media_type")


def test_a_body_that_is_too_large(ada: Browser):
    body = json.dumps(NEW | {"name": "x" * 70_000}).encode()
    problem(ada.send("POST", "/api/v1/instances", data=body, content_type="application/json"), 413, "too_large")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"surprise": 1}, "surprise"),
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": 5}, "name"),
        ({"name": ["a"]}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"name": "abc\u202ecba"}, "name"),
        ({"image_id": "no such image"}, "image_id"),
        ({"image_id": "nothing"}, "image_id"),
        ({"flavour_id": "nothing"}, "flavour_id"),
        ({"experiment_ids": []}, "experiment_ids"),
        ({"experiment_ids": "exp-team"}, "experiment_ids"),
        ({"experiment_ids": ["exp-team", 5]}, "experiment_ids.1"),
        ({"experiment_ids": ["exp-proprietary"]}, "experiment_ids"),
        ({"experiment_ids": ["exp-team"] * 21}, "experiment_ids"),
        ({"keyboard": "us; rm -rf /"}, "keyboard"),
        ({"keyboard": "us\n"}, "keyboard"),
        ({"workspace_id": "somebody's"}, "workspace_id"),
    ],
)
def test_a_wrong_value_is_named_by_its_field(ada: Browser, change: dict[str, Any], field: str):
    answer = ada.post("/api/v1/instances", NEW | change)
    if field == "workspace_id":
        problem(answer, 404, "not_found")
        return
    document = problem(answer, 422, json.loads(answer.text)["code"])
    assert field in document["errors"]
    assert all(isinstance(one, str) for messages in document["errors"].values() for one in messages)


def test_a_missing_value_is_named_by_its_field(ada: Browser):
    document = problem(ada.post("/api/v1/instances", {}), 422, "invalid")
    assert document["errors"].keys() == NEW.keys()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("limit=1e3", "limit"),
        ("cursor=made-up", "cursor"),
        ("cursor=", "cursor"),
        ("cursor=%F0%9F%92%A5", "cursor"),
        ("surprise=1", "surprise"),
    ],
)
def test_a_wrong_query_is_named_by_its_parameter(ada: Browser, query: str, field: str):
    document = problem(
        ada.get(f"/api/v1/instances?{query}"), 422, "bad_cursor" if field == "cursor" and "=m" in query else "invalid"
    )
    assert field in document["errors"]


def test_parameters_are_refused_where_there_are_none(ada: Browser):
    assert "x" in problem(ada.get("/api/v1/me?x=1"), 422, "invalid")["errors"]
    assert "x" in problem(ada.get("/api/v1/instances/some/thumbnail?x=1"), 422, "invalid")["errors"]


def test_who_has_all_instances_that_they_may_have_is_told_so(ada: Browser):
    for _ in range(2):
        assert ada.post("/api/v1/instances", NEW).status_code == 201
    problem(ada.post("/api/v1/instances", NEW), 403, "quota_reached")


def test_what_the_state_does_not_allow_is_a_conflict_with_its_reason(ada: Browser):
    made = ada.post("/api/v1/instances", NEW).json
    assert made is not None
    answer = ada.post(f"/api/v1/instances/{made['id']}/start")
    assert problem(answer, 409, "is_queued")["detail"] == made["actions"]["start"]["reason"]


def test_nobody_signed_in(place: Place):
    answer = place.stranger().get("/api/v1/me")
    problem(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"]


def test_what_nobody_expected_says_nothing_about_itself(place: Place, capsys: pytest.CaptureFixture[str]):
    @anonymous("only in this test")
    def broken() -> str:
        raise RuntimeError("the secret reason")

    place.app.add_url_rule("/broken", "broken", broken)
    answer = place.stranger().get("/broken")
    problem(answer, 500, "internal")
    assert "secret" not in answer.text
    assert "the secret reason" in capsys.readouterr().out


def test_a_database_that_is_away_is_a_matter_of_trying_again(tmp_path: Path, clock: FrozenClock, new_id: NewId):
    url = "postgresql+psycopg://visa@127.0.0.1:1/visa?connect_timeout=1"
    engine = open_engine(url)
    app = create_app(make_runtime(make_settings(url, tmp_path), open_sessions(engine), clock, new_id))
    browser = Browser(app.test_client())
    browser.client.set_cookie("visa_session", "some")
    answer = browser.get("/api/v1/me")
    assert "127.0.0.1" not in problem(answer, 503, "database_unavailable")["detail"]
    assert answer.headers["Retry-After"]
    assert browser.get("/healthz").json == {"ok": True}
    ready = browser.get("/readyz")
    assert (ready.status_code, ready.json) == (
        503,
        {"ok": False, "checks": [{"name": "database", "ok": False, "detail": "the database cannot be reached"}]},
    )
    engine.dispose()
