"""The fake cloud's machines and how they change; `disks` are its volumes. The state behind the port.

Not thread-safe: whoever calls holds the ground's lock.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from visa.domain.resources import (
    CloudFlavour,
    CloudImage,
    Mount,
    PortSeen,
    Power,
    ServerSeen,
    ServerSpec,
    Survey,
)
from visa.errors import Busy, Refused
from visa.ports.clock import Clock, NewId
from visa.ports.cloud import Progress, unseen
from visa.testing.disks import Disks
from visa.testing.ground import Ground, gone

_RUNS = (Power.BUILDING, Power.ACTIVE)


class Machines:
    """Everything in one fake cloud, of all deployments. The methods are those of `visa.ports.cloud.Cloud`."""

    def __init__(self, clock: Clock, new_id: NewId) -> None:
        self.ground = Ground(clock, new_id)
        self.disks = Disks(self.ground)
        self.guests = False
        self.specs: dict[str, ServerSpec] = {}
        self.address_of: Callable[[str], str] = lambda ref: f"unix:/fake/{ref}/rfb.sock"
        self.fail_builds = 0
        self.empty_surveys = 0
        self.servers: dict[str, ServerSeen] = {}
        self.ports: dict[str, PortSeen] = {}
        self.images: dict[str, CloudImage] = {}
        self.flavours: dict[str, CloudFlavour] = {}
        self.hidden: dict[str, int] = {}
        self.use: dict[str, tuple[float | None, int | None]] = {}
        self.usual_use: tuple[float | None, int | None] = (None, None)

    def survey(self, deployment: str) -> Survey:
        self.ground.moves.settle_all(count_survey=True)
        if self.empty_surveys > 0:
            self.empty_surveys -= 1
            return Survey((), (), ())
        survey = Survey(
            tuple(self._in_use(seen) for seen in self.servers.values() if seen.mark.deployment == deployment),
            tuple(seen for seen in self.disks.volumes.values() if seen.mark.deployment == deployment),
            tuple(seen for seen in self.disks.snapshots.values() if seen.mark.deployment == deployment),
            tuple(seen for seen in self.disks.backups.values() if seen.mark.deployment == deployment),
        )
        return self._without_hidden(survey) if self.hidden else survey

    def _in_use(self, seen: ServerSeen) -> ServerSeen:
        load, logins = self.use.get(seen.ref, self.usual_use)
        if seen.power is not Power.ACTIVE or (load, logins) == (None, None):
            return seen
        return replace(seen, load=load, logins=logins)

    def _without_hidden(self, survey: Survey) -> Survey:
        hidden = set(self.hidden)
        self.hidden = {ref: left - 1 for ref, left in self.hidden.items() if left > 1}
        return Survey(
            tuple(seen for seen in survey.servers if seen.ref not in hidden),
            tuple(seen for seen in survey.volumes if seen.ref not in hidden),
            tuple(seen for seen in survey.snapshots if seen.ref not in hidden),
            tuple(seen for seen in survey.backups if seen.ref not in hidden),
        )

    def create_server(self, spec: ServerSpec) -> ServerSeen:
        if spec.mark in self.ground.by_mark:
            self.ground.moves.settle(self.ground.by_mark[spec.mark])
        if spec.mark in self.ground.by_mark:
            return self.servers[self.ground.by_mark[spec.mark]]
        self.disks.check_free(spec.volume_ref)
        ref = self.ground.name(spec.mark)
        self.specs[ref] = spec
        self.disks.attach(spec.volume_ref, ref)
        self.servers[ref] = ServerSeen(
            spec.mark, ref, Power.BUILDING, volume_refs=(spec.volume_ref,), mounts=self._told(spec.mounts)
        )
        self._build(ref)
        return self.servers[ref]

    def start_server(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        server = self._server(ref)
        if server.power in _RUNS:
            return
        if server.power is Power.STOPPING:
            raise Busy("The machine is still stopping.", retry_after_s=1)
        self._start(ref, mounts)

    def stop_server(self, ref: str) -> None:
        server = self._server(ref)
        if server.power in (Power.STOPPED, Power.STOPPING):
            return
        self.set_server(ref, power=Power.STOPPING, desktop_ready=False)
        self.ground.move(ref, self.ground.pace.stop_s, lambda: self.set_server(ref, power=Power.STOPPED, address=None))

    def reboot_server(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        self._server(ref)
        self.set_server(ref, power=Power.STOPPING, desktop_ready=False)
        self.ground.move(ref, self.ground.pace.stop_s, lambda: self._start(ref, mounts))

    def delete_server(self, ref: str) -> None:
        if ref in self.servers:
            self.set_server(ref, power=Power.DELETING, desktop_ready=False)
            self.ground.move(ref, self.ground.pace.delete_s, lambda: self.forget_server(ref))

    def detach_volume(self, server_ref: str, volume_ref: str) -> None:
        server = self._server(server_ref)
        if volume_ref in server.volume_refs:
            self.set_server(server_ref, volume_refs=tuple(one for one in server.volume_refs if one != volume_ref))
            self.disks.detach(volume_ref, server_ref)

    def set_mounts(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        self._server(ref)
        self.set_server(ref, mounts=self._told(mounts))

    def console(self, ref: str) -> str:
        return f"{self._server(ref).ref} login: "

    def delete_port(self, ref: str) -> None:
        port = self.ports.get(ref)
        if port is not None and port.server_ref is not None:
            raise Refused("The port belongs to a machine.", code="in_use")
        self.ports.pop(ref, None)

    def import_image(self, path: Path, name: str, progress: Progress = unseen) -> CloudImage:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        image = CloudImage(f"{name}-{digest[:12]}", name, ready=True, size_bytes=path.stat().st_size)
        progress(path.stat().st_size)
        return self.images.setdefault(image.ref, image)

    def _start(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        self.set_server(ref, power=Power.BUILDING, desktop_ready=False, fault="", mounts=self._told(mounts))
        self._build(ref)

    def _build(self, ref: str) -> None:
        if self.fail_builds > 0:
            self.fail_builds -= 1
            words = "No valid host was found."
            self.ground.move(
                ref, self.ground.pace.build_s, lambda: self.set_server(ref, power=Power.ERROR, fault=words)
            )
            return
        self.ground.move(ref, self.ground.pace.build_s, lambda: self._boot(ref))

    def _boot(self, ref: str) -> None:
        at_once = None if self.guests else self.ground.pace.desktop_s == 0
        self.set_server(ref, power=Power.ACTIVE, address=self.address_of(ref), desktop_ready=at_once)
        if at_once is False:
            self.ground.moves.set(ref, self.ground.pace.desktop_s, lambda: self.set_server(ref, desktop_ready=True))

    def _told(self, mounts: tuple[Mount, ...]) -> tuple[Mount, ...] | None:
        """Where a service inside sees to the mounts and tells of the desktop, the cloud knows neither."""
        return None if self.guests else mounts

    def _server(self, ref: str) -> ServerSeen:
        self.ground.moves.settle(ref)
        if ref not in self.servers or self.servers[ref].power is Power.DELETING:
            raise gone("machine")
        return self.servers[ref]

    def set_server(self, ref: str, **changes: object) -> None:
        self.servers[ref] = replace(self.servers[ref], **changes)  # type: ignore[arg-type]

    def break_server(self, ref: str, words: str) -> None:
        self.set_server(ref, power=Power.ERROR, desktop_ready=False, fault=words)

    def forget_server(self, ref: str) -> None:
        server = self.servers.pop(ref)
        self.ground.by_mark.pop(server.mark, None)
        for volume in server.volume_refs:
            self.disks.detach(volume, ref)
