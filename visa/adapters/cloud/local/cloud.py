"""The local cloud: desktops in sandboxes on this machine, for a single computer and for every trial and test.

Everything is a folder below `root`; any number of processes may use one root at the same time, and none has to live for
the desktops to go on. Keeps the obligations of `visa.ports.cloud.Cloud`.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from visa.adapters.cloud.local import needs, orders
from visa.adapters.cloud.local.boots import House
from visa.adapters.cloud.local.cgroups import Cgroups, Resource
from visa.adapters.cloud.local.chores import Chores, Sweeper
from visa.adapters.cloud.local.images import LocalImage
from visa.adapters.cloud.local.meter import WINDOW_S
from visa.adapters.cloud.local.records import Backup, Copy, ref_of
from visa.adapters.cloud.local.servers import Servers
from visa.adapters.cloud.local.sources import check_sources
from visa.adapters.cloud.local.store import Store
from visa.adapters.cloud.local.volumes import Volumes
from visa.domain.resources import (
    BackupSeen,
    CloudImage,
    Enforcement,
    Mark,
    Mount,
    Offers,
    PortSeen,
    ServerSeen,
    ServerSpec,
    SnapshotSeen,
    Survey,
    Usage,
    VolumeSeen,
    VolumeSpec,
)
from visa.errors import Busy, CloudError, Fault, Misconfigured, Refused
from visa.ports.clock import Clock
from visa.ports.cloud import Progress, unseen

_MARKER = "local-cloud"
_NO_SIZES = "Workspaces are plain folders here, so their size is not limited."


@contextmanager
def _guarded() -> Iterator[None]:
    """The port's promise: only cloud errors leave. Whatever else breaks in here is a fault of this cloud."""
    try:
        yield
    except CloudError:
        raise
    except Exception as error:
        raise Fault("The local cloud failed.", detail=f"{type(error).__name__}: {error}") from error


