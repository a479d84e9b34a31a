"""The next step for one instance or workspace: a closed union. A step leaves no decision to whoever executes it.

Acts carry everything that the cloud call needs. `Rest` and `Finish` call nothing: they only say what to record.
"""

from dataclasses import dataclass
from datetime import datetime

from visa.domain.resources import Mark, Mount, ServerSpec, VolumeSpec


@dataclass(frozen=True)
class Rest:
    """Record this phase, and look again at `look_at` (None: when somebody wants something else or the cloud changes).

    `attempts` and `missing_since` replace what was recorded; `code` and `message` explain a wait or a failure;
    `forget` drops the cloud reference, because the resource was verified to be gone.
    """

    phase: str
    look_at: datetime | None = None
    code: str | None = None
    message: str | None = None
    attempts: int = 0
    missing_since: datetime | None = None
    forget: bool = False
    keep_doing: bool = False


@dataclass(frozen=True)
class Finish:
    """Nothing is left in the cloud and nothing is wanted: the row is closed for ever."""


@dataclass(frozen=True)
class CreateServer:
    """`nonce`: the wish for a reboot that a fresh machine fulfils as well; so in the other acts."""

    spec: ServerSpec
    nonce: int
    attempts: int


@dataclass(frozen=True)
class StartServer:
    ref: str
    mounts: tuple[Mount, ...]
    nonce: int
    attempts: int


@dataclass(frozen=True)
class StopServer:
    ref: str
    attempts: int


@dataclass(frozen=True)
class RebootServer:
    ref: str
    mounts: tuple[Mount, ...]
    nonce: int
    attempts: int


@dataclass(frozen=True)
class SetMounts:
    """Make a running machine show these mounts and no others. That it cannot is told, and never makes it fail."""

    ref: str
    mounts: tuple[Mount, ...]
    attempts: int


@dataclass(frozen=True)
class DetachVolume:
    """Take the workspace from a machine before that is deleted."""

    ref: str
    volume_ref: str
    attempts: int


@dataclass(frozen=True)
class DeleteServer:
    """`again` is true when a broken machine makes room for a new try. `evidence`: what was seen safe, in a sentence."""

    ref: str
    attempts: int
    again: bool
    evidence: str = ""


@dataclass(frozen=True)
class CreateVolume:
    spec: VolumeSpec
    attempts: int


@dataclass(frozen=True)
class CreateVolumeFrom:
    """Fill a new volume from the archive."""

    backup_ref: str
    spec: VolumeSpec
    attempts: int


@dataclass(frozen=True)
class DeleteVolume:
    """`evidence`: why nothing is lost by it, in a sentence; "" where its owner wanted it."""

    ref: str
    attempts: int
    evidence: str = ""


@dataclass(frozen=True)
class SnapshotVolume:
    volume_ref: str
    mark: Mark
    attempts: int


@dataclass(frozen=True)
class DeleteSnapshot:
    ref: str
    attempts: int


@dataclass(frozen=True)
class CreateBackup:
    volume_ref: str
    mark: Mark
    attempts: int


@dataclass(frozen=True)
class DeleteBackup:
    ref: str
    attempts: int


ServerAct = CreateServer | StartServer | StopServer | RebootServer | SetMounts | DetachVolume | DeleteServer
VolumeAct = CreateVolume | CreateVolumeFrom | DeleteVolume
CopyAct = SnapshotVolume | DeleteSnapshot | CreateBackup | DeleteBackup
Act = ServerAct | VolumeAct | CopyAct
Step = Rest | Finish | Act
