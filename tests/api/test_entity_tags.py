"""Asking again costs nothing while nothing changed; a change says which state it is meant for."""

from typing import Any

import pytest
from sqlalchemy import update

from tests.api.place import Browser, Place
from visa.domain.instance import Phase
from visa.services import thumbnails
from visa.services.actors import load_actor
from visa.store.tables import InstanceStatus
from visa.testing.builders import ADA, TEAM

NEW = {"name": "New", "image_id": "xfce", "flavour_id": "small", "experiment_ids": [TEAM], "keyboard": "us"}


@pytest.fixture
def ada(place: Place) -> Browser:
    return place.browser(ADA)


@pytest.fixture
def made(ada: Browser) -> dict[str, Any]:
    answer = ada.post("/api/v1/instances", NEW)
    assert answer.json is not None
    return {"path": answer.headers["Location"], "etag": answer.headers["ETag"], "id": answer.json["id"]}


def test_an_unchanged_instance_is_not_sent_again(ada: Browser, made: dict[str, Any]):
    again = ada.get(made["path"], headers={"If-None-Match": made["etag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == made["etag"]
    assert again.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("path", ["/api/v1/instances", "/api/v1/me", "/api/v1/events", "/api/v1/workspaces"])
def test_an_unchanged_list_is_not_sent_again_and_a_changed_one_is(ada: Browser, path: str):
    tag = ada.get(path).headers["ETag"]
    assert ada.get(path, headers={"If-None-Match": tag}).status_code == 304
    ada.post("/api/v1/instances", NEW)
    assert ada.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_facts_a_picture_and_the_deadlines_warning_change_the_tag(place: Place, made: dict[str, Any]):
    tags = [made["etag"]]

    def look() -> None:
        answer = place.browser(ADA).get(made["path"], headers={"If-None-Match": tags[-1]})
        assert answer.status_code == 200
        tags.append(answer.headers["ETag"])

    with place.sessions.write() as session:
        session.execute(update(InstanceStatus).values(phase=Phase.BUILDING))
    look()
    with place.sessions.write() as session:
        actor = load_actor(session, ADA, place.clock.now())
        thumbnails.put(session, actor, made["id"], b"\xff\xd8\xff\xff\xd9", now=place.clock.now())
    look()
    place.clock.advance(days=12)
    look()
    assert len(set(tags)) == 4
    assert {tag.strip('"').partition(".")[0] for tag in tags} == {"1"}


def test_a_new_name_needs_the_state_that_it_is_meant_for(ada: Browser, made: dict[str, Any]):
    def rename(name: str, **headers: str) -> int:
        return ada.send("PATCH", made["path"], json={"name": name}, headers=headers).status_code

    assert rename("Without") == 428
    assert rename("Wrong", **{"If-Match": '"7.abc"'}) == 412
    assert rename("Weak", **{"If-Match": f"W/{made['etag']}"}) == 412
    assert rename("Not a tag", **{"If-Match": "nonsense"}) == 412
    assert rename("First", **{"If-Match": made["etag"]}) == 200
    assert rename("Too late", **{"If-Match": made["etag"]}) == 412
    assert rename("Any", **{"If-Match": "*"}) == 200
    shown = ada.get(made["path"]).json
    assert shown is not None
    assert (shown["name"], shown["revision"]) == ("Any", 3)


def test_facts_that_moved_on_do_not_stop_a_new_name(place: Place, ada: Browser, made: dict[str, Any]):
    with place.sessions.write() as session:
        session.execute(update(InstanceStatus).values(phase=Phase.BUILDING, version=2))
    answer = ada.send("PATCH", made["path"], json={"name": "Other"}, headers={"If-Match": made["etag"]})
    assert answer.status_code == 200


@pytest.mark.parametrize(("method", "rest"), [("POST", "/stop"), ("DELETE", "")])
def test_other_changes_look_at_the_state_when_it_is_said(ada: Browser, made: dict[str, Any], method: str, rest: str):
    stale = ada.send(method, made["path"] + rest, headers={"If-Match": '"9.x"'})
    assert stale.status_code == 412
    assert ada.send(method, made["path"] + rest, headers={"If-Match": made["etag"]}).status_code == 202


def test_the_answer_to_a_change_carries_the_tag_of_what_is_read_next(ada: Browser, made: dict[str, Any]):
    changed = ada.post(made["path"] + "/stop").headers["ETag"]
    assert ada.get(made["path"]).headers["ETag"] == changed


def test_a_picture_is_not_sent_again_until_there_is_a_new_one(place: Place, ada: Browser, made: dict[str, Any]):
    path = made["path"] + "/thumbnail"
    assert ada.get(path).status_code == 404
    for body in (b"\xff\xd8\xff one \xff\xd9", b"\xff\xd8\xff two \xff\xd9"):
        place.clock.advance(1)
        assert ada.send("PUT", path, data=body, content_type="image/jpeg").status_code == 204
        shown = ada.get(path)
        assert (shown.data, shown.mimetype) == (body, "image/jpeg")
        assert ada.get(path, headers={"If-None-Match": shown.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("body", [b"", b"<svg onload=alert(1)>", b"\xff\xd8\xff" + b"x" * 65_536, b"\x89PNG\r\n\x1a\n"])
def test_only_small_jpegs_are_taken_as_pictures(ada: Browser, made: dict[str, Any], body: bytes):
    answer = ada.send("PUT", made["path"] + "/thumbnail", data=body, content_type="image/jpeg")
    assert answer.status_code in {413, 422}
    assert ada.get(made["path"] + "/thumbnail").status_code == 404