class LocalCloud:
    """See the module. `images` are known by name; `grace_s` is how long programs get for a clean end.

    Raises `Misconfigured` when this machine cannot run sandboxes, with what to do about it.
    """

    def __init__(
        self,
        root: Path,
        deployment: str,
        images: Mapping[str, LocalImage],
        clock: Clock,
        *,
        grace_s: float = 10.0,
        load_window_s: float = WINDOW_S,
    ) -> None:
        needs.check_programs(images)
        needs.check_namespaces()
        self._root = root.resolve()
        self._clock = clock
        self._images = images
        as_root = os.geteuid() == 0
        servers, volumes, snapshots, backups, bin_folder = self._folders()
        self._cgroups = Cgroups(self._root)
        self._volumes = Volumes(Store(volumes, snapshots, backups, bin_folder, deployment, as_root=as_root))
        self._house = House(servers, volumes, bin_folder, deployment, images, self._cgroups, grace_s, as_root=as_root)
        self._servers = Servers(self._house, load_window_s=load_window_s)
        self._sweeper = Sweeper(Chores(bin_folder, volumes, as_root=as_root))

    def check_root(self) -> None:
        """An empty place where the root should be is no proof that everything is gone: think of a lost disk."""
        if not (self._root / _MARKER).exists():
            raise Fault("The local cloud's disk is not there.", detail=f"{self._root} is missing or another folder")

    @_guarded()
    def survey(self) -> Survey:
        servers = self._servers.survey()
        attached = {volume: server.ref for server in servers for volume in server.volume_refs}
        volumes = self._volumes.survey(attached)
        self._sweeper.kick(attached, [volume.ref for volume in volumes])
        return Survey(servers, volumes, self._volumes.snapshots.survey(), self._volumes.backups.survey())

    @_guarded()
    def create_volume(self, spec: VolumeSpec) -> VolumeSeen:
        orders.check_account(spec.owner)
        ref = self._volumes.create(spec)
        return self._volumes.seen(ref, self._volumes.holder(ref, exists=self._servers.exists))

    @_guarded()
    def delete_volume(self, ref: str) -> None:
        self._volumes.delete(ref, exists=self._servers.exists)

    @_guarded()
    def snapshot_volume(self, ref: str, mark: Mark) -> SnapshotSeen:
        return self._volumes.snapshot(Copy(mark, ref, self._clock.now()), exists=self._servers.exists)

    @_guarded()
    def delete_snapshot(self, ref: str) -> None:
        self._volumes.snapshots.delete(ref)

    def archives(self) -> bool:
        return True

    @_guarded()
    def create_backup(self, volume_ref: str, mark: Mark) -> BackupSeen:
        return self._volumes.back_up(Backup(mark, volume_ref, 0, self._clock.now()), exists=self._servers.exists)

    @_guarded()
    def delete_backup(self, ref: str) -> None:
        self._volumes.backups.delete(ref, is_read=self._volumes.is_filled_from)

    @_guarded()
    def create_volume_from(self, backup_ref: str, spec: VolumeSpec) -> VolumeSeen:
        orders.check_account(spec.owner)
        ref = self._volumes.create_from(backup_ref, spec)
        return self._volumes.seen(ref, self._volumes.holder(ref, exists=self._servers.exists))

    @_guarded()
    def create_server(self, spec: ServerSpec) -> ServerSeen:
        orders.check(spec)
        self._house.check(spec)
        check_sources(spec.mounts, spec.account)
        with self._volumes.claimed(spec.volume_ref, ref_of(spec.mark), exists=self._servers.exists):
            server = self._servers.make(spec)
        self._servers.carry_on(server)
        try:
            return self._servers.seen(server)
        except Refused as refusal:  # an earlier one with this mark was on its way out, and has gone just now
            raise Busy("The machine is still being deleted.", retry_after_s=1) from refusal

    @_guarded()
    def start_server(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        self._servers.start(self._servers.find(ref), mounts)

    @_guarded()
    def stop_server(self, ref: str) -> None:
        self._servers.stop(self._servers.find(ref))

    @_guarded()
    def reboot_server(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        self._servers.reboot(self._servers.find(ref), mounts)

    @_guarded()
    def delete_server(self, ref: str) -> None:
        try:
            server = self._servers.find(ref)
        except Refused:
            return
        self._servers.delete(server)

    @_guarded()
    def detach_volume(self, server_ref: str, volume_ref: str) -> None:
        self._servers.detach(self._servers.find(server_ref), volume_ref)
        self._volumes.release(volume_ref, server_ref)

    @_guarded()
    def set_mounts(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        self._servers.set_mounts(self._servers.find(ref), mounts)

    @_guarded()
    def console(self, ref: str) -> str:
        return self._servers.find(ref).console()

    def ports(self) -> tuple[PortSeen, ...]:
        return ()

    def delete_port(self, ref: str) -> None:
        """There are none: it is gone."""

    def offers(self) -> Offers:
        """The kinds of desktops; flavours are not limited to a list here, so every name is one."""
        return Offers(tuple(CloudImage(name, name, ready=True) for name in sorted(self._images)), ())

    def import_image(self, path: Path, name: str, progress: Progress = unseen) -> CloudImage:  # noqa: ARG002 - the port's
        raise Refused(
            "The local cloud takes no disk images.", code="unsupported", detail=f"{path} was offered as {name}"
        )

    def usage(self) -> Usage | None:
        return None

    def enforcement(self) -> Enforcement:
        enforced = self._cgroups.enforced
        return Enforcement(
            memory=Resource.MEMORY in enforced,
            cpu=Resource.CPU in enforced,
            note=" ".join(filter(None, (self._cgroups.note(), _NO_SIZES))),
        )

    def _folders(self) -> list[Path]:
        """Private to us: only what a sandbox is given of it can be seen from there."""
        try:
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            folders = [self._root / name for name in ("servers", "volumes", "snapshots", "backups", "bin")]
            for folder in folders:
                folder.mkdir(mode=0o700, exist_ok=True)
            (self._root / _MARKER).touch()
        except OSError as error:
            raise Misconfigured(f"cloud.root: {self._root} cannot be used: {error.strerror}") from error
        return folders
