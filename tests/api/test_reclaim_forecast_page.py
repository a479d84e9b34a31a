"""The dry run over HTTP: for admins only, paged, with the reasons."""

from api.schemas.fields import moment
from tests.api.place import Place
from tests.api.test_extension_requests import given
from visa.services.reclaim.look import Looking, look
from visa.store.tables import Instance
from visa.testing.builders import ADA, BOB

PATH = "/api/v1/admin/reclaim/forecast"


def test_admins_see_what_comes_and_why(place: Place):
    with place.sessions.write() as session:
        made = [place.seeded.create(session, ADA, place.clock.now(), name=name).id for name in ("One", "Two")]
    look(Looking(place.sessions, place.clock, place.seeded.new_id, {}))
    admin = given(place, BOB, "admin")
    assert (admin.get(f"{PATH}?days=10").json or {})["items"] == []
    first = admin.get(f"{PATH}?days=15&limit=1").json or {}
    rest = admin.get(f"{PATH}?days=15&limit=1&cursor={first['next']}").json or {}
    assert [first["items"][0]["subject_id"], rest["items"][0]["subject_id"]] == sorted(made)
    (shown,) = first["items"]
    with place.sessions.read() as session:
        ends_at = moment(session.get_one(Instance, shown["subject_id"]).expires_at)
    assert (shown["ends_at"], shown["why"], shown["off"]) == (ends_at, "lifetime", None)
    assert shown["owner"] == {"id": ADA, "name": "Ada"}
    assert [(one["lead_s"], one["delivered"]) for one in shown["warnings"]] == [(259200, False), (86400, False)]
    assert rest["next"] is None


def test_nobody_else_learns_that_it_is_there(place: Place):
    assert place.browser(ADA).get(PATH).status_code == 404


def test_days_have_bounds(place: Place):
    admin = given(place, BOB, "admin")
    assert (admin.get(f"{PATH}?days=-1").status_code, admin.get(f"{PATH}?days=nan").status_code) == (422, 422)
