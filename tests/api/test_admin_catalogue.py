"""The catalogue over HTTP: what an admin sees, and that no change is lost under another."""

from typing import Any

import pytest

from tests.api.place import Browser, Place
from visa.domain.resources import CloudFlavour, CloudImage, Offers
from visa.services import cloud_offers
from visa.store.tables import RoleGrant
from visa.testing.builders import ADA, BOB

IMAGES = "/api/v1/admin/images"
NEW = {"id": "new", "name": "New", "cloud_name": "new"}


@pytest.fixture
def admin(place: Place) -> Browser:
    with place.sessions.write() as session:
        given: dict[str, Any] = {"person_id": ADA, "role": "admin", "source": "admin", "granted_by": "test"}
        session.add(RoleGrant(id="grant", **given, granted_at=place.clock.now()))
    return place.browser(ADA)


def test_a_new_image_has_the_defaults_and_says_where_it_is(admin: Browser):
    made = admin.post(IMAGES, NEW)
    assert (made.status_code, made.headers["Location"]) == (201, f"{IMAGES}/new")
    assert made.json == admin.get(f"{IMAGES}/new").json
    shown = made.json or {}
    assert (shown["protocols"], shown["audience"], shown["lifetimes"], shown["origin"]) == (["rfb"], [], {}, "admin")
    assert (shown["in_cloud"]["state"], shown["in_use"], shown["cloud"]) == ("unknown", 0, "main")


def test_a_change_says_which_state_it_is_meant_for(admin: Browser):
    address, tag = f"{IMAGES}/xfce", admin.get(f"{IMAGES}/xfce").headers["ETag"]
    change = {
        "audience": ["role:staff"],
        "lifetimes": {"user": {"lifetime_d": 1, "extension_d": 1, "max_lifetime_d": 2}},
    }
    assert admin.send("PATCH", address, json=change).status_code == 428
    done = admin.send("PATCH", address, json=change, headers={"If-Match": tag})
    assert (done.status_code, (done.json or {})["revision"], (done.json or {})["origin"]) == (200, 2, "admin")
    assert admin.send("PATCH", address, json={"name": "Late"}, headers={"If-Match": tag}).status_code == 412


@pytest.mark.parametrize(
    "wrong",
    [
        {"audience": ["role:boss"]},
        {"audience": ["role:user", "role:user"]},
        {"lifetimes": {"admin": {}}},
        {"lifetimes": {"user": {"lifetime_d": 0, "extension_d": 1, "max_lifetime_d": 1}}},
        {"protocols": []},
        {"protocols": ["telnet"]},
        {"cloud": "other"},
        {"id": "other"},
        {"origin": "file"},
    ],
)
def test_what_makes_no_sense_is_refused(admin: Browser, wrong: dict[str, Any]):
    answer = admin.send("PATCH", f"{IMAGES}/xfce", json=wrong, headers={"If-Match": "*"})
    assert answer.status_code == 422, answer.text


def test_a_retired_image_is_listed_on_request_and_comes_back(place: Place, admin: Browser):
    assert admin.post(f"{IMAGES}/xfce/retire").status_code == 200
    assert (admin.get(IMAGES).json or {})["items"] == []
    assert [one["id"] for one in (admin.get(f"{IMAGES}?include_retired=true").json or {})["items"]] == ["xfce"]
    assert (place.browser(BOB).get("/api/v1/images").json or {})["items"] == []
    assert (admin.post(f"{IMAGES}/xfce/bring-back").json or {})["retired_at"] is None


def test_what_the_cloud_has_is_offered_to_choose_from(place: Place, admin: Browser):
    before = admin.get("/api/v1/admin/cloud-offers").json or {}
    assert (before["images"], before["flavours"], before["seen_at"]) == ([], [], None)
    assert before["policy"]["user"] == {"lifetime_d": 14, "extension_d": 14, "max_lifetime_d": 60}
    seen = Offers((CloudImage("i-1", "other", ready=True, size_bytes=5),), (CloudFlavour("f-1", "small", 1, 1024),))
    with place.sessions.write() as session:
        cloud_offers.record(session, "main", seen, now=place.clock.now())
    told = admin.get("/api/v1/admin/cloud-offers").json or {}
    assert [(one["ref"], one["size_bytes"]) for one in told["images"]] == [("i-1", 5)]
    assert [(one["ref"], one["vcpus"]) for one in told["flavours"]] == [("f-1", 1)]
    assert (admin.get(f"{IMAGES}/xfce").json or {})["in_cloud"]["state"] == "vanished"
    (image,) = (place.browser(BOB).get("/api/v1/images").json or {})["items"]
    assert (image["available"]["now"], bool(image["available"]["reason"])) == (False, True)
