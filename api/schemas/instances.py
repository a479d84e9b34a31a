"""Shapes of instances, of the wish for one, and of tickets to their desktops."""

import re
from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from api.schemas.common import ActionSchema, MountsSchema, NamedSchema, page_of, show_action
from api.schemas.fields import Key, Text, at, claim, many, number, one, text, texts, word
from api.schemas.machines import MachineSchema, show_machine
from visa.domain.deferral import Off
from visa.domain.idle import says
from visa.domain.instance import Kept, Wanted
from visa.domain.lifecycle import Action
from visa.domain.reclaim import Why
from visa.services.create_instance import MAX_EXPERIMENTS, NewInstance
from visa.services.desktops import Right
from visa.services.instance_views import InstanceView
from visa.services.instances import BY_OWNER
from visa.services.machines import Machine

NAME_LENGTH = 100
KEYBOARD = re.compile(r"[a-z]{2,10}(\([A-Za-z0-9_-]{1,28}\))?\Z")


class ImageOfInstanceSchema(NamedSchema):
    icon = text()


class FlavourOfInstanceSchema(NamedSchema):
    vcpus = number()
    memory_mib = number()


class ExperimentOfInstanceSchema(Schema):
    id = text()
    title = text()
    mounts = one(MountsSchema)


class ReasonSchema(Schema):
    """Why it is so: a code for programs and a sentence for people."""

    code = text()
    message = text()


class WorkspaceOfInstanceSchema(NamedSchema):
    size_gib = number()
    used_bytes = number(nullable=True)


class ActionsSchema(Schema):
    """Each action with its verdict: a page draws its buttons from it."""

    connect = one(ActionSchema)
    start = one(ActionSchema)
    stop = one(ActionSchema)
    reboot = one(ActionSchema)
    extend = one(ActionSchema)
    rename = one(ActionSchema)
    delete = one(ActionSchema)


class ProgressStepSchema(Schema):
    step = word("queued", "workspace", "machine", "desktop")
    state = word("waiting", "active", "done", "failed")
    at = at(nullable=True)


class WaitingSchema(Schema):
    """Its place in the line of `of` that wait for the same cloud, and why it does not go on."""

    place = number()
    of = number()
    code = text()
    why = text()


class SignSchema(Schema):
    """What tells of use: `since` is when it last did, or was not known; `value` processors busy, or logins."""

    signal = word("input", "load", "logins")
    state = word("active", "quiet", "unknown")
    since = at(nullable=True)
    value = fields.Float(required=True, allow_none=True)


class IdleSchema(Schema):
    """Since when nobody uses it, and when it is reclaimed for that at the earliest: both null while it counts as used.

    What is unknown counts as use.
    """

    since = at(nullable=True)
    deadline = at(nullable=True)
    signals = many(SignSchema)
    says = text()


class EndsSchema(Schema):
    """When it is taken back and why, as things stand: `at` is null while it is held for ever; `off` holds it off."""

    at = at(nullable=True)
    why = word(Why.LIFETIME, Why.IDLE, Why.QUOTA)
    off = word(*Off, nullable=True)


class InstanceSchema(Schema):
    """One virtual machine: what is wanted of it, what it does, and what may be done with it."""

    id = text()
    name = text()
    owner = one(NamedSchema)
    mine = claim()
    image = one(ImageOfInstanceSchema)
    flavour = one(FlavourOfInstanceSchema)
    keyboard = text()
    experiments = many(ExperimentOfInstanceSchema)
    wanted = word("running", "stopped", "gone")
    phase = word(
        "waiting",
        "queued",
        "building",
        "starting",
        "running",
        "stopping",
        "stopped",
        "rebooting",
        "deleting",
        "gone",
        "failed",
    )
    reason = one(ReasonSchema, nullable=True)
    waiting = one(WaitingSchema, nullable=True)
    created_at = at()
    expires_at = at()
    ends = one(EndsSchema)
    ready_at = at(nullable=True)
    warning = word("none", "soon", "urgent")
    workspace = one(WorkspaceOfInstanceSchema)
    actions = one(ActionsSchema)
    progress = many(ProgressStepSchema)
    usual_s = fields.Float(required=True, allow_none=True)
    has_thumbnail = claim()
    thumbnail_at = at(nullable=True)
    last_input_at = at(nullable=True)
    idle = one(IdleSchema)
    revision = number()


class KeptSchema(Schema):
    """What a deleted instance left: its files, in the recycle bin or the archive until then, and why it went."""

    why = word(BY_OWNER, *Why)
    archived = claim()
    until = at()


