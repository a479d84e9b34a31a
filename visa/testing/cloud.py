"""A cloud in memory with fault switches: keeps every obligation of `visa.ports.cloud.Cloud` until told otherwise.

Things take time on the clock (`pace`) and only change when they are looked at. The object stands for the cloud itself,
so it goes on when a `Crash` has killed the "process" that called it; build two services over one `FakeCloud` for two
processes. A survey of 10,000 settled servers costs one tuple.
"""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from visa.domain.resources import (
    Enforcement,
    Mark,
    Mount,
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
from visa.testing.faults import Faults, When
from visa.testing.moves import Moves

T = TypeVar("T")
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


class FakeCloud:
    """`Cloud` in memory. `made` counts what was really created by mark, `mounts` shows the last mounts by server."""

    def __init__(self, deployment: str, clock: Clock, new_id: NewId) -> None:
        self.deployment = deployment
        self.faults = Faults()
        self.pace = Pace()
        self.made: Counter[Mark] = Counter()
        self.mounts: dict[str, tuple[Mount, ...]] = {}
        self.specs: dict[str, ServerSpec] = {}
        self.address_of: Callable[[str], str] = lambda ref: f"unix:/fake/{ref}/rfb.sock"
        self.fail_builds = 0
        """So many of the next builds end in ERROR."""
        self.empty_surveys = 0
        """So many of the next surveys show nothing at all."""
        self._new_id = new_id
        self._clock = clock
        self._lock = threading.Lock()
        self._servers: dict[str, ServerSeen] = {}
        self._volumes: dict[str, VolumeSeen] = {}
        self._snapshots: dict[str, SnapshotSeen] = {}
        self._by_mark: dict[Mark, str] = {}
        self._moves = Moves(clock)
        self._late = Moves(clock)
        self._hidden: dict[str, int] = {}

    # The port

    def survey(self) -> Survey:
        return self._call("survey", self._survey)

    def create_volume(self, spec: VolumeSpec) -> VolumeSeen:
        return self._call("create_volume", lambda: self._create_volume(spec))

    def delete_volume(self, ref: str) -> None:
        self._call("delete_volume", lambda: self._delete_volume(ref))

    def snapshot_volume(self, ref: str, mark: Mark) -> SnapshotSeen:
        return self._call("snapshot_volume", lambda: self._snapshot_volume(ref, mark))

    def delete_snapshot(self, ref: str) -> None:
        self._call("delete_snapshot", lambda: self._delete_snapshot(ref))

    def create_server(self, spec: ServerSpec) -> ServerSeen:
        return self._call("create_server", lambda: self._create_server(spec))

    def start_server(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        self._call("start_server", lambda: self._start_server(ref, mounts))

    def stop_server(self, ref: str) -> None:
        self._call("stop_server", lambda: self._stop_server(ref))

    def reboot_server(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        self._call("reboot_server", lambda: self._reboot_server(ref, mounts))

    def delete_server(self, ref: str) -> None:
        self._call("delete_server", lambda: self._delete_server(ref))

    def enforcement(self) -> Enforcement:
        return Enforcement(memory=True, cpu=True, note="")

    # Switches

    @property
    def calls(self) -> Counter[str]:
        """Calls so far by operation."""
        return self.faults.calls

    def hide(self, ref: str, *, surveys: int = 1) -> None:
        """The next surveys do not show this resource, although it is there."""
        with self._lock:
            self._hidden[ref] = surveys

    def break_server(self, ref: str, words: str = "No valid host was found.") -> None:
        """The server goes to ERROR with these words."""
        with self._lock:
            self._moves.drop(ref)
            self._set_server(ref, power=Power.ERROR, desktop_ready=False, fault=words)

    def power_off(self, ref: str) -> None:
        """The machine stops by itself, as after a shutdown from inside."""
        with self._lock:
            self._moves.drop(ref)
            self._set_server(ref, power=Power.STOPPED, desktop_ready=False)

    def lose_server(self, ref: str) -> None:
        """The machine is gone for good, and nobody asked for it; its volume is free."""
        with self._lock:
            self._moves.drop(ref)
            self._forget_server(ref)

    def stick(self, ref: str) -> None:
        """The resource stays for ever in the passing state that it shows now (a volume stuck creating)."""
        with self._lock:
            self._moves.drop(ref)

    def plant_server(self, mark: Mark, *, volume_refs: tuple[str, ...] = ()) -> ServerSeen:
        """A running server that nobody here asked for: a leak, or another deployment's."""
        with self._lock:
            ref = self._new_id()
            seen = ServerSeen(mark, ref, Power.ACTIVE, self.address_of(ref), True, volume_refs)
            self._servers[ref] = seen
            self._by_mark[mark] = ref
            return seen

    def plant_volume(self, mark: Mark, *, size_gib: int = 1) -> VolumeSeen:
        """A volume that nobody here asked for."""
        with self._lock:
            seen = VolumeSeen(mark, self._new_id(), VolumeState.AVAILABLE, size_gib)
            self._volumes[seen.ref] = seen
            self._by_mark[mark] = seen.ref
            return seen

    # How it works

    def _call(self, operation: str, act: Callable[[], T]) -> T:
        trouble = self.faults.meet(operation)
        if trouble is not None and trouble.when is When.BEFORE:
            raise trouble.error
        with self._lock:
            if trouble is not None and trouble.when is When.LATE:
                self._late.set(self._new_id(), trouble.late_s, lambda: self._do_late(act))
                raise trouble.error
            self._late.settle_all()
            answer = act()
        if trouble is not None:
            raise trouble.error
        return answer

    @staticmethod
    def _do_late(act: Callable[[], object]) -> None:
        try:
            act()
        except (Busy, Refused):
            return  # nobody waits for the answer any more

    def _survey(self) -> Survey:
        self._moves.settle_all(count_survey=True)
        if self.empty_surveys > 0:
            self.empty_surveys -= 1
            return Survey((), (), ())
        survey = Survey(
            tuple(seen for seen in self._servers.values() if seen.mark.deployment == self.deployment),
            tuple(seen for seen in self._volumes.values() if seen.mark.deployment == self.deployment),
            tuple(seen for seen in self._snapshots.values() if seen.mark.deployment == self.deployment),
        )
        return self._without_hidden(survey) if self._hidden else survey

    def _without_hidden(self, survey: Survey) -> Survey:
        hidden = set(self._hidden)
        self._hidden = {ref: left - 1 for ref, left in self._hidden.items() if left > 1}
        return Survey(
            tuple(seen for seen in survey.servers if seen.ref not in hidden),
            tuple(seen for seen in survey.volumes if seen.ref not in hidden),
            tuple(seen for seen in survey.snapshots if seen.ref not in hidden),
        )

    def _create_volume(self, spec: VolumeSpec) -> VolumeSeen:
        if spec.mark in self._by_mark:
            return self._volumes[self._by_mark[spec.mark]]
        ref = self._new_id()
        self._by_mark[spec.mark] = ref
        self.made[spec.mark] += 1
        self._volumes[ref] = VolumeSeen(spec.mark, ref, VolumeState.CREATING, spec.size_gib)
        self._move(ref, self.pace.volume_s, lambda: self._set_volume(ref, state=VolumeState.AVAILABLE, used_bytes=0))
        return self._volumes[ref]

    def _delete_volume(self, ref: str) -> None:
        volume = self._volumes.get(ref)
        if volume is None:
            return
        self._settle_attached(volume)
        if self._volumes[ref].attached_to is not None:
            raise Refused("The volume is attached to a machine.", code="in_use")
        self._set_volume(ref, state=VolumeState.DELETING)
        self._move(ref, self.pace.delete_s, lambda: self._forget_volume(ref))

    def _snapshot_volume(self, ref: str, mark: Mark) -> SnapshotSeen:
        if mark in self._by_mark:
            return self._snapshots[self._by_mark[mark]]
        if ref not in self._volumes:
            raise _gone("volume")
        new = self._new_id()
        self._by_mark[mark] = new
        self.made[mark] += 1
        self._snapshots[new] = SnapshotSeen(mark, new, ref, VolumeState.CREATING, self._clock.now())
        self._move(new, self.pace.snapshot_s, lambda: self._finish_snapshot(new))
        return self._snapshots[new]

    def _delete_snapshot(self, ref: str) -> None:
        snapshot = self._snapshots.pop(ref, None)
        if snapshot is not None:
            self._moves.drop(ref)
            self._by_mark.pop(snapshot.mark, None)

    def _create_server(self, spec: ServerSpec) -> ServerSeen:
        if spec.mark in self._by_mark:
            return self._server(self._by_mark[spec.mark])
        self._check_volume(spec.volume_ref)
        ref = self._new_id()
        self._by_mark[spec.mark] = ref
        self.made[spec.mark] += 1
        self.specs[ref] = spec
        self.mounts[ref] = spec.mounts
        self._set_volume(spec.volume_ref, state=VolumeState.IN_USE, attached_to=ref)
        self._servers[ref] = ServerSeen(spec.mark, ref, Power.BUILDING, volume_refs=(spec.volume_ref,))
        self._build(ref)
        return self._servers[ref]

    def _check_volume(self, ref: str) -> None:
        if ref not in self._volumes:
            raise _gone("volume")
        self._moves.settle(ref)
        self._settle_attached(self._volumes[ref])
        volume = self._volumes.get(ref)
        if volume is None or volume.state is VolumeState.DELETING:
            raise _gone("volume")
        if volume.attached_to is not None:
            raise Refused("The volume is attached to another machine.", code="volume_in_use")
        if volume.state is not VolumeState.AVAILABLE:
            raise Busy("The volume is not ready yet.", retry_after_s=1, code="volume_not_ready")

    def _start_server(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        server = self._server(ref)
        if server.power in _RUNS:
            return
        if server.power is Power.STOPPING:
            raise Busy("The machine is still stopping.", retry_after_s=1)
        self._start(ref, mounts)

    def _stop_server(self, ref: str) -> None:
        server = self._server(ref)
        if server.power in (Power.STOPPED, Power.STOPPING):
            return
        self._set_server(ref, power=Power.STOPPING, desktop_ready=False)
        self._move(ref, self.pace.stop_s, lambda: self._set_server(ref, power=Power.STOPPED, address=None))

    def _reboot_server(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        self._server(ref)
        self._set_server(ref, power=Power.STOPPING, desktop_ready=False)
        self._move(ref, self.pace.stop_s, lambda: self._start(ref, mounts))

    def _delete_server(self, ref: str) -> None:
        if ref in self._servers:
            self._set_server(ref, power=Power.DELETING, desktop_ready=False)
            self._move(ref, self.pace.delete_s, lambda: self._forget_server(ref))

    def _start(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        self.mounts[ref] = mounts
        self._set_server(ref, power=Power.BUILDING, desktop_ready=False, fault="")
        self._build(ref)

    def _build(self, ref: str) -> None:
        if self.fail_builds > 0:
            self.fail_builds -= 1
            words = "No valid host was found."
            self._move(ref, self.pace.build_s, lambda: self._set_server(ref, power=Power.ERROR, fault=words))
            return
        self._move(ref, self.pace.build_s, lambda: self._boot(ref))

    def _boot(self, ref: str) -> None:
        self._set_server(ref, power=Power.ACTIVE, address=self.address_of(ref), desktop_ready=self.pace.desktop_s == 0)
        if self.pace.desktop_s:
            self._moves.set(ref, self.pace.desktop_s, lambda: self._set_server(ref, desktop_ready=True))

    def _move(self, ref: str, after_s: float, change: Callable[[], None]) -> None:
        self._moves.set(ref, after_s, change, surveys=self.pace.surveys)

    def _server(self, ref: str) -> ServerSeen:
        self._moves.settle(ref)
        if ref not in self._servers or self._servers[ref].power is Power.DELETING:
            raise _gone("machine")
        return self._servers[ref]

    def _settle_attached(self, volume: VolumeSeen) -> None:
        if volume.attached_to is not None:
            self._moves.settle(volume.attached_to)

    def _finish_snapshot(self, ref: str) -> None:
        self._snapshots[ref] = replace(self._snapshots[ref], state=VolumeState.AVAILABLE)

    def _set_server(self, ref: str, **changes: object) -> None:
        self._servers[ref] = replace(self._servers[ref], **changes)  # type: ignore[arg-type]

    def _set_volume(self, ref: str, **changes: object) -> None:
        self._volumes[ref] = replace(self._volumes[ref], **changes)  # type: ignore[arg-type]

    def _forget_server(self, ref: str) -> None:
        server = self._servers.pop(ref)
        self._by_mark.pop(server.mark, None)
        for volume in server.volume_refs:
            if volume in self._volumes and self._volumes[volume].attached_to == ref:
                self._set_volume(volume, state=VolumeState.AVAILABLE, attached_to=None)

    def _forget_volume(self, ref: str) -> None:
        self._by_mark.pop(self._volumes.pop(ref).mark, None)


def _gone(what: str) -> Refused:
    return Refused(f"There is no such {what} (any more).", code="gone")
