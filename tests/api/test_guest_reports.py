"""What the services inside machines may do: report for their own instance and hear its mounts, and nothing else."""

import pytest
from sqlalchemy import select

from visa.domain.idle import Signal, State
from visa.domain.instance import Phase
from visa.services import guest_tokens, idleness
from visa.services.create_instance import NewInstance, create
from visa.settings import Policy, Settings
from visa.store.tables import ExperimentMember, GuestReport, InstanceStatus
from visa.testing.builders import ADA, TEAM

SECRET = "s3cret-of-a-machine"
REPORT = {
    "version": "1",
    "boot_id": "b-1",
    "uptime_s": 12.5,
    "load1": 0.3,
    "cpus": 2,
    "memory": {"total_mib": 4000, "available_mib": 3000},
    "users": [{"login": "ada", "line": ":1", "since": 1700000000}],
    "desktop": {"up": True, "detail": ""},
    "disks": [{"path": "/home", "size_bytes": 10, "used_bytes": 3}],
    "workspace": {"state": "mounted", "error": ""},
    "mounts": [{"target": "/data/x/raw", "state": "failed", "error": "mount.nfs4:\naccess denied\x00"}],
}


@pytest.fixture
def machine(place):
    """The id of a starting instance of Ada's whose machine has SECRET."""
    now = place.clock.now()
    with place.sessions.write() as session:
        made = create(
            session, place.seeded.desk(session, ADA, now), NewInstance("Mine", "xfce", "small", (TEAM,), "us")
        )
        session.flush()
        session.get_one(InstanceStatus, made.id).phase = Phase.STARTING
        guest_tokens.issue(session, made.id, SECRET, now=now, keep_others=True)
        return made.id


def report(place, *, token=f"Bearer {SECRET}", said=REPORT):
    headers = {"Authorization": token} if token else {}
    return place.stranger().post("/api/guest/v1/report", said, headers=headers)


def kept(place, instance_id):
    with place.sessions.read() as session:
        return session.get(GuestReport, instance_id)


def test_a_report_is_kept_and_answered_with_the_mounts_of_the_owner(place, machine):
    answer = report(place)
    assert answer.status_code == 200
    assert [(one["device"], one["target"], one["mode"]) for one in answer.json["mounts"]] == [
        (f"files.example.org:/export/{TEAM}/raw", f"/data/{TEAM}/raw", "ro"),
        (f"files.example.org:/export/{TEAM}/processed", f"/data/{TEAM}/processed", "rw"),
    ]
    assert answer.json["poll_s"] == Settings().cloud.guest_poll_s
    assert kept(place, machine).said["mounts"][0]["error"] == "mount.nfs4: access denied"


def test_who_leaves_the_team_loses_the_mounts_with_the_next_report(place, machine):
    with place.sessions.write() as session:
        for member in session.scalars(select(ExperimentMember)):
            session.delete(member)
    assert report(place).json["mounts"] == []


def test_a_desktop_that_comes_up_is_looked_at_at_once(place, machine):
    report(place)
    with place.sessions.read() as session:
        assert session.get_one(InstanceStatus, machine).next_look_at == place.clock.now()


@pytest.mark.parametrize("token", [None, "Bearer ", "Bearer wrong", f"Basic {SECRET}", SECRET, f"Bearer {SECRET}x"])
def test_without_the_token_of_a_machine_nothing_is_taken(place, machine, token):
    answer = report(place, token=token)
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")
    assert kept(place, machine) is None


def test_a_person_is_no_machine(place, machine):
    assert place.browser(ADA).post("/api/guest/v1/report", REPORT).status_code == 401


def test_a_machine_is_no_person(place, machine):
    headers = {"Authorization": f"Bearer {SECRET}"}
    assert place.stranger().get(f"/api/v1/instances/{machine}", headers=headers).status_code == 401


def test_a_token_dies_with_its_instance(place, machine):
    with place.sessions.write() as session:
        guest_tokens.revoke(session, machine)
    assert report(place).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"desktop": None},
        {"desktop": {}},
        {"boot_id": ""},
        {"boot_id": "x" * 65},
        {"load1": "much"},
        {"load1": -1},
        {"cpus": 0},
        {"users": [{}] * 201},
        {"mounts": [{"target": "/x", "state": "whatever"}]},
        {"disks": [{"path": "/", "size_bytes": 2**70, "used_bytes": 0}]},
    ],
)
def test_a_report_that_makes_no_sense_is_refused_by_its_field(place, machine, change):
    answer = report(place, said=REPORT | change)
    assert answer.status_code == 422
    assert answer.json["detail"].startswith(next(iter(change)))
    assert kept(place, machine) is None


def test_who_logs_in_a_thousand_times_does_not_keep_their_machine_from_its_orders(place, machine):
    crowd = [{"login": "ada", "line": f"pts/{number}", "since": None} for number in range(1000)]
    answer = report(place, said=REPORT | {"users": crowd})
    assert answer.status_code == 200
    assert answer.json["mounts"]
    assert 0 < len(kept(place, machine).said["users"]) < 1000


def use_of(place, machine):
    now = place.clock.now()
    with place.sessions.write() as session:
        session.get_one(InstanceStatus, machine).phase = Phase.RUNNING
        idle = idleness.idleness(session, Policy(), [machine], now)[machine]
    return {sign.signal: (sign.state, sign.value) for sign in idle.signals}


def test_load_and_logins_tell_of_use(place, machine):
    report(place, said=REPORT | {"load1": 9, "logins": 1})
    assert use_of(place, machine)[Signal.LOAD] == (State.ACTIVE, 2), "there are no more processors to be busy"
    assert use_of(place, machine)[Signal.LOGINS] == (State.ACTIVE, 1)


@pytest.mark.parametrize("older", [{}, {"logins": None}])
def test_a_service_that_does_not_count_logins_leaves_them_unknown(place, machine, older):
    report(place, said=REPORT | {"users": [], "load1": 0.1} | older)
    assert use_of(place, machine)[Signal.LOAD] == (State.QUIET, 0.1)
    assert use_of(place, machine)[Signal.LOGINS] == (State.UNKNOWN, None)


def test_what_a_newer_image_says_beside_is_dropped(place, machine):
    newer = REPORT | {"gpu": 1, "desktop": {"up": True, "detail": "", "protocol": "rdp"}}
    assert report(place, said=newer).status_code == 200
    assert "gpu" not in kept(place, machine).said
