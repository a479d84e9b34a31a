"""What a cloud is asked to make and what it was seen to hold: the vocabulary of the cloud port and of `plan`.

A *mark* is written on every resource of ours and is how it is recognised, exactly and never by a name's prefix.
A *ref* is the cloud's own identifier for a resource, opaque to us.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

MAIN_CLOUD = "main"  # the name of a cloud that nobody gave one


@dataclass(frozen=True)
class Mark:
    """Whose a resource is: this deployment's, for the instance or workspace `id`.

    `kind` is "server", "volume", "snapshot" or "backup". The id of a copy is that of its workspace, a dot and a number.
    """

    deployment: str
    kind: str
    id: str


def workspace_of(copy: Mark) -> str:
    """The id of the workspace that a snapshot or backup is of."""
    return copy.id.rpartition(".")[0] or copy.id


def belongs_to(copy: Mark, volume: Mark) -> bool:
    """Whether a snapshot or backup is of the workspace that this volume is of."""
    return (copy.deployment, workspace_of(copy)) == (volume.deployment, volume.id)


class Power(StrEnum):
    """What a server was seen doing."""

    BUILDING = "building"
    ACTIVE = "active"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FROZEN = "frozen"  # paused or suspended: its memory holds what is not on its disks yet
    DELETING = "deleting"
    ERROR = "error"


class VolumeState(StrEnum):
    """What a volume, snapshot or backup was seen doing. A copy that is AVAILABLE is whole, and can be read."""

    CREATING = "creating"
    AVAILABLE = "available"
    IN_USE = "in_use"
    DELETING = "deleting"
    ERROR = "error"


class MountMode(StrEnum):
    READ_ONLY = "ro"
    READ_WRITE = "rw"


@dataclass(frozen=True)
class Mount:
    """A folder of the facility's storage (`source`) shown in the desktop at `target`."""

    source: str
    target: str
    mode: MountMode


@dataclass(frozen=True)
class Account:
    """The Unix account inside the desktop: the same as on the facility's storage, so that its permissions hold."""

    login: str
    uid: int
    gid: int
    gids: tuple[int, ...] = ()
    full_name: str = ""


@dataclass(frozen=True)
class VolumeSpec:
    mark: Mark
    size_gib: int
    owner: Account


@dataclass(frozen=True)
class ServerSpec:
    """Everything that a cloud needs to make one machine. `volume_ref` is mounted at /home/<login>.

    `image` and `flavour` are the cloud's names for them; `keyboard` is an XKB layout ("us", "de(nodeadkeys)").
    `desktop_password` is for desktops that are reached over a network, `guest_token` for the service inside the machine
    that reports to the api; a cloud that needs none ignores them. `workspace_id` is the workspace's own id.
    """

    mark: Mark
    name: str
    image: str
    vcpus: int
    memory_mib: int
    volume_ref: str
    account: Account
    mounts: tuple[Mount, ...]
    keyboard: str
    flavour: str = ""
    desktop_password: str = ""
    guest_token: str = field(default="", repr=False)
    workspace_id: str = ""


@dataclass(frozen=True)
class ServerSeen:
    """One server of ours as listed.

    `address` is where its desktop answers RFB ("unix:/path" or "tcp:host:port"), once known.
    `desktop_ready` is true once the desktop accepts connections, and None where the cloud cannot tell: then the report
    of the service inside the machine does. `volume_refs` lists what is attached. `mounts` is what is mounted now, None
    where the service inside sees to it. `fault` holds the cloud's words when `power` is ERROR. `load` is how many
    processors were busy lately, on average over about a minute, `logins` how many are logged in besides the desktop;
    None where the cloud does not know. They change all the time, and make no server another one.
    """

    mark: Mark
    ref: str
    power: Power
    address: str | None = None
    desktop_ready: bool | None = False
    volume_refs: tuple[str, ...] = ()
    fault: str = ""
    mounts: tuple[Mount, ...] | None = None
    load: float | None = field(default=None, compare=False)
    logins: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class VolumeSeen:
    mark: Mark
    ref: str
    state: VolumeState
    size_gib: int
    used_bytes: int | None = None
    attached_to: str | None = None
    fault: str = ""


@dataclass(frozen=True)
class SnapshotSeen:
    mark: Mark
    ref: str
    volume_ref: str
    state: VolumeState
    created_at: datetime | None = None


@dataclass(frozen=True)
class BackupSeen:
    """A copy that needs nothing of the volume it was made of, and outlives it.

    `size_gib` is the size of that volume, `volume_ref` its ref, which may not exist any more (None when not known).
    """

    mark: Mark
    ref: str
    state: VolumeState
    size_gib: int
    volume_ref: str | None
    created_at: datetime | None
    fault: str = ""


@dataclass(frozen=True)
class Survey:
    """All resources of ours in one cloud, from one LIST a kind. Complete, or the adapter raised instead."""

    servers: tuple[ServerSeen, ...]
    volumes: tuple[VolumeSeen, ...]
    snapshots: tuple[SnapshotSeen, ...]
    backups: tuple[BackupSeen, ...] = ()


@dataclass(frozen=True)
class PortSeen:
    """A network port that carries our mark. `server_ref` is None when it belongs to no machine."""

    ref: str
    server_ref: str | None


@dataclass(frozen=True)
class CloudImage:
    """A disk image that the cloud has. `ready`: machines can be made from it now."""

    ref: str
    name: str
    ready: bool
    size_bytes: int | None = None
    min_disk_gib: int = 0


@dataclass(frozen=True)
class CloudFlavour:
    ref: str
    name: str
    vcpus: int
    memory_mib: int
    disk_gib: int = 0


@dataclass(frozen=True)
class Offers:
    """What machines can be made from in this cloud. Complete, or the adapter raised instead."""

    images: tuple[CloudImage, ...]
    flavours: tuple[CloudFlavour, ...]


@dataclass(frozen=True)
class Share:
    """How much of something is used, of how much; a limit of None is none."""

    used: int
    limit: int | None = None


@dataclass(frozen=True)
class Usage:
    """What our project uses of what the cloud grants it."""

    instances: Share
    vcpus: Share
    memory_mib: Share
    volumes: Share
    volume_gib: Share


@dataclass(frozen=True)
class Enforcement:
    """Which of a flavour's limits this cloud really enforces, and in one sentence why not where it does not."""

    memory: bool
    cpu: bool
    note: str
