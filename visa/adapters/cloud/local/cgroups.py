"""Memory, CPU and process limits by control groups, version 1 or 2, wherever this process may make groups.

Finds out by making one, and says in one sentence which limits do not hold. See the kernel's documentation of cgroup-v1
and cgroup-v2.
"""

import hashlib
import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_PERIOD_US = 100_000
_MAX_TASKS = 4096  # more than any desktop needs, fewer than a fork bomb needs


class Resource(StrEnum):
    MEMORY = "memory"
    CPU = "cpu"
    TASKS = "pids"


@dataclass(frozen=True)
class Hierarchy:
    """A mounted tree of groups, and where this process stands in it. `unified` is version 2."""

    unified: bool
    mount: Path
    own: Path
    resources: frozenset[Resource]


@dataclass(frozen=True)
class Parent:
    """A folder in which groups can be made that limit these resources."""

    folder: Path
    unified: bool
    resources: frozenset[Resource]


class Cgroups:
    """Groups of the servers below one root. `enforced` says which limits hold."""

    def __init__(self, root: Path) -> None:
        self._prefix = hashlib.sha256(os.fsencode(root)).hexdigest()[:8]
        self._parents = tuple(_usable_parents("visa"))
        self.enforced = frozenset(resource for parent in self._parents for resource in parent.resources)

    def make(self, name: str, *, vcpus: int, memory_mib: int) -> tuple[Path, ...]:
        """Make the groups of one server, or set their limits anew. A process joins through their `cgroup.procs`."""
        groups = []
        for parent in self._parents:
            group = parent.folder / f"{self._prefix}-{name}"
            group.mkdir(exist_ok=True)
            _set_limits(group, parent.unified, parent.resources, vcpus=vcpus, memory_mib=memory_mib)
            groups.append(group)
        return tuple(groups)

    def note(self) -> str:
        """Why some limits do not hold; "" when all do."""
        missing = [r.value for r in (Resource.MEMORY, Resource.CPU) if r not in self.enforced]
        if not missing:
            return ""
        return f"Limits of {' and '.join(missing)} do not hold: this account may not make control groups for it here."


def remove_groups(groups: tuple[Path, ...]) -> None:
    """Remove the groups of a server whose processes have ended; what is not empty yet stays."""
    for group in groups:
        with suppress(OSError):
            group.rmdir()


def hierarchies(mounts: str, own: str) -> list[Hierarchy]:
    """Read /proc/self/mounts and /proc/self/cgroup."""
    places = dict(_places(own))
    found = []
    for line in mounts.splitlines():
        _, mount, kind, options = line.split(" ")[:4]
        if kind == "cgroup":
            resources = frozenset(r for r in Resource if r.value in options.split(","))
            place = next((places[r.value] for r in resources if r.value in places), "/")
            if resources:
                found.append(Hierarchy(False, Path(mount), Path(mount) / place.lstrip("/"), resources))
        elif kind == "cgroup2":
            found.append(
                Hierarchy(True, Path(mount), Path(mount) / places.get("", "/").lstrip("/"), frozenset(Resource))
            )
    return found


def _places(own: str) -> Iterator[tuple[str, str]]:
    """Where this process stands by controller; version 2 has the name ""."""
    for line in own.splitlines():
        _, controllers, place = line.split(":", 2)
        for controller in controllers.split(","):
            yield controller, place


def _usable_parents(name: str) -> Iterator[Parent]:
    missing = set(Resource)
    for hierarchy in hierarchies(Path("/proc/self/mounts").read_text(), Path("/proc/self/cgroup").read_text()):
        # Below ourselves, so that what limits us limits all; else beside us or at the root, because version 2 wants no
        # processes above a group.
        beside = hierarchy.own if hierarchy.own == hierarchy.mount else hierarchy.own.parent
        for place in dict.fromkeys((hierarchy.own, beside, hierarchy.mount)):
            usable = _try_parent(place / name, hierarchy, frozenset(missing))
            if usable is not None:
                missing -= usable.resources
                yield usable
                break


def _try_parent(folder: Path, hierarchy: Hierarchy, wanted: frozenset[Resource]) -> Parent | None:
    wanted = wanted & hierarchy.resources
    if not wanted or not folder.parent.is_dir():
        return None
    probe = folder / f"probe-{uuid.uuid4().hex}"
    try:
        if hierarchy.unified:
            wanted = _open_controllers(folder, wanted)
        probe.mkdir(parents=True)
        _set_limits(probe, hierarchy.unified, wanted, vcpus=1, memory_mib=64)
        subprocess.run(
            ["sh", "-c", 'echo $$ >"$1"', "sh", str(probe / "cgroup.procs")], stderr=subprocess.DEVNULL, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    finally:
        with suppress(OSError):
            probe.rmdir()
    return Parent(folder, hierarchy.unified, wanted) if wanted else None


def _open_controllers(folder: Path, wanted: frozenset[Resource]) -> frozenset[Resource]:
    """Version 2: hand the controllers that are there down to `folder` and its children."""
    there = (folder.parent / "cgroup.controllers").read_text().split()
    usable = frozenset(resource for resource in wanted if resource.value in there)
    if usable:
        order = " ".join(f"+{resource.value}" for resource in sorted(usable))
        (folder.parent / "cgroup.subtree_control").write_text(order)
        folder.mkdir(exist_ok=True)
        (folder / "cgroup.subtree_control").write_text(order)
    return usable


def _set_limits(group: Path, unified: bool, resources: frozenset[Resource], *, vcpus: int, memory_mib: int) -> None:
    memory, quota = str(memory_mib * 2**20), vcpus * _PERIOD_US
    if Resource.MEMORY in resources:
        if unified:
            (group / "memory.max").write_text(memory)
            _write_if_there(group / "memory.swap.max", "0")
        else:
            _write_if_there(group / "memory.memsw.limit_in_bytes", "-1")  # it may never be below the limit itself
            (group / "memory.limit_in_bytes").write_text(memory)
            _write_if_there(group / "memory.memsw.limit_in_bytes", memory)
    if Resource.CPU in resources:
        if unified:
            (group / "cpu.max").write_text(f"{quota} {_PERIOD_US}")
        else:
            (group / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(quota))
    if Resource.TASKS in resources:
        (group / "pids.max").write_text(str(_MAX_TASKS))


def _write_if_there(file: Path, value: str) -> None:
    if file.exists():
        file.write_text(value)
