"""What the service inside a machine says and hears. Images live long: what a newer one says beside this is dropped."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load, pre_load, validate

from api.schemas.fields import Key, many, number, text, texts, word
from visa.services.guests import Report

MAX_WORDS = 500
MAX_LISTED = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
_count = validate.Range(min=0, max=2**62)


class Words(fields.String):
    """What a program printed: kept as one line of bounded length, without control characters."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        said: str = super()._deserialize(value, attr, data, **options)
        return _CONTROL.sub(" ", said).strip()[:MAX_WORDS]


class Told(Schema):
    class Meta:
        unknown = EXCLUDE


class MemorySchema(Told):
    total_mib = fields.Integer(required=True, validate=_count)
    available_mib = fields.Integer(required=True, validate=_count)


class UserSchema(Told):
    """Somebody who is logged in."""

    login = Words(required=True)
    line = Words(load_default="")
    since = fields.Integer(load_default=None, allow_none=True, validate=_count)


class DesktopSchema(Told):
    up = fields.Boolean(required=True)
    detail = Words(load_default="")


class DiskSchema(Told):
    path = Words(required=True)
    size_bytes = fields.Integer(required=True, validate=_count)
    used_bytes = fields.Integer(required=True, validate=_count)


class WorkspaceStateSchema(Told):
    state = fields.String(required=True, validate=validate.OneOf(["mounted", "formatting", "failed", "missing"]))
    error = Words(load_default="")


class MountStateSchema(Told):
    target = Words(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["mounted", "failed", "busy"]))
    error = Words(load_default="")


def _cut(value: Any) -> Any:
    return value[:MAX_LISTED] if isinstance(value, list) else value


class GuestReportSchema(Told):
    """How a machine is: load, memory, people, desktop, disks, workspace and data folders."""

    version = Key(max_length=40, required=True)
    boot_id = Key(max_length=64, required=True)
    uptime_s = fields.Float(required=True, validate=validate.Range(min=0))
    load1 = fields.Float(required=True, validate=validate.Range(min=0))
    cpus = fields.Integer(required=True, validate=validate.Range(min=1, max=100_000))
    memory = fields.Nested(MemorySchema, required=True)
    users = fields.List(fields.Nested(UserSchema), required=True)
    logins = fields.Integer(load_default=None, allow_none=True, validate=_count)
    desktop = fields.Nested(DesktopSchema, required=True)
    disks = fields.List(fields.Nested(DiskSchema), required=True)
    workspace = fields.Nested(WorkspaceStateSchema, required=True)
    mounts = fields.List(fields.Nested(MountStateSchema), required=True)

    @pre_load
    def known(self, said: Any, **_: Any) -> Any:
        """Unknown fields and what is too much are dropped before the parser looks.

        A refused report would leave its machine without orders, with all data mounted that it has: somebody who logs
        in a thousand times must not reach that.
        """
        return {name: _cut(said[name]) for name in self.fields.keys() & said.keys()} if isinstance(said, dict) else said

    @post_load
    def make(self, said: dict[str, Any], **_: Any) -> Report:
        busy = min(said["load1"], said["cpus"])  # the rest of the load waits for a processor or a disk
        return Report(said["boot_id"], said["desktop"]["up"], said, busy=busy, logins=said["logins"])


class GuestMountSchema(Schema):
    """One mount that should be there. `kind` is the type that mount(8) knows; `mode` is "ro" or "rw"."""

    kind = text()
    device = text()
    target = text()
    mode = word("ro", "rw")
    options = texts()


class GuestOrdersSchema(Schema):
    """What should be mounted now, and when to report again."""

    mounts = many(GuestMountSchema)
    poll_s = number()
