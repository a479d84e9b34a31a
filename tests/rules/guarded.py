"""How each operation is called by whom it is for, and what others get: see test_every_operation_is_guarded.py."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.api.place import Browser, Place
from visa.domain.access import Role
from visa.domain.instance import Phase, Wanted
from visa.domain.letters import Facts, LetterKind
from visa.services.reclaim import notices
from visa.services.wake import Subject
from visa.store.tables import ExtensionRequest, Hold, Instance, InstanceStatus, RoleGrant
from visa.testing.builders import ADA, BOB, GUEST, TEAM

TEAMS_ENTRY = "for-the-team"  # an image and a flavour for those of Ada's instrument
REQUEST, HOLD, NOTICE = "ada-asked", "ada-holds", "ada-waits"
JPEG = b"\xff\xd8\xff\xe0 a small picture \xff\xd9"


@dataclass(frozen=True)
class House:
    """Ada's things: a running instance with a picture, and a workspace in the recycle bin."""

    place: Place
    instance_id: str
    binned_instance_id: str
    workspace_id: str

    @property
    def hers(self) -> tuple[str, ...]:
        return (self.instance_id, self.binned_instance_id, self.workspace_id, TEAMS_ENTRY, REQUEST, HOLD, NOTICE)


@dataclass(frozen=True)
class Case:
    """`call` is right for Ada; `other` gets `status` for it. 200 means: an answer in which nothing of Ada's appears."""

    call: Callable[[Browser, House], TestResponse]
    status: int = 404
    other: str = BOB
    before: Callable[[House], object] = lambda _: None


def on_instance(method: str, rest: str = "", **more: Any) -> Callable[[Browser, House], TestResponse]:
    return lambda browser, house: browser.send(method, f"/api/v1/instances/{house.instance_id}{rest}", **more)


def on_workspace(method: str, rest: str = "", **more: Any) -> Callable[[Browser, House], TestResponse]:
    return lambda browser, house: browser.send(method, f"/api/v1/workspaces/{house.workspace_id}{rest}", **more)


def at(path: str) -> Callable[[Browser, House], TestResponse]:
    return lambda browser, _: browser.get(path)


def wish(**more: Any) -> dict[str, Any]:
    said = {"name": "New", "image_id": "xfce", "flavour_id": "small", "experiment_ids": [TEAM], "keyboard": "us"}
    return said | more


def new_entry(**more: Any) -> dict[str, Any]:
    return {"id": "new", "name": "New", "cloud_name": "new"} | more


def as_admin(house: House) -> None:
    with house.place.sessions.write() as session:
        session.add(
            RoleGrant(
                id="ada-admin",
                person_id=ADA,
                role=Role.ADMIN,
                source="admin",
                granted_by="test",
                granted_at=house.place.clock.now(),
            )
        )


def admin(method: str, path: str, **more: Any) -> Case:
    """Only an admin may; Bob is told that there is nothing."""
    return Case(lambda browser, _: browser.send(method, f"/api/v1/admin/{path}", **more), before=as_admin)


def edited(**changes: Any) -> dict[str, Any]:
    return {"json": changes, "headers": {"If-Match": "*"}}


ASKED = {"reason": "The second beamtime is later", "until": "2030-04-01T00:00:00Z"}


def old(house: House) -> None:
    """Ada's running instance has its longest life."""
    now = house.place.clock.now()
    with house.place.sessions.write() as session:
        session.execute(
            update(Instance).values(created_at=now - timedelta(days=50), expires_at=now + timedelta(days=10))
        )


def asked(house: House) -> None:
    """Ada has asked for more time for it, and is an admin."""
    old(house)
    as_admin(house)
    with house.place.sessions.write() as session:
        session.add(
            ExtensionRequest(
                id=REQUEST,
                instance_id=house.instance_id,
                person_id=ADA,
                reason="The second beamtime is later",
                until=house.place.clock.now() + timedelta(days=40),
                made_at=house.place.clock.now(),
            )
        )


def on_request(what: str, **words: Any) -> Case:
    """Only support and admins may; Bob is told that there is nothing."""
    path = f"/api/v1/support/extension-requests/{REQUEST}/{what}"
    return Case(lambda browser, _: browser.post(path, words), before=asked)


def held(house: House) -> None:
    as_admin(house)
    with house.place.sessions.write() as session:
        now = house.place.clock.now()
        subject = {"subject": "instance", "subject_id": house.instance_id}
        session.add(Hold(id=HOLD, **subject, reason="A thesis", placed_by="Ada", placed_at=now))


def hold(browser: Browser, house: House) -> TestResponse:
    said = {"subject": "workspace", "subject_id": house.workspace_id, "reason": "A thesis"}
    return browser.post("/api/v1/admin/holds", said)


def stopped(house: House) -> None:
    with house.place.sessions.write() as session:
        session.execute(update(Instance).values(wanted=Wanted.STOPPED).where(Instance.id == house.instance_id))
        status = InstanceStatus.instance_id == house.instance_id
        session.execute(update(InstanceStatus).values(phase=Phase.STOPPED).where(status))


