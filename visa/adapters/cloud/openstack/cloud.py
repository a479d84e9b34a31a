"""The OpenStack cloud. Keeps the obligations of `visa.ports.cloud.Cloud`; any number of processes may use one project.

Holds no state that matters: everything is read from the cloud again in each pass. What it asks of the cloud for one
instance, and what an operator prepares there, is in docs/openstack.md.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from requests.adapters import BaseAdapter

from visa.adapters.cloud.openstack import limits, troubles
from visa.adapters.cloud.openstack.backups import Backups
from visa.adapters.cloud.openstack.connect import Api
from visa.adapters.cloud.openstack.images import Catalogue
from visa.adapters.cloud.openstack.networks import Networks
from visa.adapters.cloud.openstack.orders import Orders
from visa.adapters.cloud.openstack.servers import Parts, Servers
from visa.adapters.cloud.openstack.uploads import Uploads
from visa.adapters.cloud.openstack.volumes import Volumes
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
from visa.errors import CloudError
from visa.ports.cloud import Progress, unseen
from visa.settings import OpenStack


@contextmanager
def _guarded() -> Iterator[None]:
    """The port's promise: only cloud errors leave, whatever the cloud answers or however the SDK breaks."""
    try:
        yield
    except CloudError:
        raise
    except Exception as error:
        raise troubles.from_exception(error, datetime.now(UTC)) from error


class OpenStackCloud:
    """See the module. Nothing is asked of the cloud before the first call; `transport` carries the calls, for tests.

    Raises `Misconfigured` when the credentials cannot be read.
    """

    def __init__(self, settings: OpenStack, deployment: str, *, transport: BaseAdapter | None = None) -> None:
        self._api = Api(settings, transport)
        self._catalogue = Catalogue(self._api)
        self._networks = Networks(self._api, deployment, settings)
        self._volumes = Volumes(self._api, deployment, settings)
        self._backups = Backups(self._api, self._volumes, deployment, kept=settings.backups)
        orders = Orders(self._catalogue, self._networks, settings)
        self._servers = Servers(Parts(self._api, self._volumes, orders, deployment, settings))
        self._uploads = Uploads(self._api, deployment)

    @_guarded()
    def survey(self) -> Survey:
        """Servers before volumes: what is attached to a listed server was there before its volume was listed."""
        servers = self._servers.survey()
        volumes, snapshots = self._volumes.survey(), self._volumes.survey_snapshots()
        return Survey(servers, volumes, snapshots, self._backups.survey())

    @_guarded()
    def create_volume(self, spec: VolumeSpec) -> VolumeSeen:
        return self._volumes.create(spec)

    @_guarded()
    def delete_volume(self, ref: str) -> None:
        self._volumes.delete(ref)

    @_guarded()
    def snapshot_volume(self, ref: str, mark: Mark) -> SnapshotSeen:
        return self._volumes.snapshot(ref, mark)

    @_guarded()
    def delete_snapshot(self, ref: str) -> None:
        self._volumes.delete_snapshot(ref)

    def archives(self) -> bool:
        return self._backups.kept

    @_guarded()
    def create_backup(self, volume_ref: str, mark: Mark) -> BackupSeen:
        return self._backups.create(volume_ref, mark)

    @_guarded()
    def delete_backup(self, ref: str) -> None:
        self._backups.delete(ref)

    @_guarded()
    def create_volume_from(self, backup_ref: str, spec: VolumeSpec) -> VolumeSeen:
        return self._backups.restore(backup_ref, spec)

    @_guarded()
    def create_server(self, spec: ServerSpec) -> ServerSeen:
        return self._servers.create(spec)

    @_guarded()
    def start_server(self, ref: str, mounts: tuple[Mount, ...]) -> None:  # noqa: ARG002 - the guest service asks the api
        self._servers.start(ref)

    @_guarded()
    def stop_server(self, ref: str) -> None:
        self._servers.stop(ref)

    @_guarded()
    def reboot_server(self, ref: str, mounts: tuple[Mount, ...]) -> None:  # noqa: ARG002 - the guest service asks the api
        self._servers.reboot(ref)

    @_guarded()
    def delete_server(self, ref: str) -> None:
        self._servers.delete(ref)

    @_guarded()
    def detach_volume(self, server_ref: str, volume_ref: str) -> None:
        self._servers.detach(server_ref, volume_ref)

    def set_mounts(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        """The guest service asks the api for its mounts: nothing is to be done here."""

    @_guarded()
    def console(self, ref: str) -> str:
        return self._servers.console(ref)

    @_guarded()
    def ports(self) -> tuple[PortSeen, ...]:
        return self._networks.ports()

    @_guarded()
    def delete_port(self, ref: str) -> None:
        self._networks.delete_port(ref)

    @_guarded()
    def offers(self) -> Offers:
        return self._catalogue.offers()

    @_guarded()
    def import_image(self, path: Path, name: str, progress: Progress = unseen) -> CloudImage:
        return self._uploads.bring(path, name, progress)

    @_guarded()
    def usage(self) -> Usage | None:
        return limits.usage(self._api)

    def enforcement(self) -> Enforcement:
        return Enforcement(memory=True, cpu=True, note="")
