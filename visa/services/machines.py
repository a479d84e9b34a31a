"""How a machine is, by the newest report of the service inside it: for its owner's page and for operators."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from visa.settings import Settings
from visa.store.tables import GuestReport

POLLS_MISSED = 3
_GIB = 2**30


@dataclass(frozen=True)
class Disk:
    path: str
    size_bytes: int
    used_bytes: int


@dataclass(frozen=True)
class Place:
    """The workspace, or a data folder: `state` in one of the guest service's words, `error` as the machine put it."""

    target: str
    state: str
    error: str


@dataclass(frozen=True)
class Machine:
    """What a machine said of itself at `seen_at`; `stale` when it should have said something again since.

    `load1` is the average number of busy or waiting processes over a minute.
    """

    seen_at: datetime
    stale: bool
    load1: float
    cpus: int
    memory_total_mib: int
    memory_available_mib: int
    logged_in: tuple[str, ...]
    disks: tuple[Disk, ...]
    workspace: Place
    mounts: tuple[Place, ...]


def polls(settings: Settings) -> dict[str, int]:
    """Every how many seconds guest services report, by the names of the clouds."""
    return {cloud.name: cloud.guest_poll_s for cloud in settings.clouds}


def machine(
    session: Session, instance_id: str, cloud: str, *, now: datetime, polls: Mapping[str, int]
) -> Machine | None:
    """None when nothing was ever reported: its cloud has no guest service, or the machine has not come up yet.

    Whatever is known of a machine in a cloud that was given up, and so is none of `polls`, is stale.
    """
    report = session.get(GuestReport, instance_id)
    if report is None:
        return None
    said = report.said
    return Machine(
        seen_at=report.received_at,
        stale=now - report.received_at > timedelta(seconds=POLLS_MISSED * polls.get(cloud, 0)),
        load1=said["load1"],
        cpus=said["cpus"],
        memory_total_mib=said["memory"]["total_mib"],
        memory_available_mib=said["memory"]["available_mib"],
        logged_in=tuple(sorted({user["login"] for user in said["users"]})),
        disks=tuple(Disk(disk["path"], disk["size_bytes"], disk["used_bytes"]) for disk in said["disks"]),
        workspace=_place("/home", said["workspace"]),
        mounts=tuple(_place(mount["target"], mount) for mount in said["mounts"]),
    )


def in_words(machine: Machine) -> Iterator[tuple[str, str]]:
    """Names and values for an operator's eyes."""
    yield "last heard of", f"{machine.seen_at:%Y-%m-%d %H:%M:%S} UTC{', too long ago' if machine.stale else ''}"
    yield "load", f"{machine.load1:.2f} on {machine.cpus} processors"
    yield "memory", f"{machine.memory_available_mib} of {machine.memory_total_mib} MiB available"
    yield "logged in", ", ".join(machine.logged_in) or "nobody"
    for disk in machine.disks:
        yield f"disk {disk.path}", f"{disk.used_bytes / _GIB:.1f} of {disk.size_bytes / _GIB:.1f} GiB used"
    for place in (machine.workspace, *machine.mounts):
        yield place.target, f"{place.state}: {place.error}" if place.error else place.state


def _place(target: str, said: Mapping[str, Any]) -> Place:
    return Place(target, said["state"], said["error"])
