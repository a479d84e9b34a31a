"""A cloud in memory with fault switches: keeps every obligation of `visa.ports.cloud.Cloud` until told otherwise.

Things take time on the clock (`pace`) and only change when they are looked at. The object stands for the cloud itself,
so it goes on when a `Crash` has killed the "process" that called it; build two services over one `FakeCloud` for two
processes. A survey of 10,000 settled servers takes milliseconds.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from visa.domain.resources import (
    BackupSeen,
    CloudImage,
    Enforcement,
    Mark,
    Mount,
    Offers,
    PortSeen,
    Power,
    ServerSeen,
    ServerSpec,
    SnapshotSeen,
    Survey,
    Usage,
    VolumeSeen,
    VolumeSpec,
    VolumeState,
)
from visa.errors import Busy, Refused
from visa.ports.clock import Clock, NewId
from visa.ports.cloud import Progress, unseen
from visa.testing.faults import Faults, When
from visa.testing.ground import Pace
from visa.testing.machines import Machines
from visa.testing.moves import Moves

T = TypeVar("T")


class FakeCloud:
    """`Cloud` in memory. `neighbour` is another deployment's view of the same cloud."""

    def __init__(self, deployment: str, clock: Clock, new_id: NewId, *, neighbour: "FakeCloud | None" = None) -> None:
        self.deployment = deployment
        self.faults = Faults()
        self._machines: Machines = Machines(clock, new_id) if neighbour is None else neighbour._machines
        self._late = Moves(clock)
        self.grants: Usage | None = None  # what `usage` says; set it for a cloud with limits

    # The port

    def survey(self) -> Survey:
        return self._call("survey", lambda: self._machines.survey(self.deployment))

    def create_volume(self, spec: VolumeSpec) -> VolumeSeen:
        return self._call("create_volume", lambda: self._machines.disks.create_volume(spec))

    def delete_volume(self, ref: str) -> None:
        self._call("delete_volume", lambda: self._machines.disks.delete_volume(ref))

    def snapshot_volume(self, ref: str, mark: Mark) -> SnapshotSeen:
        return self._call("snapshot_volume", lambda: self._machines.disks.snapshot_volume(ref, mark))

    def delete_snapshot(self, ref: str) -> None:
        self._call("delete_snapshot", lambda: self._machines.disks.delete_snapshot(ref))

    def archives(self) -> bool:
        return self._machines.disks.keeps_backups

    def create_backup(self, volume_ref: str, mark: Mark) -> BackupSeen:
        return self._call("create_backup", lambda: self._machines.disks.create_backup(volume_ref, mark))

    def delete_backup(self, ref: str) -> None:
        self._call("delete_backup", lambda: self._machines.disks.delete_backup(ref))

    def create_volume_from(self, backup_ref: str, spec: VolumeSpec) -> VolumeSeen:
        return self._call("create_volume_from", lambda: self._machines.disks.create_volume_from(backup_ref, spec))

    def create_server(self, spec: ServerSpec) -> ServerSeen:
        return self._call("create_server", lambda: self._machines.create_server(spec))

    def start_server(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        self._call("start_server", lambda: self._machines.start_server(ref, mounts))

    def stop_server(self, ref: str) -> None:
        self._call("stop_server", lambda: self._machines.stop_server(ref))

    def reboot_server(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        self._call("reboot_server", lambda: self._machines.reboot_server(ref, mounts))

    def delete_server(self, ref: str) -> None:
        self._call("delete_server", lambda: self._machines.delete_server(ref))

    def detach_volume(self, server_ref: str, volume_ref: str) -> None:
        self._call("detach_volume", lambda: self._machines.detach_volume(server_ref, volume_ref))

    def set_mounts(self, ref: str, mounts: tuple[Mount, ...]) -> None:
        self._call("set_mounts", lambda: self._machines.set_mounts(ref, mounts))

    def console(self, ref: str) -> str:
        return self._call("console", lambda: self._machines.console(ref))

    def ports(self) -> tuple[PortSeen, ...]:
        return self._call("ports", lambda: tuple(self._machines.ports.values()))

    def delete_port(self, ref: str) -> None:
        self._call("delete_port", lambda: self._machines.delete_port(ref))

    def offers(self) -> Offers:
        machines = self._machines
        return self._call("offers", lambda: Offers(tuple(machines.images.values()), tuple(machines.flavours.values())))

    def import_image(self, path: Path, name: str, progress: Progress = unseen) -> CloudImage:
        return self._call("import_image", lambda: self._machines.import_image(path, name, progress))

    def usage(self) -> Usage | None:
        return self._call("usage", lambda: self.grants)

    def enforcement(self) -> Enforcement:
        return Enforcement(memory=True, cpu=True, note="")

    # Switches and sights

    @property
    def pace(self) -> Pace:
        """How long things take; change its fields, or set another."""
        return self._machines.ground.pace

    @pace.setter
    def pace(self, pace: Pace) -> None:
        self._machines.ground.pace = pace

    @property
    def made(self) -> Counter[Mark]:
        """How often each mark was really created."""
        return self._machines.ground.made

    @property
    def mounts(self) -> dict[str, tuple[Mount, ...] | None]:
        """The last mounts of each server, as far as the cloud knows them."""
        return {ref: server.mounts for ref, server in self._machines.servers.items()}

    def has_guests(self) -> None:
        """From now on machines have a service inside: the cloud knows neither their desktop nor their mounts."""
        self._machines.guests = True

    def tells_use(self, ref: str | None = None, *, load: float | None = 0.0, logins: int | None = 0) -> None:
        """From now on it knows how busy a machine is, or every one that it was not told of; None is not known."""
        if ref is None:
            self._machines.usual_use = (load, logins)
        else:
            self._machines.use[ref] = (load, logins)

    @property
    def specs(self) -> dict[str, ServerSpec]:
        """What each server was made from."""
        return self._machines.specs

    def desktops_at(self, address_of: Callable[[str], str]) -> None:
        """Where the desktops of later builds answer, by ref."""
        self._machines.address_of = address_of

    @property
    def fail_builds(self) -> int:
        """So many of the next builds end in ERROR."""
        return self._machines.fail_builds

    @fail_builds.setter
    def fail_builds(self, count: int) -> None:
        self._machines.fail_builds = count

    @property
    def contents(self) -> dict[str, str]:
        """What each volume, snapshot and backup holds, by ref: one word, "" when empty. Set it on a volume."""
        return self._machines.disks.contents

    def keep_backups(self, *, keeps: bool) -> None:
        """Whether this is a cloud that has backups; it is until told otherwise."""
        self._machines.disks.keeps_backups = keeps

    def fail_copies(self, *, backups: int = 0, restores: int = 0) -> None:
        """So many of the next backups, and of the next volumes that are filled from one, end in ERROR."""
        self._machines.disks.fail_backups, self._machines.disks.fail_restores = backups, restores

    def break_copy(self, ref: str) -> None:
        """The snapshot or backup goes to ERROR."""
        with self._machines.ground.lock:
            self._machines.ground.moves.drop(ref)
            if ref in self._machines.disks.snapshots:
                self._machines.disks.set_snapshot(ref, VolumeState.ERROR)
            else:
                self._machines.disks.set_backup(ref, state=VolumeState.ERROR)

    @property
    def empty_surveys(self) -> int:
        """So many of the next surveys show nothing at all."""
        return self._machines.empty_surveys

    @empty_surveys.setter
    def empty_surveys(self, count: int) -> None:
        self._machines.empty_surveys = count

    @property
    def calls(self) -> Counter[str]:
        """Calls so far by operation."""
        return self.faults.calls

    def put_port(self, port: PortSeen) -> None:
        """A network port of ours, whoever left it there."""
        with self._machines.ground.lock:
            self._machines.ports[port.ref] = port

    def hide(self, ref: str, *, surveys: int = 1) -> None:
        """The next surveys do not show this resource, although it is there."""
        with self._machines.ground.lock:
            self._machines.hidden[ref] = surveys

    def break_server(self, ref: str, words: str = "No valid host was found.") -> None:
        """The server goes to ERROR with these words."""
        with self._machines.ground.lock:
            self._machines.ground.moves.drop(ref)
            self._machines.break_server(ref, words)

    def power_off(self, ref: str) -> None:
        """The machine stops by itself, as after a shutdown from inside."""
        with self._machines.ground.lock:
            self._machines.ground.moves.drop(ref)
            self._machines.set_server(ref, power=Power.STOPPED, desktop_ready=False)

    def lose_server(self, ref: str) -> None:
        """The machine is gone for good, and nobody asked for it; its volume is free."""
        with self._machines.ground.lock:
            self._machines.ground.moves.drop(ref)
            self._machines.forget_server(ref)

    def stick(self, ref: str) -> None:
        """The resource stays for ever in the passing state that it shows now (a volume stuck creating)."""
        with self._machines.ground.lock:
            self._machines.ground.moves.drop(ref)

    def plant_server(self, mark: Mark, *, volume_refs: tuple[str, ...] = ()) -> ServerSeen:
        """A running server that nobody here asked for: a leak, or another deployment's."""
        with self._machines.ground.lock:
            ref = self._machines.ground.new_id()
            seen = ServerSeen(mark, ref, Power.ACTIVE, self._machines.address_of(ref), True, volume_refs)
            self._machines.servers[ref] = seen
            self._machines.ground.by_mark[mark] = ref
            return seen

    def plant_volume(self, mark: Mark, *, size_gib: int = 1) -> VolumeSeen:
        """A volume that nobody here asked for."""
        with self._machines.ground.lock:
            seen = VolumeSeen(mark, self._machines.ground.new_id(), VolumeState.AVAILABLE, size_gib)
            self._machines.disks.volumes[seen.ref] = seen
            self._machines.ground.by_mark[mark] = seen.ref
            return seen

    def plant_snapshot(self, mark: Mark, *, volume_ref: str = "") -> SnapshotSeen:
        """A snapshot that nobody here asked for."""
        with self._machines.ground.lock:
            ref, now = self._machines.ground.name(mark), self._machines.ground.clock.now()
            seen = SnapshotSeen(mark, ref, volume_ref, VolumeState.AVAILABLE, now)
            self._machines.disks.snapshots[ref] = seen
            return seen

    def plant_backup(self, mark: Mark, *, size_gib: int = 1) -> BackupSeen:
        """A backup that nobody here asked for."""
        with self._machines.ground.lock:
            ref, now = self._machines.ground.name(mark), self._machines.ground.clock.now()
            seen = BackupSeen(mark, ref, VolumeState.AVAILABLE, size_gib, None, now)
            self._machines.disks.backups[ref] = seen
            return seen

    # How it works
    def _call(self, operation: str, act: Callable[[], T]) -> T:
        trouble = self.faults.meet(operation)
        if trouble is not None and trouble.when is When.BEFORE:
            raise trouble.error
        with self._machines.ground.lock:
            if trouble is not None and trouble.when is When.LATE:
                self._late.set(self._machines.ground.new_id(), trouble.late_s, lambda: self._do_late(act))
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
