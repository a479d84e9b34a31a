"""Walking through lists page by page: every item once, in order, whatever is added meanwhile."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.api.place import Browser, Place
from visa.services.journal import SYSTEM, record
from visa.store.tables import (
    Experiment,
    ExperimentMember,
    Image,
    Instance,
    InstanceStatus,
    Instrument,
    Notice,
    Workspace,
    WorkspaceStatus,
)
from visa.testing.builders import ADA, OPEN, TEAM
from visa.testing.cloud import FakeCloud
from visa.testing.crowd import add_settled

COUNT = 23


def walk(browser: Browser, path: str, *, limit: int, between: Callable[[], object] = lambda: None) -> list[str]:
    """The ids of a whole list, page by page, with something happening between two pages."""
    found: list[str] = []
    asked: dict[str, object] = dict(parse_qsl(urlsplit(path).query)) | {"limit": limit}
    while True:
        answer = browser.get(urlsplit(path).path, query_string=asked)
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        found += [item["id"] for item in answer.json["items"]]
        if answer.json["next"] is None:
            return found
        asked["cursor"] = answer.json["next"]
        between()


def crowd(place: Place) -> None:
    """Ada with many instances, all made at the same moment, so that only their ids tell them apart."""
    now = place.clock.now()
    with place.sessions.write() as session:
        add_settled(session, FakeCloud("test", place.clock, place.runtime.new_id), owner_id=ADA, count=COUNT, now=now)
        for table in (Instance, Workspace):
            session.execute(update(table).values(created_at=now))


def events(place: Place) -> None:
    with place.sessions.write() as session:
        for number in range(COUNT):
            record(session, "test", f"Event {number}.", at=place.clock.now(), by=SYSTEM, person_id=ADA)


def notices_to_ada(place: Place) -> None:
    """All asked for at one moment, and each is left out again that became void."""
    with place.sessions.write() as session:
        for number in range(COUNT + 2):
            subject = {"subject": "workspace", "subject_id": f"w{number}", "kind": "archived", "person_id": ADA}
            when = {"cycle": place.clock.now(), "made_at": place.clock.now()}
            state = "void" if number >= COUNT else "pending"
            session.add(Notice(id=f"n{number:02d}", facts={}, state=state, **subject, **when))


def experiments(place: Place) -> None:
    with place.sessions.write() as session:
        template = session.get_one(Experiment, OPEN)
        values = {column.name: getattr(template, column.name) for column in Experiment.__table__.columns}
        for number in range(COUNT):
            starts_on = template.starts_on - timedelta(days=number // 3)
            session.add(Experiment(**values | {"id": f"more-{number:02d}", "starts_on": starts_on}))
            session.add(ExperimentMember(experiment_id=f"more-{number:02d}", facility_person_id=ADA, role="member"))
            session.add(Instrument(id=f"i{number:02d}", name=f"I{number % 4}", description=""))
            image = {"name": "I", "description": "", "icon": "x", "good_for": [], "cloud_name": "x"}
            session.add(Image(id=f"image-{number:02d}", position=number % 5, **image))


LISTS = {
    "/api/v1/instances": (crowd, COUNT),
    "/api/v1/workspaces": (crowd, COUNT),
    "/api/v1/notices": (notices_to_ada, COUNT),
    "/api/v1/events": (events, COUNT),
    "/api/v1/experiments": (experiments, COUNT + 1),
    "/api/v1/experiments?scope=open": (experiments, COUNT + 1),
    "/api/v1/instruments": (experiments, COUNT + 1),
    "/api/v1/images": (experiments, COUNT + 1),
}


@pytest.mark.parametrize("limit", [1, 5, COUNT, 100])
@pytest.mark.parametrize("path", sorted(LISTS))
def test_every_item_is_shown_once_and_in_the_same_order_whatever_the_size_of_pages(place: Place, path: str, limit: int):
    fill, count = LISTS[path]
    fill(place)
    browser = place.browser(ADA)
    found = walk(browser, path, limit=limit)
    assert len(found) == len(set(found)) == count
    assert found == walk(browser, path, limit=100)


def test_what_is_added_meanwhile_neither_hides_nor_repeats_anything(place: Place):
    crowd(place)
    known = {f"crowd{number:06d}" for number in range(COUNT)}
    numbers = iter(range(1000))

    def add_newer_and_older() -> None:
        """Two instances by hand: the crowd is over every quota, which has no say here."""
        with place.sessions.write() as session:
            template = session.get_one(Instance, "crowd000000")
            for shift in (timedelta(minutes=1), timedelta(minutes=-1)):
                _clone(session, template, f"new{next(numbers):03d}", template.created_at + shift)

    found = walk(place.browser(ADA), "/api/v1/instances", limit=5, between=add_newer_and_older)
    assert len(found) == len(set(found))
    assert known <= set(found)


def _clone(session: Session, template: Instance, instance_id: str, created_at: datetime) -> None:
    workspace = session.get_one(Workspace, template.workspace_id)
    for row, ids in (
        (workspace, {"id": f"w-{instance_id}"}),
        (session.get_one(WorkspaceStatus, workspace.id), {"workspace_id": f"w-{instance_id}"}),
        (template, {"id": instance_id, "workspace_id": f"w-{instance_id}", "created_at": created_at}),
        (session.get_one(InstanceStatus, template.id), {"instance_id": instance_id}),
    ):
        table = type(row)
        session.add(table(**{column.key: getattr(row, column.key) for column in table.__mapper__.columns} | ids))
        session.flush()


def test_events_that_happen_meanwhile_come_first_the_next_time(place: Place):
    events(place)

    def happen() -> None:
        with place.sessions.write() as session:
            record(session, "test", "Newer.", at=place.clock.now(), by=SYSTEM, person_id=ADA)

    found = walk(place.browser(ADA), "/api/v1/events", limit=4, between=happen)
    assert found == [str(number) for number in range(COUNT, 0, -1)]


def test_a_cursor_holds_for_its_own_list_with_its_own_filters_only(place: Place):
    experiments(place)
    browser = place.browser(ADA)
    first = browser.get("/api/v1/experiments?scope=open&limit=1").json
    assert first is not None
    cursor = first["next"]
    assert browser.get(f"/api/v1/experiments?scope=open&limit=2&cursor={cursor}").status_code == 200
    for other in ("experiments?scope=mine&", "experiments?scope=open&q=x&", "instruments?", "instances?"):
        answer = browser.get(f"/api/v1/{other}cursor={cursor}")
        assert answer.status_code == 422
        assert answer.json is not None
        assert answer.json["code"] == "bad_cursor"


def test_one_changed_letter_makes_a_cursor_worthless(place: Place):
    experiments(place)
    browser = place.browser(ADA)
    first = browser.get("/api/v1/images?limit=1").json
    assert first is not None
    cursor = first["next"]
    for place_of_change in range(0, len(cursor) - 1, 7):
        letter = "A" if cursor[place_of_change] != "A" else "B"
        changed = cursor[:place_of_change] + letter + cursor[place_of_change + 1 :]
        assert browser.get(f"/api/v1/images?cursor={changed}").status_code == 422


def test_experiments_are_found_by_words_of_their_title_proposal_or_id(place: Place):
    browser = place.browser(ADA)

    def ids(query: str) -> list[str]:
        answer = browser.get(f"/api/v1/experiments?{query}").json
        assert answer is not None
        return [item["id"] for item in answer["items"]]

    assert ids("q=own") == ids("q=TEAM'S") == ids("q=EXP-team") == [TEAM]
    assert ids("scope=open&q=everybody") == [OPEN]
    assert ids("q=%25") == ids("q=_") == []
    assert ids("instrument=d1") == [TEAM]
    assert ids("instrument=d2") == []