class InstanceDetailSchema(InstanceSchema):
    """One virtual machine, with what it says of itself (null where its cloud has no service inside, or not yet).

    `kept`: of one that was deleted, null where its files are in use again or gone.
    """

    machine = one(MachineSchema, nullable=True)
    kept = one(KeptSchema, nullable=True)


InstancePageSchema = page_of(InstanceSchema, "InstancePage")


class KeyboardField(fields.String):
    """An XKB layout with an optional variant: us, de(nodeadkeys)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=validate.Regexp(KEYBOARD, error="Not a keyboard layout."), **options)


def experiment_ids(**options: Any) -> fields.List[Any]:
    return fields.List(Key(), validate=validate.Length(max=MAX_EXPERIMENTS), **options)


class NewInstanceSchema(Schema):
    """A wish for an instance. `workspace_id` takes an own workspace from the recycle bin, else a new one is made."""

    name = Text(max_length=NAME_LENGTH, required=True)
    image_id = Key(required=True)
    flavour_id = Key(required=True)
    experiment_ids = experiment_ids(required=True)
    keyboard = KeyboardField(required=True)
    workspace_id = Key(load_default=None)

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> NewInstance:
        return NewInstance(**values | {"experiment_ids": tuple(values["experiment_ids"])})


class RenameSchema(Schema):
    name = Text(max_length=NAME_LENGTH, required=True)

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> str:
        return str(values["name"])


class TicketWishSchema(Schema):
    """Whether to type in the desktop or only to look."""

    right = fields.Enum(Right, by_value=True, required=True)

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> Right:
        return Right(values["right"])


class TicketSchema(Schema):
    """Where the desktop is, and what to offer as WebSocket subprotocols: good for one use and for seconds."""

    url = text()
    protocols = texts()
    right = word("control", "view")
    expires_at = at()


def show_instance(view: InstanceView, *, person_id: str) -> dict[str, object]:
    row, status = view.instance, view.status
    reason = {"code": status.code, "message": status.message} if status.code and status.message else None
    return {
        "id": row.id,
        "name": row.name,
        "owner": {"id": view.owner.id, "name": view.owner.name},
        "mine": row.owner_id == person_id,
        "image": {"id": view.image.id, "name": view.image.name, "icon": view.image.icon},
        "flavour": {
            "id": view.flavour.id,
            "name": view.flavour.name,
            "vcpus": view.flavour.vcpus,
            "memory_mib": view.flavour.memory_mib,
        },
        "keyboard": row.keyboard,
        "experiments": [
            {"id": one.id, "title": one.title, "mounts": {"raw": rights.raw, "processed": rights.processed}}
            for one, rights in view.mounts
        ],
        "wanted": row.wanted,
        "phase": view.shown,
        "reason": reason,
        "waiting": None if view.waiting is None else asdict(view.waiting),
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "ends": asdict(view.ends),
        "ready_at": status.ready_at,
        "warning": view.warning,
        "workspace": {
            "id": view.workspace.id,
            "name": view.workspace.name,
            "size_gib": view.workspace.size_gib,
            "used_bytes": view.workspace_status.used_bytes,
        },
        "actions": {action.value: show_action(view.actions[action]) for action in Action},
        "progress": [{"step": one.step, "state": one.state, "at": one.at} for one in view.progress],
        "usual_s": view.usual_s,
        "has_thumbnail": view.thumbnail_at is not None,
        "thumbnail_at": view.thumbnail_at,
        "last_input_at": view.last_input_at,
        "idle": {
            "since": view.idle.unused_since,
            "deadline": view.idle.deadline(view.idle_d),
            "signals": [asdict(sign) for sign in view.idle.signals],
            "says": says(view.idle, view.idle_d),
        },
        "revision": row.revision,
    }


def show_detail(view: InstanceView, machine: Machine | None, *, person_id: str) -> dict[str, object]:
    told = None if machine is None else show_machine(machine)
    return show_instance(view, person_id=person_id) | {"machine": told, "kept": _kept(view)}


def _kept(view: InstanceView) -> dict[str, object] | None:
    workspace = view.workspace
    archived = workspace.wanted == Kept.ARCHIVED
    until = workspace.archived_until if archived else workspace.kept_until
    if view.instance.wanted != Wanted.GONE or workspace.wanted == Kept.GONE or workspace.binned_at is None or not until:
        return None
    return {"why": workspace.binned_why, "archived": archived, "until": until}
