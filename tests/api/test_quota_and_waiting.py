"""What people are told of quotas: what is left, what is full now, where they wait and why."""

from pathlib import Path

import pytest

from tests.api.place import Place, make_settings
from visa.domain.instance import Phase
from visa.services import policies
from visa.settings import Policy, Settings
from visa.store.session import open_engine, open_sessions
from visa.store.tables import InstanceStatus
from visa.testing.builders import ADA, BOB, OPEN, TEAM
from visa.testing.clock import START

WISH = {"name": "Fit", "image_id": "xfce", "flavour_id": "small", "experiment_ids": [OPEN], "keyboard": "us"}


@pytest.fixture
def settings(migrated_url: str, tmp_path: Path) -> Settings:
    """A facility whose experiments have one core each."""
    policy = Policy.model_validate({"experiment": {"vcpus": 1}, "user": {"memory_gib": 4, "gpus": 0}})
    engine = open_engine(migrated_url)
    with open_sessions(engine).write() as session:
        policies.load(session, policy, by="the test", note="", now=START)
    engine.dispose()
    return make_settings(migrated_url, tmp_path)


def test_the_own_allowance_is_told_in_every_number_that_has_a_limit(place: Place):
    ada = place.browser(ADA)
    ada.post("/api/v1/instances", WISH)
    me = ada.get("/api/v1/me").json
    assert me is not None
    assert me["quota"] == [
        {"of": "instances", "used": 1, "limit": 2},
        {"of": "memory_mib", "used": 1024, "limit": 4096},
        {"of": "gpus", "used": 0, "limit": 0},
    ]


def test_who_finds_no_room_is_told_the_place_before_and_after_asking(place: Place):
    ada, bob = place.browser(ADA), place.browser(BOB)
    ada.post("/api/v1/instances", WISH)

    def small(query: str) -> dict[str, object]:
        listed = bob.get(f"/api/v1/flavours{query}").json
        assert listed is not None
        return listed["items"][0]["available"]

    free = {"now": True, "when": "now", "reason": None, "place": None, "of": None}
    why = "The only core of experiment exp-open is in use."
    assert small("") == free
    assert small(f"?experiment_ids={TEAM}&experiment_ids={OPEN}") == {
        "now": False,
        "when": "waits",
        "reason": why,
        "place": 1,
        "of": 1,
    }
    answer = bob.post("/api/v1/instances", WISH)
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["phase"] == "waiting"
    assert answer.json["waiting"] == {"place": 1, "of": 1, "code": "experiment_full", "why": why}
    listed = bob.get("/api/v1/instances").json
    assert listed is not None
    assert listed["items"][0]["waiting"]["place"] == 1
    assert listed["items"][0]["warning"] == "none"


def test_a_used_up_own_allowance_is_refused_with_what_would_free_enough(place: Place):
    ada = place.browser(ADA)
    for _ in range(2):
        assert ada.post("/api/v1/instances", WISH).status_code == 201
    refused = ada.post("/api/v1/instances", WISH)
    assert refused.status_code == 403
    assert refused.json is not None
    assert refused.json["code"] == "quota_reached"
    assert "Delete “Fit” to make room." in refused.json["detail"]
    flavours = ada.get("/api/v1/flavours").json
    assert flavours is not None
    assert flavours["items"][0]["available"]["when"] == "own_limit"


def test_a_restore_waits_in_the_same_line(place: Place):
    ada, bob = place.browser(ADA), place.browser(BOB)
    made = ada.post("/api/v1/instances", WISH).json
    assert made is not None
    ada.send("DELETE", f"/api/v1/instances/{made['id']}")
    with place.sessions.write() as session:
        session.get_one(InstanceStatus, made["id"]).phase = Phase.GONE
    bob.post("/api/v1/instances", WISH)
    restored = ada.post(f"/api/v1/workspaces/{made['workspace']['id']}/restore", {})
    assert restored.json is not None
    assert (restored.status_code, restored.json["phase"]) == (201, "waiting")
