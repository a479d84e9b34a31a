"""Every operation refuses who is not signed in and who is the wrong person, and changes nothing for them.

You came here because a test failed for an operation that you added? Add a line to CASES in guarded.py: how its owner
calls it, and what somebody else gets for the same call (404 for things that are somebody's, so that nobody learns which
ids exist).
If it serves everybody who is signed in alike, say so in SHARED; if it serves strangers, in ANONYMOUS; each with why.
If the services inside machines call it, it belongs to MACHINES, and its refusals to tests/api/test_guest_reports.py.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from api.operation import ANONYMOUS as MARK
from tests.api.place import Place, make_runtime, make_settings, open_place
from tests.rules.guarded import CASES, HOLD, JPEG, NOTICE, REQUEST, TEAMS_ENTRY, House
from visa.domain.instance import Phase, WorkspacePhase
from visa.ports.clock import NewId
from visa.services import instances, thumbnails
from visa.services.create_instance import NewInstance, create
from visa.services.desk import Desk
from visa.store.base import Base
from visa.store.session import Sessions
from visa.store.tables import Flavour, Image, Instance, InstanceStatus, WorkspaceStatus
from visa.testing.builders import ADA, GUEST, TEAM
from visa.testing.clock import FrozenClock

ANONYMOUS = {
    ("GET", "/api/v1/site"): "the sign-in page shows the name of the place",
    ("GET", "/api/v1/openapi.json"): "public like the source",
    ("GET", "/api/docs"): "public like the source",
    ("GET", "/api/docs/start.js"): "public like the source",
    ("GET", "/auth/login"): "how one stops being a stranger",
    ("GET", "/auth/callback"): "the provider sends strangers here; the attempt is checked",
    ("POST", "/auth/logout"): "signing out twice is not an error",
    ("GET", "/healthz"): "load balancers ask",
    ("GET", "/readyz"): "load balancers ask",
}

SHARED = {
    "listInstruments": "names of instruments are no secret among users",
}


MACHINES = {"reportGuest"}


@pytest.fixture
def place(migrated_url: str, sessions: Sessions, clock: FrozenClock, new_id: NewId, tmp_path: Path) -> Place:
    return open_place(make_runtime(make_settings(migrated_url, tmp_path), sessions, clock, new_id), clock)


@pytest.fixture
def house(place: Place) -> House:
    now = place.clock.now()
    with place.sessions.write() as session:
        desk = place.seeded.desk(session, ADA, now)
        old = _make(session, desk, "Old")
        instances.delete(session, desk, old.id)
        session.flush()
        session.execute(update(InstanceStatus).values(phase=Phase.GONE))
        running = _make(session, desk, "Running")
        _offer_to_the_team(session)
        thumbnails.put(session, desk.actor, running.id, JPEG, now=now)
        status = session.get_one(InstanceStatus, running.id)
        status.phase, status.address, status.ready_at = Phase.RUNNING, "unix:/run/desktop", now
        session.execute(update(WorkspaceStatus).values(phase=WorkspacePhase.AVAILABLE, ref="volume"))
        return House(place, running.id, old.id, old.workspace_id)


def _offer_to_the_team(session: Any) -> None:
    shared = {"id": TEAMS_ENTRY, "name": "Own", "description": "", "cloud_name": "own", "audience": ["instrument:d1"]}
    session.add(Image(**shared, icon="desktop", good_for=[], position=1))
    session.add(Flavour(**shared, vcpus=1, memory_mib=1024, position=1))


def _make(session: Any, desk: Desk, name: str) -> Instance:
    made = create(session, desk, NewInstance(name, "xfce", "small", (TEAM,), "us"))
    session.flush()
    return made


def dump(place: Place) -> dict[str, list[str]]:
    """Everything in the database."""
    with place.sessions.read() as session:
        return {
            name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
            for name, table in Base.metadata.tables.items()
        }


def operations(place: Place) -> dict[tuple[str, str], str]:
    """(method, route) → operation id, as the API describes itself."""
    described = place.stranger().get("/api/v1/openapi.json").json
    assert described is not None
    return {
        (method.upper(), path): operation["operationId"]
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }


def routes(place: Place) -> dict[tuple[str, str], str | None]:
    """(method, route) → why strangers are served, or None; from what the application really answers to."""
    return {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)): getattr(
            place.app.view_functions[rule.endpoint], MARK, None
        )
        for rule in place.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_operation_has_a_case_here(place: Place):
    described = set(operations(place).values())
    site = {"getSite"}
    missing = described - CASES.keys() - SHARED.keys() - MACHINES - site
    assert not missing, f"no wrong-person case for {sorted(missing)}: read the first lines of this file"
    stale = (CASES.keys() | SHARED.keys()) - described
    assert not stale, f"cases of operations that are not there any more: {sorted(stale)}"


def test_every_route_is_described_or_serves_strangers_for_a_reason(place: Place):
    served = routes(place)
    undescribed = served.keys() - operations(place).keys() - ANONYMOUS.keys()
    assert not undescribed, f"neither described nor in ANONYMOUS: {sorted(undescribed)}"
    strangers = {route for route, why in served.items() if why}
    assert strangers == ANONYMOUS.keys(), "what serves strangers in the code differs from the list in this file"


@pytest.mark.parametrize("cookie", [None, "made-up", "expired"])
def test_strangers_get_401_everywhere_and_change_nothing(house: House, cookie: str | None):
    place = house.place
    browser = place.browser(ADA) if cookie == "expired" else place.stranger()
    if cookie == "expired":
        place.clock.advance(days=3)
    elif cookie:
        browser.client.set_cookie("visa_session", cookie)
    before = dump(place)
    guarded = {route for route, why in routes(place).items() if why is None}
    assert len(guarded) == len(CASES) + len(SHARED) + len(MACHINES)
    for method, path in sorted(guarded):
        known = {"{instance_id}": house.instance_id, "{workspace_id}": house.workspace_id, "{experiment_id}": TEAM}
        known |= {"{image_id}": "xfce", "{flavour_id}": "small", "{request_id}": REQUEST, "{hold_id}": HOLD}
        known |= {"{notice_id}": NOTICE}
        answer = browser.send(method, re.sub(r"\{\w+\}", lambda found: known[found[0]], path))  # noqa: B023
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json"), (method, path)
        assert answer.json is not None
        assert answer.json["code"] == "unauthenticated"
    assert dump(place) == before


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_wrong_person_gets_nothing_and_changes_nothing(house: House, name: str):
    case, place = CASES[name], house.place
    case.before(house)
    browser = place.browser(case.other)
    before = dump(place)
    answer = case.call(browser, house)
    assert answer.status_code == case.status, answer.text
    assert dump(place) == before
    if case.status == 200:
        assert not [one for one in (*house.hers, ADA) if f'"{one}"' in answer.text]


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_same_call_works_for_its_owner(house: House, name: str):
    """Otherwise the refusals above would prove nothing."""
    case = CASES[name]
    case.before(house)
    answer = case.call(house.place.browser(ADA), house)
    assert 200 <= answer.status_code < 300, answer.text


@pytest.mark.parametrize("origin", [None, "https://evil.example.org", "null", "https://visa.example.org.evil.org"])
def test_changes_that_other_sites_ask_for_are_refused(house: House, origin: str | None):
    place = house.place
    browser = place.browser(ADA)
    browser.origin = origin
    before = dump(place)
    unsafe = {route: name for route, name in operations(place).items() if route[0] != "GET" and name not in MACHINES}
    for name in unsafe.values():
        answer = CASES[name].call(browser, house)
        assert answer.status_code == 403, name
        assert answer.json is not None
        assert answer.json["code"] == "csrf"
    assert browser.post("/auth/logout").status_code == 403
    assert dump(place) == before


@pytest.mark.parametrize("name", sorted(SHARED))
def test_what_is_shared_is_the_same_for_everybody(house: House, name: str):
    path = next(path for (_, path), one in operations(house.place).items() if one == name)
    ada, guest = house.place.browser(ADA).get(path), house.place.browser(GUEST).get(path)
    assert ada.status_code == guest.status_code == 200
    assert ada.json == guest.json
