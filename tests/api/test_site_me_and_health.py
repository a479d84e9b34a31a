"""What the pages ask first: the place, the person, and whether everything is up."""

from datetime import timedelta

from sqlalchemy import update

from tests.api.place import Place
from visa.domain.instance import Phase
from visa.store.tables import InstanceStatus, JobReport, RoleGrant
from visa.testing.builders import ADA, GUEST, TEAM

NEW = {"name": "New", "image_id": "xfce", "flavour_id": "small", "experiment_ids": [TEAM], "keyboard": "us"}


def report(place: Place, job: str, *, ago_s: float = 0, **said: object) -> None:
    at = place.clock.now() - timedelta(seconds=ago_s)
    with place.sessions.write() as session:
        session.add(JobReport(job=job, holder="h", started_at=at, finished_at=at, ok=True, report=dict(said)))


def test_strangers_learn_the_name_of_the_place_and_no_more(place: Place):
    site = place.stranger().get("/api/v1/site").json
    assert site is not None
    assert site["name"] == "VISA"
    assert site["development"] is True
    assert site.keys() == {"name", "federation_name", "notices", "development", "version"}


def test_a_person_sees_how_much_they_have_and_may_have(place: Place):
    ada = place.browser(ADA)
    made = ada.post("/api/v1/instances", NEW).json
    assert made is not None
    me = ada.get("/api/v1/me").json
    assert me == {
        "id": ADA,
        "name": "Ada",
        "email": "ada@example.org",
        "login": "ada",
        "roles": [],
        "guest": False,
        "instances": {"used": 1, "limit": 2},
        "quota": [{"of": "instances", "used": 1, "limit": 2}],
        "bin_count": 0,
    }
    ada.send("DELETE", f"/api/v1/instances/{made['id']}")
    after = ada.get("/api/v1/me").json
    assert after is not None
    assert (after["bin_count"], after["instances"]["used"]) == (1, 1)


def test_a_guest_has_no_login_until_the_first_instance(place: Place):
    guest = place.browser(GUEST)
    me = guest.get("/api/v1/me").json
    assert me is not None
    assert (me["login"], me["guest"], me["instances"]["limit"]) == (None, True, 1)
    guest.post("/api/v1/instances", NEW | {"experiment_ids": ["exp-open"]})
    after = guest.get("/api/v1/me").json
    assert after is not None
    assert after["login"] == "guest200000"


def test_a_role_that_ended_counts_for_nothing(place: Place):
    now = place.clock.now()
    with place.sessions.write() as session:
        given = {"person_id": ADA, "source": "admin", "granted_by": "x", "granted_at": now}
        session.add(RoleGrant(id="g", role="staff", ends_at=now + timedelta(hours=1), **given))
    ada = place.browser(ADA)
    during, _ = ada.get("/api/v1/me").json, place.clock.advance(3601)
    after = ada.get("/api/v1/me").json
    assert during is not None
    assert after is not None
    assert (during["roles"], during["instances"]["limit"]) == (["staff"], 5)
    assert (after["roles"], after["instances"]["limit"]) == ([], 2)


def test_flavours_say_what_the_cloud_enforces_and_whether_there_is_room(place: Place):
    ada = place.browser(ADA)

    def flavour() -> dict[str, object]:
        answer = ada.get("/api/v1/flavours").json
        assert answer is not None
        shown: dict[str, object] = answer["items"][0]
        return shown

    assert flavour()["limits"] == {
        "memory_enforced": False,
        "cpu_enforced": False,
        "note": "What the cloud enforces is not known yet.",
    }
    report(place, "cloud", memory=True, cpu=False, note="No CPU controller.")
    assert flavour()["limits"] == {"memory_enforced": True, "cpu_enforced": False, "note": "No CPU controller."}
    for _ in range(2):
        ada.post("/api/v1/instances", NEW)
    assert flavour()["available"] == {
        "now": False,
        "when": "own_limit",
        "reason": "You have all 2 desktops that you may have at once. Delete “New” to make room.",
        "place": None,
        "of": None,
    }


def test_ready_means_that_a_scheduler_has_reported_lately(place: Place):
    browser = place.stranger()
    silent = browser.get("/readyz")
    assert silent.status_code == 503
    report(place, "reconcile", ago_s=30)
    ready = browser.get("/readyz")
    assert (ready.status_code, ready.json and ready.json["ok"]) == (200, True)
    place.clock.advance(31)
    assert browser.get("/readyz").status_code == 503
    assert browser.get("/healthz").status_code == 200


def test_a_ticket_names_the_broker_and_carries_its_secret_as_a_subprotocol_only(place: Place):
    ada = place.browser(ADA)
    made = ada.post("/api/v1/instances", NEW).json
    assert made is not None
    with place.sessions.write() as session:
        session.execute(update(InstanceStatus).values(phase=Phase.RUNNING, address="unix:/run/x"))
    answer = ada.post(f"/api/v1/instances/{made['id']}/tickets", {"right": "control"})
    assert answer.status_code == 201
    ticket = answer.json
    assert ticket is not None
    assert ticket["url"] == "wss://desktop.example.org/desktop"
    assert ticket["protocols"][0] == "binary"
    assert ticket["protocols"][1].startswith("ticket.")
    assert ticket["expires_at"] == "2030-01-07T09:00:30.000Z"
    assert answer.headers["Cache-Control"] == "no-store"
    assert ada.post(f"/api/v1/instances/{made['id']}/tickets", {"right": "own"}).status_code == 422


def test_times_end_in_z_and_say_milliseconds(place: Place):
    made = place.browser(ADA).post("/api/v1/instances", NEW).json
    assert made is not None
    assert made["created_at"] == "2030-01-07T09:00:00.000Z"


def test_a_name_is_kept_in_its_composed_form(place: Place):
    made = place.browser(ADA).post("/api/v1/instances", NEW | {"name": "  Mu\u0308nchen 👩‍🔬 "}).json
    assert made is not None
    assert made["name"] == "M\u00fcnchen 👩‍🔬"
