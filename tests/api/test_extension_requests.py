"""Asking for more time over HTTP, answering it, and what admins do to keep things."""

from datetime import timedelta
from typing import Any

import pytest

from api.schemas.fields import moment
from tests.api.place import Browser, Place
from visa.store.tables import Instance, RoleGrant
from visa.testing.builders import ADA, BOB, GUEST

SUPPORT = "/api/v1/support/extension-requests"
ADMIN = "/api/v1/admin"
REASON = "The second beamtime is later."


@pytest.fixture
def instance_id(place: Place) -> str:
    """Ada's, which has its longest life of 60 days."""
    with place.sessions.write() as session:
        instance = place.seeded.create(session, ADA, place.clock.now())
        instance.expires_at = place.clock.now() + timedelta(days=60)
        return instance.id


def given(place: Place, person_id: str, role: str) -> Browser:
    with place.sessions.write() as session:
        source: dict[str, Any] = {"source": "admin", "granted_by": "test", "granted_at": place.clock.now()}
        session.add(RoleGrant(id=f"{person_id}-{role}", person_id=person_id, role=role, **source))
    return place.browser(person_id)


def in_days(place: Place, days: float) -> str:
    return moment(place.clock.now() + timedelta(days=days))


def ask(place: Place, browser: Browser, instance_id: str, **other: Any) -> Any:
    said = {"reason": REASON, "until": in_days(place, 90)} | other
    return browser.post(f"/api/v1/instances/{instance_id}/extension-requests", said)


def test_a_request_is_made_answered_and_seen_by_both(place: Place, instance_id: str):
    ada, support = place.browser(ADA), given(place, GUEST, "it_support")
    tag = ada.get(f"/api/v1/instances/{instance_id}").headers["ETag"]
    made = ask(place, ada, instance_id, reason="First line.\r\n\r\n  Second line.  ")
    assert (made.status_code, made.json["state"]) == (201, "open")
    assert made.json["reason"] == "First line.\n\nSecond line."
    assert ask(place, ada, instance_id).json["code"] == "already_asked"
    (shown,) = (support.get(SUPPORT).json or {})["items"]
    assert (shown["owner"]["name"], shown["instance"]["name"]) == ("Ada", "My analysis")
    assert (shown["instance"]["expires_at"], shown["actions"]["answer"]["allowed"]) == (in_days(place, 60), True)
    given_more = support.post(f"{SUPPORT}/{shown['id']}/grant", {"until": in_days(place, 80), "words": "Enjoy."})
    assert (given_more.status_code, (given_more.json or {})["state"]) == (200, "granted")
    late = support.post(f"{SUPPORT}/{shown['id']}/refuse", {"words": "No."})
    assert (late.status_code, (late.json or {})["code"]) == (409, "already_answered")
    assert "Guest has answered it already" in (late.json or {})["detail"]
    (told,) = (ada.get(f"/api/v1/instances/{instance_id}/extension-requests").json or {})["items"]
    assert (told["state"], told["answered_by"], told["answer"]) == ("granted", "Guest", "Enjoy.")
    now = ada.get(f"/api/v1/instances/{instance_id}")
    assert ((now.json or {})["expires_at"], now.headers["ETag"] != tag) == (in_days(place, 80), True)
    assert (support.get(SUPPORT).json or {})["items"] == []
    (again,) = (support.get(f"{SUPPORT}?include_answered=true").json or {})["items"]
    assert again["actions"]["answer"] == {"allowed": False, "code": "not_open", "reason": "It was granted."}


def test_a_request_is_withdrawn(place: Place, instance_id: str):
    ada = place.browser(ADA)
    address = f"/api/v1/instances/{instance_id}/extension-requests/{ask(place, ada, instance_id).json['id']}"
    assert (ada.send("DELETE", address).json or {})["state"] == "withdrawn"
    assert ada.send("DELETE", address).status_code == 200


def test_an_instrument_scientist_sees_what_was_made_for_their_instruments(place: Place, instance_id: str):
    ask(place, place.browser(ADA), instance_id)
    assert place.browser(BOB).get(SUPPORT).status_code == 404
    assert len((given(place, BOB, "instrument_scientist").get(SUPPORT).json or {})["items"]) == 1
    stranger = given(place, GUEST, "instrument_scientist")
    assert (stranger.get(SUPPORT).json or {})["items"] == []


