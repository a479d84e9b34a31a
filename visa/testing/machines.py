"""The fake cloud's machines and volumes and how they change: the state behind the port that `visa.testing.cloud` is.

Not thread-safe: whoever calls holds `lock`.
"""

import hashlib
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from visa.domain.resources import (
    CloudFlavour,
    CloudImage,
    Mark,
    Mount,
    PortSeen,
    Power,
    ServerSeen,
    ServerSpec,
    SnapshotSeen,
    Survey,
    VolumeSeen,
    VolumeSpec,
    VolumeState,
)
from visa.errors import Busy, Refused
from visa.ports.clock import Clock, NewId
from visa.ports.cloud import Progress, unseen
from visa.testing.moves import Moves

_RUNS = (Power.BUILDING, Power.ACTIVE)


@dataclass
class Pace:
    """Seconds on the clock that things take. `surveys` is how many surveys show each passing state in any case."""

    volume_s: float = 0
    build_s: float = 0
    desktop_s: float = 0
    stop_s: float = 0
    delete_s: float = 0
    snapshot_s: float = 0
    surveys: int = 0


class Machines:
    """Everything in one fake cloud, of all deployments. The methods are those of `visa.ports.cloud.Cloud`."""

    def __init__(self, clock: Clock, new_id: NewId) -> None:
        self.lock = threading.Lock()
        self.pace = Pace()
        self.made: Counter[Mark] = Counter()
        self.guests = False
        self.specs: dict[str, ServerSpec] = {}
        self.address_of: Callable[[str], str] = lambda ref: f"unix:/fake/{ref}/rfb.sock"
        self.fail_builds = 0
        self.empty_surveys = 0
        self.new_id = new_id
        self.servers: dict[str, ServerSeen] = {}
        self.volumes: dict[str, VolumeSeen] = {}
        self.snapshots: dict[str, SnapshotSeen] = {}
        self.by_mark: dict[Mark, str] = {}
        self.ports: dict[str, PortSeen] = {}
        self.images: dict[str, CloudImage] = {}
        self.flavours: dict[str, CloudFlavour] = {}
        self.hidden: dict[str, int] = {}
        self.moves = Moves(clock)
        self._clock = clock

    def survey(self, deployment: str) -> Survey:
        self.moves.settle_all(count_survey=True)
        if self.empty_surveys > 0:
            self.empty_surveys -= 1
            return Survey((), (), ())
        survey = Survey(
            tuple(seen for seen in self.servers.values() if seen.mark.deployment == deployment),
            tuple(seen for seen in self.volumes.values() if seen.mark.deployment == deployment),
            tuple(seen for seen in self.snapshots.values() if seen.mark.deployment == deployment),
        )
        return self._without_hidden(survey) if self.hidden else survey

    def _without_hidden(self, survey: Survey) -> Survey:
        hidden = set(self.hidden)
        self.hidden = {ref: left - 1 for ref, left in self.hidden.items() if left > 1}
        return Survey(
            tuple(seen for seen in survey.servers if seen.ref not in hidden),
            tuple(seen for seen in survey.volumes if seen.ref not in hidden),
            tuple(seen for seen in survey.snapshots if seen.ref not in hidden),
        )

    def create_volume(self, spec: VolumeSpec) -> VolumeSeen:
        if spec.mark in self.by_mark:
            return self.volumes[self.by_mark[spec.mark]]
        ref = self.new_id()
        self.by_mark[spec.mark] = ref
        self.made[spec.mark] += 1
        self.volumes[ref] = VolumeSeen(spec.mark, ref, VolumeState.CREATING, spec.size_gib)
        self._move(ref, self.pace.volume_s, lambda: self._set_volume(ref, state=VolumeState.AVAILABLE, used_bytes=0))
        return self.volumes[ref]

    def delete_volume(self, ref: str) -> None:
        volume = self.volumes.get(ref)
        if volume is None:
            return
        self._settle_attached(volume)
        if self.volumes[ref].attached_to is not None:
            raise Refused("The volume is attached to a machine.", code="in_use")
        self._set_volume(ref, state=VolumeState.DELETING)
        self._move(ref, self.pace.delete_s, lambda: self._forget_volume(ref))

    def snapshot_volume(self, ref: str, mark: Mark) -> SnapshotSeen:
        if mark in self.by_mark:
            return self.snapshots[self.by_mark[mark]]
        if ref not in self.volumes:
            raise _gone("volume")
        new = self.new_id()
        self.by_mark[mark] = new
        self.made[mark] += 1
        self.snapshots[new] = SnapshotSeen(mark, new, ref, VolumeState.CREATING, self._clock.now())
        self._move(new, self.pace.snapshot_s, lambda: self._finish_snapshot(new))
        return self.snapshots[new]

    def delete_snapshot(self, ref: str) -> None:
        snapshot = self.snapshots.pop(ref, None)
        if snapshot is not None:
            self.moves.drop(ref)
            self.by_mark.pop(snapshot.mark, None)

    def create_server(self, spec: ServerSpec) -> ServerSeen:
        if spec.mark in self.by_mark:
            self.moves.settle(self.by_mark[spec.mark])
        if spec.mark in self.by_mark:
            return self.servers[self.by_mark[spec.mark]]
        self._check_volume(spec.volume_ref)
        ref = self.new_id()
        self.by_mark[spec.mark] = ref
        self.made[spec.mark] += 1
        self.specs[ref] = spec
        self._set_volume(spec.volume_ref, state=VolumeState.IN_USE, attached_to=ref)
        self.servers[ref] = ServerSeen(
            spec.mark, ref, Power.BUILDING, volume_refs=(spec.volume_ref,), mounts=self._told(spec.mounts)
        )
        self._build(ref)
        return self.servers[ref]

    def _check_volume(self, ref: str) -> None:
        if ref not in self.volumes:
            raise _gone("volume")
        self.moves.settle(ref)
        self._settle_attached(self.volumes[ref])
        volume = self.volumes.get(ref)
        if volume is None or volume.state is VolumeState.DELETING:
            raise _gone("volume")
        if volume.attached_to is not None:
            raise Refused("The volume is attached to another machine.", code="volume_in_use")
        if volume.state is not VolumeState.AVAILABLE:
            raise Busy("The volume is not ready yet.", retry_after_s=1, code="volume_not_ready")

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
        self._move(ref, self.pace.stop_s, lambda: self.set_server(ref, power=Power.STOPPED, address=None))

    def reboot_server(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        self._server(ref)
        self.set_server(ref, power=Power.STOPPING, desktop_ready=False)
        self._move(ref, self.pace.stop_s, lambda: self._start(ref, mounts))

    def delete_server(self, ref: str) -> None:
        if ref in self.servers:
            self.set_server(ref, power=Power.DELETING, desktop_ready=False)
            self._move(ref, self.pace.delete_s, lambda: self.forget_server(ref))

    def detach_volume(self, server_ref: str, volume_ref: str) -> None:
        server = self._server(server_ref)
        if volume_ref in server.volume_refs:
            self.set_server(server_ref, volume_refs=tuple(one for one in server.volume_refs if one != volume_ref))
            self._set_volume(volume_ref, state=VolumeState.AVAILABLE, attached_to=None)

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
            self._move(ref, self.pace.build_s, lambda: self.set_server(ref, power=Power.ERROR, fault=words))
            return
        self._move(ref, self.pace.build_s, lambda: self._boot(ref))

    def _boot(self, ref: str) -> None:
        at_once = None if self.guests else self.pace.desktop_s == 0
        self.set_server(ref, power=Power.ACTIVE, address=self.address_of(ref), desktop_ready=at_once)
        if at_once is False:
            self.moves.set(ref, self.pace.desktop_s, lambda: self.set_server(ref, desktop_ready=True))

    def _told(self, mounts: tuple[Mount, ...]) -> tuple[Mount, ...] | None:
        """Where a service inside sees to the mounts and tells of the desktop, the cloud knows neither."""
        return None if self.guests else mounts

    def _move(self, ref: str, after_s: float, change: Callable[[], None]) -> None:
        self.moves.set(ref, after_s, change, surveys=self.pace.surveys)

    def _server(self, ref: str) -> ServerSeen:
        self.moves.settle(ref)
        if ref not in self.servers or self.servers[ref].power is Power.DELETING:
            raise _gone("machine")
        return self.servers[ref]

    def _settle_attached(self, volume: VolumeSeen) -> None:
        if volume.attached_to is not None:
            self.moves.settle(volume.attached_to)

    def _finish_snapshot(self, ref: str) -> None:
        self.snapshots[ref] = replace(self.snapshots[ref], state=VolumeState.AVAILABLE)

    def set_server(self, ref: str, **changes: object) -> None:
        self.servers[ref] = replace(self.servers[ref], **changes)  # type: ignore[arg-type]

    def _set_volume(self, ref: str, **changes: object) -> None:
        self.volumes[ref] = replace(self.volumes[ref], **changes)  # type: ignore[arg-type]

    def forget_server(self, ref: str) -> None:
        server = self.servers.pop(ref)
        self.by_mark.pop(server.mark, None)
        for volume in server.volume_refs:
            if volume in self.volumes and self.volumes[volume].attached_to == ref:
                self._set_volume(volume, state=VolumeState.AVAILABLE, attached_to=None)

    def _forget_volume(self, ref: str) -> None:
        self.by_mark.pop(self.volumes.pop(ref).mark, None)


def _gone(what: str) -> Refused:
    return Refused(f"There is no such {what} (any more).", code="gone")
