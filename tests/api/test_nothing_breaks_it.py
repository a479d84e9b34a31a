"""Whatever is sent, the answer is one that was foreseen: never a 500, always a document that can be read."""

import json
import string
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.api.place import Browser, Place
from visa.testing.builders import ADA, TEAM

RUNS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

texts = st.text(max_size=120)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4))
almost = st.fixed_dictionaries(
    {},
    optional={
        "name": texts | values,
        "image_id": st.sampled_from(["xfce", "none"]) | values,
        "flavour_id": st.sampled_from(["small", "none"]) | values,
        "experiment_ids": st.lists(st.sampled_from([TEAM, "exp-open"]) | texts, max_size=5) | values,
        "keyboard": st.sampled_from(["us", "de(nodeadkeys)"]) | values,
        "workspace_id": values,
        "confirm_name": values,
        "right": st.sampled_from(["view", "control"]) | values,
    },
)
BODIES = ("POST /instances", "PATCH /instances/{id}", "POST /instances/{id}/tickets", "POST /workspaces/{id}/restore")
QUERIES = ("/instances", "/experiments", "/workspaces", "/events", "/images", "/flavours", "/instruments", "/me")


@pytest.fixture
def ada(place: Place) -> Browser:
    return place.browser(ADA)


def foreseen(answer: Any) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.mimetype == "application/problem+json"
        assert json.loads(answer.text)["code"]


@RUNS
@given(operation=st.sampled_from(BODIES), body=almost | values)
@example(operation="POST /instances", body={"name": "\ud800"})
@example(operation="POST /instances", body={"name": 10**400})
def test_no_body_breaks_it(ada: Browser, operation: str, body: Any):
    method, _, path = operation.partition(" ")
    data = json.dumps(body)
    address = "/api/v1" + path.replace("{id}", "some")
    foreseen(ada.send(method, address, data=data, content_type="application/json", headers={"If-Match": "*"}))


@RUNS
@given(
    path=st.sampled_from(QUERIES),
    query=st.dictionaries(
        st.sampled_from(["cursor", "limit", "q", "scope", "instrument", "state"]) | st.text(max_size=8),
        texts,
        max_size=4,
    ),
)
@example(path="/instances", query={"limit": "9" * 5000})
@example(path="/experiments", query={"q": "\x00"})
@example(path="/experiments", query={"q": "%_\\"})
def test_no_query_breaks_it(ada: Browser, path: str, query: dict[str, str]):
    clean = {name: text.encode("utf-8", "replace").decode() for name, text in query.items()}
    foreseen(ada.get("/api/v1" + path, query_string=clean))


@RUNS
@given(st.binary(max_size=60))
def test_no_bytes_in_an_address_break_it(ada: Browser, raw: bytes):
    escaped = "".join(f"%{byte:02x}" for byte in raw)
    for prefix in ("/api/v1/instances/", "/api/v1/experiments/", "/api/v1/workspaces/", "/", "/assets/"):
        answer = ada.get(prefix + escaped)
        assert answer.status_code in {200, 404, 405, 503}, answer.text  # 503: these pages are not built


@RUNS
@given(
    header=st.sampled_from(["If-Match", "If-None-Match", "Idempotency-Key", "Origin", "X-Request-Id", "Cookie"]),
    value=st.text(alphabet=string.printable.replace("\n", "").replace("\r", ""), max_size=200),
)
def test_no_header_breaks_it(ada: Browser, header: str, value: str):
    foreseen(ada.send("PATCH", "/api/v1/instances/some", json={"name": "x"}, headers={header: value}))
    foreseen(ada.send("POST", "/api/v1/instances", json={}, headers={header: value}))
    foreseen(ada.get("/api/v1/me", headers={header: value}))
    foreseen(ada.get("/auth/callback", headers={header: value}))


@RUNS
@given(st.binary(max_size=300))
def test_no_raw_bytes_break_it(ada: Browser, raw: bytes):
    foreseen(ada.send("POST", "/api/v1/instances", data=raw, content_type="application/json"))
    foreseen(ada.send("PUT", "/api/v1/instances/some/thumbnail", data=raw, content_type="image/jpeg"))


@RUNS
@given(st.dictionaries(st.sampled_from(["state", "code", "error", "iss", "next"]), texts, max_size=5))
def test_no_answer_of_a_provider_breaks_it(ada: Browser, query: dict[str, str]):
    clean = {name: text.encode("utf-8", "replace").decode() for name, text in query.items()}
    foreseen(ada.get("/auth/callback", query_string=clean))