def test_nobody_answers_themselves_but_admins(place: Place, instance_id: str):
    ada = given(place, ADA, "it_support")
    with place.sessions.write() as session:  # staff live longer
        instance = session.get_one(Instance, instance_id)
        instance.expires_at = place.clock.now() + timedelta(days=365)
        place.clock.advance(days=300)
    ada = place.browser(ADA)
    request_id = ask(place, ada, instance_id).json["id"]
    refused = ada.post(f"{SUPPORT}/{request_id}/grant", {"until": in_days(place, 80)})
    assert (refused.status_code, (refused.json or {})["code"]) == (403, "own_request")
    admin = given(place, ADA, "admin")
    assert admin.post(f"{SUPPORT}/{request_id}/grant", {"until": in_days(place, 80)}).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": "Too short"}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
        ({"reason": " " * 20}, "reason"),
        ({"reason": 5}, "reason"),
        ({"reason": "A bell \a in the middle"}, "reason"),
        ({"until": "tomorrow"}, "until"),
        ({"until": "9999-12-31T23:59:59-14:00"}, "until"),
        ({"until": "2029-01-01T00:00:00Z"}, "until"),
        ({"until": "2032-01-01"}, "until"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(place: Place, instance_id: str, wrong: Any, field: str):
    answer = ask(place, place.browser(ADA), instance_id, **wrong)
    assert answer.status_code == 422, answer.text
    assert answer.json.get("field", next(iter(answer.json.get("errors", {})), None)) == field


def test_requests_come_page_by_page(place: Place, instance_id: str):
    ada, support = place.browser(ADA), given(place, GUEST, "it_support")
    ids = []
    for _ in range(3):
        ids.append(ask(place, ada, instance_id).json["id"])
        support.post(f"{SUPPORT}/{ids[-1]}/refuse", {"words": "No."})
        place.clock.advance(60)
    for browser, address in (
        (ada, f"/api/v1/instances/{instance_id}/extension-requests?limit=2"),
        (support, f"{SUPPORT}?include_answered=true&limit=2"),
    ):
        first = browser.get(address).json or {}
        rest = browser.get(f"{address}&cursor={first['next']}").json or {}
        assert [one["id"] for one in first["items"] + rest["items"]] == ids[::-1]
        assert rest["next"] is None


def test_an_admin_holds_an_instance_and_releases_it(place: Place, instance_id: str):
    admin = given(place, BOB, "admin")
    wanted = {"subject": "instance", "subject_id": instance_id, "reason": "A thesis", "ends_at": in_days(place, 5)}
    placed = admin.post(f"{ADMIN}/holds", wanted)
    assert placed.status_code == 201, placed.text
    shown = placed.json or {}
    assert (shown["name"], shown["owner"]["name"], shown["in_force"]) == ("My analysis", "Ada", True)
    again = admin.post(f"{ADMIN}/holds", wanted)
    assert (again.status_code, (again.json or {})["code"]) == (409, "held")
    assert (admin.get(f"{ADMIN}/holds").json or {})["items"] == [shown]
    released = admin.send("DELETE", f"{ADMIN}/holds/{shown['id']}").json or {}
    assert (released["released_by"], released["in_force"]) == ("Bob", False)
    assert (admin.get(f"{ADMIN}/holds").json or {})["items"] == []
    assert (admin.get(f"{ADMIN}/holds?include_over=true").json or {})["items"] == [released]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"subject_id": "nothing"}, 404),
        ({"subject": "machine"}, 422),
        ({"reason": ""}, 422),
        ({"ends_at": "2029-01-01T00:00:00Z"}, 422),
        ({"ends_at": "9999-12-31T23:59:59-14:00"}, 422),
        ({"ends_at": "9999-12-31T23:59:59Z"}, 422),
    ],
)
def test_a_hold_that_makes_no_sense_is_refused(place: Place, instance_id: str, wrong: Any, status: int):
    said = {"subject": "instance", "subject_id": instance_id, "reason": "A thesis"} | wrong
    assert given(place, BOB, "admin").post(f"{ADMIN}/holds", said).status_code == status


def test_the_switch_stops_all_reclaim_and_lets_it_go_on(place: Place):
    admin, address = given(place, BOB, "admin"), f"{ADMIN}/reclaim/switch"
    assert admin.get(address).json == {"stopped": False, "last": None}
    assert admin.send("PUT", address, json={"stopped": True}).status_code == 422
    assert admin.send("PUT", address, json={"stopped": "yes", "reason": "x"}).status_code == 422
    stopped = admin.send("PUT", address, json={"stopped": True, "reason": "Storage moves"}).json or {}
    assert (stopped["stopped"], stopped["last"]["stopped_by"], stopped["last"]["reason"]) == (
        True,
        "Bob",
        "Storage moves",
    )
    assert admin.send("PUT", address, json={"stopped": True, "reason": "Another"}).json == stopped
    resumed = admin.send("PUT", address, json={"stopped": False}).json or {}
    assert (resumed["stopped"], resumed["last"]["resumed_by"]) == (False, "Bob")
    assert admin.get(address).json == resumed