def told(house: House) -> None:
    with house.place.sessions.write() as session:
        now = house.place.clock.now()
        notices.ask(
            session,
            new_id=lambda: NOTICE,
            person_id=ADA,
            subject=Subject.INSTANCE,
            subject_id=house.instance_id,
            kind=LetterKind.LIFETIME_WARNING,
            cycle=now,
            lead=timedelta(days=1),
            facts=Facts(deadline=now),
            now=now,
        )


def untold(house: House) -> None:
    as_admin(house)
    told(house)


CASES = {
    "getMe": Case(at("/api/v1/me"), 200),
    "listExperiments": Case(at("/api/v1/experiments?scope=mine"), 200, GUEST),
    "getExperiment": Case(at(f"/api/v1/experiments/{TEAM}"), 404, GUEST),
    "createInstance": Case(lambda browser, _: browser.post("/api/v1/instances", wish()), 422, GUEST),
    "listInstances": Case(at("/api/v1/instances"), 200),
    "getInstance": Case(on_instance("GET")),
    "renameInstance": Case(on_instance("PATCH", json={"name": "Mine now"}, headers={"If-Match": "*"})),
    "deleteInstance": Case(on_instance("DELETE")),
    "startInstance": Case(on_instance("POST", "/start"), before=stopped),
    "stopInstance": Case(on_instance("POST", "/stop")),
    "rebootInstance": Case(on_instance("POST", "/reboot")),
    "extendInstance": Case(on_instance("POST", "/extend"), before=lambda house: house.place.clock.advance(days=2)),
    "createTicket": Case(on_instance("POST", "/tickets", json={"right": "view"})),
    "getThumbnail": Case(on_instance("GET", "/thumbnail")),
    "putThumbnail": Case(on_instance("PUT", "/thumbnail", data=JPEG, content_type="image/jpeg")),
    "listInstanceEvents": Case(on_instance("GET", "/events")),
    "createExtensionRequest": Case(on_instance("POST", "/extension-requests", json=ASKED), before=old),
    "listExtensionRequests": Case(on_instance("GET", "/extension-requests")),
    "withdrawExtensionRequest": Case(on_instance("DELETE", f"/extension-requests/{REQUEST}"), before=asked),
    "listRequestsToAnswer": Case(at("/api/v1/support/extension-requests"), before=asked),
    "grantExtensionRequest": on_request("grant", until="2030-04-01T00:00:00Z"),
    "refuseExtensionRequest": on_request("refuse", words="No."),
    "listWorkspaces": Case(at("/api/v1/workspaces"), 200),
    "restoreWorkspace": Case(on_workspace("POST", "/restore", json={})),
    "deleteWorkspace": Case(on_workspace("DELETE", json={"confirm_name": "Old"})),
    "listEvents": Case(at("/api/v1/events"), 200),
    "foreseeInstance": Case(on_instance("GET", "/outlook")),
    "foreseeWorkspace": Case(on_workspace("GET", "/outlook")),
    "listNotices": Case(at("/api/v1/notices"), 200, before=told),
    "listPendingNotices": Case(at("/api/v1/admin/notices/pending"), before=untold),
    "tellInPerson": Case(
        lambda browser, _: browser.post(f"/api/v1/admin/notices/{NOTICE}/told", {"how": "by phone"}), before=untold
    ),
    "listImages": Case(at("/api/v1/images"), 200, GUEST),
    "listFlavours": Case(at("/api/v1/flavours"), 200, GUEST),
    "listAdminImages": admin("GET", "images"),
    "createImage": admin("POST", "images", json=new_entry()),
    "getImage": admin("GET", "images/xfce"),
    "editImage": admin("PATCH", "images/xfce", **edited(name="Other")),
    "retireImage": admin("POST", "images/xfce/retire"),
    "bringBackImage": admin("POST", "images/xfce/bring-back"),
    "listAdminFlavours": admin("GET", "flavours"),
    "createFlavour": admin("POST", "flavours", json=new_entry(vcpus=1, memory_mib=512)),
    "getFlavour": admin("GET", "flavours/small"),
    "editFlavour": admin("PATCH", "flavours/small", **edited(name="Other")),
    "retireFlavour": admin("POST", "flavours/small/retire"),
    "bringBackFlavour": admin("POST", "flavours/small/bring-back"),
    "listCloudOffers": admin("GET", "cloud-offers"),
    "listHolds": admin("GET", "holds"),
    "placeHold": Case(hold, before=as_admin),
    "releaseHold": Case(lambda browser, _: browser.send("DELETE", f"/api/v1/admin/holds/{HOLD}"), before=held),
    "foreseeReclaim": admin("GET", "reclaim/forecast"),
    "getReclaimSwitch": admin("GET", "reclaim/switch"),
    "throwReclaimSwitch": admin("PUT", "reclaim/switch", json={"stopped": True, "reason": "Storage moves"}),
}
