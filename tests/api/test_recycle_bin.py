"""Getting a workspace back, or rid of it, over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from api.schemas.fields import moment
from tests.api.place import Browser, Place
from visa.domain.instance import Kept, Phase, WorkspacePhase
from visa.store.tables import ExperimentMember, Flavour, Image, Instance, InstanceStatus, Workspace, WorkspaceStatus
from visa.testing.builders import ADA, OPEN, TEAM

NEW = {"name": "Old", "image_id": "xfce", "flavour_id": "small", "experiment_ids": [TEAM, OPEN], "keyboard": "de"}


@pytest.fixture
def ada(place: Place) -> Browser:
    return place.browser(ADA)


@pytest.fixture
def binned(place: Place, ada: Browser) -> dict[str, Any]:
    """A workspace in the recycle bin, whose instance is gone."""
    made = ada.post("/api/v1/instances", NEW).json
    assert made is not None
    deleted = ada.send("DELETE", f"/api/v1/instances/{made['id']}")
    assert deleted.status_code == 202
    with place.sessions.write() as session:
        session.execute(update(InstanceStatus).values(phase=Phase.GONE))
        session.execute(update(WorkspaceStatus).values(phase=WorkspacePhase.AVAILABLE))
    shown = ada.get("/api/v1/workspaces?state=bin").json
    assert shown is not None
    one: dict[str, Any] = shown["items"][0]
    return one


def test_what_was_deleted_says_why_and_until_when_its_files_are_kept(
    binned: dict[str, Any], place: Place, ada: Browser
):
    def kept() -> Any:
        return [(ada.get(f"/api/v1/instances/{one}").json or {})["kept"] for one in ids]

    with place.sessions.read() as session:
        ids = list(session.scalars(select(Instance.id)))
    assert kept() == [{"why": "owner", "archived": False, "until": "2030-04-07T09:00:00.000Z"}]
    with place.sessions.write() as session:
        until = place.clock.now() + timedelta(days=400)
        values = {"wanted": Kept.ARCHIVED, "archived_until": until, "binned_why": "idle"}
        session.execute(update(Workspace).values(values))
    assert kept() == [{"why": "idle", "archived": True, "until": moment(until)}]
    with place.sessions.write() as session:
        session.execute(update(Workspace).values(wanted=Kept.GONE))
    assert kept() == [None]


def test_the_bin_says_what_is_in_it_until_when_and_what_used_it_last(binned: dict[str, Any]):
    assert (binned["state"], binned["instance"]) == ("bin", None)
    assert binned["kept_until"] == "2030-04-07T09:00:00.000Z"
    assert (binned["binned_why"], binned["archived_until"]) == ("owner", None)
    assert binned["last"]["image"] == {"id": "xfce", "name": "Analysis desktop"}
    assert [one["id"] for one in binned["last"]["experiments"]] == [OPEN, TEAM]
    assert binned["actions"]["restore"]["allowed"]


def test_one_click_restores_everything_as_it_was(ada: Browser, binned: dict[str, Any]):
    answer = ada.post(f"/api/v1/workspaces/{binned['id']}/restore", {})
    assert answer.status_code == 201
    made = answer.json
    assert made is not None
    assert answer.headers["Location"] == f"/api/v1/instances/{made['id']}"
    assert (made["workspace"]["id"], made["keyboard"], made["name"]) == (binned["id"], "de", "Old")
    assert {one["id"] for one in made["experiments"]} == {TEAM, OPEN}
    again = ada.post(f"/api/v1/workspaces/{binned['id']}/restore", {})
    assert again.status_code == 409


def test_restore_needs_no_body(ada: Browser, binned: dict[str, Any]):
    assert ada.post(f"/api/v1/workspaces/{binned['id']}/restore").status_code == 201


def test_what_is_said_when_restoring_takes_the_place_of_what_was(ada: Browser, binned: dict[str, Any]):
    changes = {"name": "Again", "keyboard": "fr", "experiment_ids": [OPEN]}
    made = ada.post(f"/api/v1/workspaces/{binned['id']}/restore", changes).json
    assert made is not None
    assert (made["name"], made["keyboard"], [one["id"] for one in made["experiments"]]) == ("Again", "fr", [OPEN])


def test_experiments_that_were_lost_meanwhile_are_left_out(place: Place, ada: Browser, binned: dict[str, Any]):
    with place.sessions.write() as session:
        session.execute(delete(ExperimentMember).where(ExperimentMember.facility_person_id == ADA))
    made = ada.post(f"/api/v1/workspaces/{binned['id']}/restore", {}).json
    assert made is not None
    assert [one["id"] for one in made["experiments"]] == [OPEN]


def test_an_image_that_is_not_offered_any_more_has_to_be_replaced(place: Place, ada: Browser, binned: dict[str, Any]):
    with place.sessions.write() as session:
        session.execute(update(Image).values(retired_at=place.clock.now()))
        new = {"name": "New", "description": "", "icon": "x", "good_for": [], "cloud_name": "x", "position": 1}
        session.add(Image(id="new", **new))
    refused = ada.post(f"/api/v1/workspaces/{binned['id']}/restore", {})
    assert refused.status_code == 422
    assert refused.json is not None
    assert "image_id" in refused.json["errors"]
    assert ada.post(f"/api/v1/workspaces/{binned['id']}/restore", {"image_id": "new"}).status_code == 201


def test_a_flavour_that_is_not_offered_any_more_has_to_be_replaced(place: Place, ada: Browser, binned: dict[str, Any]):
    assert binned["last"]["retired"] == []
    with place.sessions.write() as session:
        session.execute(update(Flavour).where(Flavour.id == "small").values(retired_at=place.clock.now()))
    shown = ada.get("/api/v1/workspaces?state=bin").json
    assert shown is not None
    assert shown["items"][0]["last"]["retired"] == ["flavour"]
    path = f"/api/v1/workspaces/{binned['id']}/restore"
    refused = ada.post(path, {})
    assert refused.status_code == 422
    assert refused.json is not None
    assert "flavour_id" in refused.json["errors"]
    with place.sessions.write() as session:
        small = session.get_one(Flavour, "small")
        new = {"name": "New", "description": "", "cloud_name": "new", "position": 9}
        session.add(Flavour(id="new", vcpus=small.vcpus, memory_mib=small.memory_mib, **new))
    assert ada.post(path, {"flavour_id": "new"}).status_code == 201


@pytest.mark.parametrize("phase", [WorkspacePhase.ARCHIVING, WorkspacePhase.ARCHIVED])
def test_what_is_in_the_archive_is_shown_and_comes_back(
    place: Place, ada: Browser, binned: dict[str, Any], phase: WorkspacePhase
):
    until = place.clock.now() + timedelta(days=365)
    with place.sessions.write() as session:
        session.execute(update(WorkspaceStatus).values(phase=phase))
        session.execute(update(Workspace).values(wanted=Kept.ARCHIVED, copies=1, archive_no=1, archived_until=until))
    shown = ada.get("/api/v1/workspaces?state=bin").json
    assert shown is not None
    (one,) = shown["items"]
    assert (one["state"], one["archived_until"]) == (phase, "2031-01-07T09:00:00.000Z")
    assert one["actions"]["restore"]["allowed"]
    assert one["actions"]["delete"]["allowed"]
    assert ada.post(f"/api/v1/workspaces/{one['id']}/restore", {}).status_code == 201
    with place.sessions.read() as session:
        workspace = session.get_one(Workspace, one["id"])
        assert (workspace.wanted, workspace.archive_no) == (Kept.KEPT, 1)
        assert (workspace.binned_at, workspace.binned_why, workspace.archived_until) == (None, None, None)


def test_deleting_for_ever_needs_the_name(ada: Browser, binned: dict[str, Any]):
    path = f"/api/v1/workspaces/{binned['id']}"
    assert ada.send("DELETE", path).status_code == 422
    assert ada.send("DELETE", path, json={"confirm_name": "old"}).status_code == 422
    gone = ada.send("DELETE", path, json={"confirm_name": "Old"})
    assert gone.status_code == 202
    assert gone.json is not None
    assert gone.json["state"] == "deleting"
    assert ada.post(f"{path}/restore", {}).status_code == 409
