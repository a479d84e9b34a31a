"""The nouns of an instance: what people want (intent) and what is known to be so (facts)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Wanted(StrEnum):
    """What a person or a policy wants of an instance."""

    RUNNING = "running"
    STOPPED = "stopped"
    GONE = "gone"


class Kept(StrEnum):
    """What a person or a policy wants of a workspace. ARCHIVED: as a backup only, without its volume."""

    KEPT = "kept"
    ARCHIVED = "archived"
    GONE = "gone"


class Phase(StrEnum):
    """Facts about an instance, as the reconcile loop last recorded them."""

    NEW = "new"
    BUILDING = "building"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    DELETING = "deleting"
    GONE = "gone"
    FAILED = "failed"


class WorkspacePhase(StrEnum):
    """Facts about a workspace.

    RESTORING: its volume is filled from the archive, and since that began no machine was given it.
    """

    NEW = "new"
    BUILDING = "building"
    AVAILABLE = "available"
    ARCHIVING = "archiving"
    ARCHIVED = "archived"
    RESTORING = "restoring"
    DELETING = "deleting"
    GONE = "gone"
    FAILED = "failed"


class Doing(StrEnum):
    """An act on the cloud that was recorded before it was begun, and whose outcome is not recorded yet."""

    NOTHING = ""
    CREATE = "create"
    START = "start"
    STOP = "stop"
    REBOOT = "reboot"
    DETACH = "detach"
    MOUNT = "mount"
    DELETE = "delete"
    SNAPSHOT = "snapshot"
    BACKUP = "backup"
    RESTORE = "restore"
    DROP_COPY = "drop_copy"


@dataclass(frozen=True)
class Facts:
    """What the last pass recorded of one instance or workspace.

    `ref` is the cloud's identifier once a create call was answered or the resource was seen. `doing` with `doing_since`
    is the act that was ordered last and not yet seen done. `missing_since` is the first of an unbroken row of surveys
    without the resource. `attempts` counts failed tries since the last success or change of intent.
    """

    phase: str
    ref: str | None = None
    seen_revision: int = 0
    seen_nonce: int = 0
    doing: Doing = Doing.NOTHING
    doing_since: datetime | None = None
    missing_since: datetime | None = None
    attempts: int = 0
    code: str | None = None
    message: str | None = None
