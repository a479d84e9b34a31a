"""What Nova's and Cinder's states mean to us: tables with every state that they know.

A state that is in none of them is logged, and taken for a passing one: nothing of ours is started or deleted in it.
"""

import structlog

from visa.domain.resources import Power, VolumeState

log = structlog.get_logger(__name__)

POWERS = {
    "ACTIVE": Power.ACTIVE,
    "BUILD": Power.BUILDING,
    "DELETED": Power.DELETING,
    "ERROR": Power.ERROR,
    "HARD_REBOOT": Power.BUILDING,
    "MIGRATING": Power.ACTIVE,  # live: the desktop goes on
    "PASSWORD": Power.ACTIVE,
    "PAUSED": Power.FROZEN,  # `start` finds the right verb for each of those that do not run
    "REBOOT": Power.BUILDING,
    "REBUILD": Power.BUILDING,
    "RESCUE": Power.BUILDING,
    "RESIZE": Power.BUILDING,
    "REVERT_RESIZE": Power.BUILDING,
    "SHELVED": Power.STOPPED,
    "SHELVED_OFFLOADED": Power.STOPPED,
    "SHUTOFF": Power.STOPPED,
    "SOFT_DELETED": Power.DELETING,
    "SUSPENDED": Power.FROZEN,
    "UNKNOWN": Power.BUILDING,
    "VERIFY_RESIZE": Power.ACTIVE,
}
TASKS = {
    "deleting": Power.DELETING,
    "soft-deleting": Power.DELETING,
    "powering-off": Power.STOPPING,
    "pausing": Power.STOPPING,
    "suspending": Power.STOPPING,
    "shelving": Power.STOPPING,
    "shelving_offloading": Power.STOPPING,
    "shelving_image_pending_upload": Power.STOPPING,
    "shelving_image_uploading": Power.STOPPING,
    "powering-on": Power.BUILDING,
    "unpausing": Power.BUILDING,
    "resuming": Power.BUILDING,
    "unshelving": Power.BUILDING,
    "spawning": Power.BUILDING,
}
"""Tasks under way that say more than the status, which still names the state before them."""

VOLUMES = {
    "attaching": VolumeState.IN_USE,
    "available": VolumeState.AVAILABLE,
    "awaiting-transfer": VolumeState.IN_USE,
    "backing-up": VolumeState.IN_USE,
    "creating": VolumeState.CREATING,
    "deleting": VolumeState.DELETING,
    "detaching": VolumeState.IN_USE,
    "downloading": VolumeState.CREATING,
    "error": VolumeState.ERROR,
    "error_backing-up": VolumeState.ERROR,
    "error_deleting": VolumeState.ERROR,
    "error_extending": VolumeState.ERROR,
    "error_managing": VolumeState.ERROR,
    "error_restoring": VolumeState.ERROR,
    "extending": VolumeState.IN_USE,
    "in-use": VolumeState.IN_USE,
    "maintenance": VolumeState.IN_USE,
    "managing": VolumeState.CREATING,
    "reserved": VolumeState.IN_USE,
    "restoring-backup": VolumeState.CREATING,
    "retyping": VolumeState.IN_USE,
    "unmanaging": VolumeState.DELETING,
    "uploading": VolumeState.IN_USE,
}
SNAPSHOTS = {
    "available": VolumeState.AVAILABLE,
    "backing-up": VolumeState.IN_USE,
    "creating": VolumeState.CREATING,
    "deleted": VolumeState.DELETING,
    "deleting": VolumeState.DELETING,
    "error": VolumeState.ERROR,
    "error_deleting": VolumeState.ERROR,
    "restoring": VolumeState.IN_USE,
    "unmanaging": VolumeState.DELETING,
}
BACKUPS = {
    "available": VolumeState.AVAILABLE,
    "creating": VolumeState.CREATING,
    "deleted": VolumeState.DELETING,
    "deleting": VolumeState.DELETING,
    "error": VolumeState.ERROR,
    "error_deleting": VolumeState.ERROR,
    "restoring": VolumeState.AVAILABLE,  # a volume is being filled from it, and it stays what it is
}


def power(status: str, task: str | None) -> Power:
    """What a server does. Its status may name a passing state by itself; else the task under way decides."""
    known = POWERS.get(status)
    if known is None:
        log.warning("unknown state of a server", status=status, task=task)
        return Power.BUILDING
    return TASKS.get(task or "", known) if known is not Power.ERROR or task in {"deleting", "soft-deleting"} else known


def volume_state(status: str) -> VolumeState:
    return _state(VOLUMES, "volume", status)


def snapshot_state(status: str) -> VolumeState:
    return _state(SNAPSHOTS, "snapshot", status)


def backup_state(status: str) -> VolumeState:
    return _state(BACKUPS, "backup", status)


def _state(table: dict[str, VolumeState], what: str, status: str) -> VolumeState:
    known = table.get(status)
    if known is None:
        log.warning(f"unknown state of a {what}", status=status)
    return known or VolumeState.CREATING
