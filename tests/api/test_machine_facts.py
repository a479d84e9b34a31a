"""What a machine says of itself, on its owner's page and for operators; and what it costs where it is not shown."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event

from tests.api.place import Place
from tests.api.test_guest_reports import REPORT, SECRET
from visa.services import guest_tokens, machines
from visa.services.create_instance import NewInstance, create
from visa.settings import Settings
from visa.store.tables import Workspace
from visa.testing.builders import ADA, BOB, TEAM

POLL = timedelta(seconds=Settings().cloud.guest_poll_s)


@pytest.fixture
def path(place: Place) -> str:
    """Where an instance of Ada's is found whose machine has SECRET."""
    now = place.clock.now()
    with place.sessions.write() as session:
        wish = NewInstance("Mine", "xfce", "small", (TEAM,), "us")
        made = create(session, place.seeded.desk(session, ADA, now), wish)
        guest_tokens.issue(session, made.id, SECRET, now=now, keep_others=True)
    return f"/api/v1/instances/{made.id}"


@pytest.fixture
def report(place: Place) -> Callable[..., None]:
    def send(**changes: object) -> None:
        headers = {"Authorization": f"Bearer {SECRET}"}
        assert place.stranger().post("/api/guest/v1/report", REPORT | changes, headers=headers).status_code == 200

    return send


def machine(place: Place, path: str):
    answer = place.browser(ADA).get(path)
    assert answer.status_code == 200
    return answer.json["machine"]


def test_of_a_machine_that_never_reported_nothing_is_claimed(place: Place, path: str):
    assert machine(place, path) is None


def test_the_owner_sees_what_the_machine_said(place: Place, path: str, report):
    twice = [{"login": "root", "line": "tty1", "since": None}, *REPORT["users"], *REPORT["users"]]
    report(users=twice, workspace={"state": "failed", "error": "bad superblock"})
    assert machine(place, path) == {
        "seen_at": place.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "stale": False,
        "load1": 0.3,
        "cpus": 2,
        "memory": {"total_mib": 4000, "available_mib": 3000},
        "logged_in": ["ada", "root"],
        "disks": [{"path": "/home", "size_bytes": 10, "used_bytes": 3}],
        "workspace": {"state": "failed", "error": "bad superblock"},
        "mounts": [{"target": "/data/x/raw", "state": "failed", "error": "mount.nfs4: access denied"}],
    }


def test_it_is_stale_after_three_missed_reports_and_fresh_with_the_next(place: Place, path: str, report):
    report()
    place.clock.advance(3 * POLL.total_seconds())
    assert machine(place, path)["stale"] is False
    place.clock.advance(1)
    assert machine(place, path)["stale"] is True
    report()
    assert machine(place, path)["stale"] is False


def test_in_a_cloud_that_was_given_up_the_page_still_opens(place: Place, path: str, report):
    report()
    with place.sessions.write() as session:
        for workspace in session.query(Workspace):
            workspace.cloud = "closed"
    place.clock.advance(1)
    assert machine(place, path)["stale"] is True


def test_every_answer_about_one_instance_has_it_so_that_a_page_does_not_lose_it(place: Place, path: str, report):
    report()
    renamed = place.browser(ADA).send("PATCH", path, json={"name": "Other"}, headers={"If-Match": "*"})
    assert (renamed.status_code, renamed.json["machine"]["cpus"]) == (200, 2)


def test_nobody_else_sees_it(place: Place, path: str, report):
    report()
    assert place.browser(BOB).get(path).status_code == 404


def test_a_list_does_not_ask_for_it(place: Place, path: str, report):
    report()
    asked: list[str] = []

    @event.listens_for(place.sessions.engine, "before_cursor_execute")
    def remember(_connection, _cursor, statement, *_):
        asked.append(statement)

    (item,) = place.browser(ADA).get("/api/v1/instances").json["items"]
    assert "machine" not in item
    assert asked
    assert not [statement for statement in asked if "guest_report" in statement]
    assert machine(place, path) is not None
    assert [statement for statement in asked if "guest_report" in statement]


def test_operators_read_it_in_words(place: Place, path: str, report):
    report()
    place.clock.advance(60)
    with place.sessions.read() as session:
        polls = machines.polls(place.runtime.settings)
        found = machines.machine(session, path.rpartition("/")[2], "main", now=place.clock.now(), polls=polls)
    assert found is not None
    words = dict(machines.in_words(found))
    assert words["last heard of"].endswith("UTC, too long ago")
    assert words["load"] == "0.30 on 2 processors"
    assert words["/home"] == "mounted"
    assert words["/data/x/raw"] == "failed: mount.nfs4: access denied"
