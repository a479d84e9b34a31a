"""Repeating a request with its Idempotency-Key makes nothing twice, also when both arrive at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.api.place import Browser, Place
from visa.store.tables import Instance
from visa.testing.builders import ADA, BOB, TEAM

NEW = {"name": "New", "image_id": "xfce", "flavour_id": "small", "experiment_ids": [TEAM], "keyboard": "us"}
KEY = {"Idempotency-Key": "click-1"}


@pytest.fixture
def ada(place: Place) -> Browser:
    return place.browser(ADA)


def count(place: Place) -> int:
    with place.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(Instance)) or 0


def test_a_repeated_request_gives_the_instance_that_the_first_one_made(place: Place, ada: Browser):
    first = ada.post("/api/v1/instances", NEW, headers=KEY)
    again = ada.post("/api/v1/instances", dict(reversed(NEW.items())), headers=KEY)
    assert first.status_code == again.status_code == 201
    assert first.headers["Location"] == again.headers["Location"]
    assert count(place) == 1


@pytest.mark.parametrize("change", [{"name": "Other"}, {"keyboard": "de"}, {"experiment_ids": ["exp-open"]}])
def test_the_same_key_for_another_wish_is_a_conflict(place: Place, ada: Browser, change: dict[str, Any]):
    ada.post("/api/v1/instances", NEW, headers=KEY)
    answer = ada.post("/api/v1/instances", NEW | change, headers=KEY)
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["code"] == "key_reused"
    assert count(place) == 1


def test_a_key_belongs_to_a_person(place: Place, ada: Browser):
    ada.post("/api/v1/instances", NEW, headers=KEY)
    assert place.browser(BOB).post("/api/v1/instances", NEW, headers=KEY).status_code == 201
    assert count(place) == 2


def test_without_a_key_each_request_counts(place: Place, ada: Browser):
    for _ in range(2):
        ada.post("/api/v1/instances", NEW)
    assert count(place) == 2


def test_a_request_that_failed_can_be_repeated_with_its_key(place: Place, ada: Browser):
    assert ada.post("/api/v1/instances", NEW | {"image_id": "none"}, headers=KEY).status_code == 422
    assert ada.post("/api/v1/instances", NEW, headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "x" * 101, "ü"])
def test_a_key_that_cannot_be_one_is_refused(place: Place, ada: Browser, key: str):
    assert ada.post("/api/v1/instances", NEW, headers={"Idempotency-Key": key}).status_code == 422
    assert count(place) == 0


def test_two_clicks_at_the_same_moment_make_one_instance(place: Place):
    browsers = [place.browser(ADA) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda one: one.post("/api/v1/instances", NEW, headers=KEY), browsers))
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert count(place) == 1


def test_many_clicks_at_once_do_not_get_past_the_quota(place: Place):
    browsers = [place.browser(ADA) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda one: one.post("/api/v1/instances", NEW), browsers))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 403, 403, 403, 403]
    assert count(place) == 2
