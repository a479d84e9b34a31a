"""Shapes of workspaces and of what is wanted with one in the recycle bin."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from api.schemas.common import (
    CURSOR_LENGTH,
    DEFAULT_LIMIT,
    MAX_LIMIT,
    ActionSchema,
    NamedSchema,
    page_of,
    show_action,
)
from api.schemas.fields import Key, Text, at, many, number, one, text, word
from api.schemas.instances import NAME_LENGTH, KeyboardField, experiment_ids
from visa.domain.reclaim import Why
from visa.services.instances import BY_OWNER
from visa.services.restore import Changes, LastUse
from visa.services.workspaces import WorkspaceState, WorkspaceView


class Which(StrEnum):
    """Which workspaces a list shows."""

    BIN = "bin"
    ALL = "all"


class ExperimentOfWorkspaceSchema(Schema):
    id = text()
    title = text()


class LastUseSchema(Schema):
    """The newest instance that used it: what Restore starts again.

    `retired` says which of image and flavour are not to be had any more: Restore needs another one then.
    """

    image = one(NamedSchema)
    flavour = one(NamedSchema)
    retired = fields.List(word("image", "flavour"), required=True)
    experiments = many(ExperimentOfWorkspaceSchema)


class WorkspaceActionsSchema(Schema):
    restore = one(ActionSchema)
    delete = one(ActionSchema)


class WorkspaceSchema(Schema):
    """A person's /home, which outlives every instance.

    `binned_why` is "owner" for the owner's own deleting, else what took back the instance. In the recycle bin it is
    safe until `kept_until`, in the archive until `archived_until`.
    """

    id = text()
    name = text()
    size_gib = number()
    used_bytes = number(nullable=True)
    state = word(*WorkspaceState)
    instance = one(NamedSchema, nullable=True)
    binned_at = at(nullable=True)
    binned_why = word(BY_OWNER, *Why, nullable=True)
    kept_until = at(nullable=True)
    archived_until = at(nullable=True)
    last = one(LastUseSchema, nullable=True)
    actions = one(WorkspaceActionsSchema)


WorkspacePageSchema = page_of(WorkspaceSchema, "WorkspacePage")


@dataclass(frozen=True)
class WorkspaceQuery:
    state: Which
    cursor: str | None
    limit: int


class WorkspaceQuerySchema(Schema):
    """`state`: only the recycle bin, or all."""

    state = fields.Enum(Which, by_value=True, load_default=Which.ALL)
    cursor = Key(max_length=CURSOR_LENGTH, load_default=None)
    limit = fields.Integer(load_default=DEFAULT_LIMIT, validate=validate.Range(1, MAX_LIMIT))

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> WorkspaceQuery:
        return WorkspaceQuery(**values)


class RestoreSchema(Schema):
    """What the new instance should have; whatever is left out is as it was last."""

    name = Text(max_length=NAME_LENGTH, load_default=None)
    image_id = Key(load_default=None)
    flavour_id = Key(load_default=None)
    experiment_ids = experiment_ids(load_default=None)
    keyboard = KeyboardField(load_default=None)

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> Changes:
        ids = values["experiment_ids"]
        return Changes(**values | {"experiment_ids": None if ids is None else tuple(ids)})


class DeleteForEverSchema(Schema):
    """The workspace's name, typed as confirmation."""

    confirm_name = Text(max_length=NAME_LENGTH, required=True)

    @post_load
    def make(self, values: dict[str, Any], **_: Any) -> str:
        return str(values["confirm_name"])


def show_workspace(view: WorkspaceView, last: LastUse | None) -> dict[str, object]:
    row = view.workspace
    return {
        "id": row.id,
        "name": row.name,
        "size_gib": row.size_gib,
        "used_bytes": view.status.used_bytes,
        "state": view.state,
        "instance": {"id": view.holder.id, "name": view.holder.name} if view.holder else None,
        "binned_at": row.binned_at,
        "binned_why": row.binned_why,
        "kept_until": row.kept_until,
        "archived_until": row.archived_until,
        "last": _show_last(last) if last else None,
        "actions": {"restore": show_action(view.restore), "delete": show_action(view.delete)},
    }


def _show_last(last: LastUse) -> dict[str, object]:
    return {
        "image": {"id": last.image.id, "name": last.image.name},
        "flavour": {"id": last.flavour.id, "name": last.flavour.name},
        "retired": list(last.retired),
        "experiments": [{"id": one.id, "title": one.title} for one in last.experiments],
    }
