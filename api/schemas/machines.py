"""Shapes of what a machine reports of itself."""

from marshmallow import Schema, fields

from api.schemas.fields import at, claim, many, number, one, text, texts, word
from visa.services.machines import Machine, Place


class MachineMemorySchema(Schema):
    total_mib = number()
    available_mib = number()


class MachineDiskSchema(Schema):
    """A disk by where it is mounted; the workspace's is /home."""

    path = text()
    size_bytes = number()
    used_bytes = number()


class MachineWorkspaceSchema(Schema):
    state = word("mounted", "formatting", "failed", "missing")
    error = text()


class MachineMountSchema(Schema):
    """A data folder. "busy": it was taken away, and programs still have files of it open."""

    target = text()
    state = word("mounted", "failed", "busy")
    error = text()


class MachineSchema(Schema):
    """What the service inside a machine last said. `stale`: it should have said something again since `seen_at`."""

    seen_at = at()
    stale = claim()
    load1 = fields.Float(required=True)
    cpus = number()
    memory = one(MachineMemorySchema)
    logged_in = texts()
    disks = many(MachineDiskSchema)
    workspace = one(MachineWorkspaceSchema)
    mounts = many(MachineMountSchema)


def show_machine(machine: Machine) -> dict[str, object]:
    return {
        "seen_at": machine.seen_at,
        "stale": machine.stale,
        "load1": machine.load1,
        "cpus": machine.cpus,
        "memory": {"total_mib": machine.memory_total_mib, "available_mib": machine.memory_available_mib},
        "logged_in": list(machine.logged_in),
        "disks": [
            {"path": disk.path, "size_bytes": disk.size_bytes, "used_bytes": disk.used_bytes} for disk in machine.disks
        ],
        "workspace": _state(machine.workspace),
        "mounts": [{"target": mount.target} | _state(mount) for mount in machine.mounts],
    }


def _state(place: Place) -> dict[str, str]:
    return {"state": place.state, "error": place.error}
