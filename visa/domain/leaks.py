"""Resources that carry our mark and belong to no row: what is one, and what may be done about it. No I/O, no clock.

1. Only what carries this deployment's mark is looked at; a list that cannot be believed says nothing.
2. Nothing is done before it was seen for long enough, in lists with nothing else wrong.
3. Volumes, snapshots and backups hold people's data and are never deleted here: they are reported and left alone.
   No machine is ended while anything about the volumes attached to it is unclear.
4. When a large share of the machines has no row, the database is the wrong one sooner than the machines.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from visa.domain.resources import PortSeen, Power, ServerSeen, Survey, VolumeState, workspace_of

FEW = 3  # so many machines without a row are no sign of a wrong database


class Kind(StrEnum):
    SERVER = "server"
    VOLUME = "volume"
    SNAPSHOT = "snapshot"
    BACKUP = "backup"
    PORT = "port"


class Cure(StrEnum):
    """The next thing to do about a leak that has lasted."""

    STOP = "stop"
    DETACH = "detach"
    DELETE = "delete"
    LEAVE = "leave"
    """Reported, and left to people."""


@dataclass(frozen=True)
class Leak:
    """One resource without a row. `owner` is the id in its mark, for a copy its workspace's; "" for a port.

    `double`: a second machine of a row that has one, or that lives in another cloud. Which of the two the person works
    in is for people to find out.
    """

    kind: Kind
    ref: str
    owner: str
    double: bool = False


@dataclass(frozen=True)
class Known:
    """Of one cloud: live instances with the ref of their machine (None before it is known), and live workspaces.

    `elsewhere` are the live instances of other clouds: should their machines be listed here, two settings may well
    name one cloud.
    """

    machines: dict[str, str | None]
    workspaces: frozenset[str]
    elsewhere: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rules:
    """`quiet`: how long a leak must have been seen before anything is done about it."""

    quiet: timedelta
    delete_servers: bool
    max_share: float


def leaks(survey: Survey, ports: Iterable[PortSeen], known: Known) -> tuple[Leak, ...]:
    """Everything of ours in one list that no row accounts for; rows have to be read after the list was taken."""
    listed = {server.ref for server in survey.servers}
    servers = (
        Leak(Kind.SERVER, server.ref, server.mark.id, double=_has_a_row(server, known))
        for server in survey.servers
        if server.mark.id not in known.machines or _is_double(server, known.machines[server.mark.id], listed)
    )
    volumes = (
        Leak(Kind.VOLUME, volume.ref, volume.mark.id)
        for volume in survey.volumes
        if volume.mark.id not in known.workspaces
    )
    loose = (Leak(Kind.PORT, port.ref, "") for port in ports if port.server_ref is None)
    snapshots = ((Kind.SNAPSHOT, copy.ref, workspace_of(copy.mark)) for copy in survey.snapshots)
    backups = ((Kind.BACKUP, copy.ref, workspace_of(copy.mark)) for copy in survey.backups)
    copies = (Leak(*copy) for copy in (*snapshots, *backups) if copy[-1] not in known.workspaces)
    return (*servers, *volumes, *copies, *loose)


def suspicious(found: Iterable[Leak], survey: Survey, max_share: float) -> bool:
    """Whether so many machines or volumes lack a row that the rows are doubted, and not the cloud."""
    for kind, total in ((Kind.SERVER, len(survey.servers)), (Kind.VOLUME, len(survey.volumes))):
        count = sum(leak.kind is kind for leak in found)
        if count > max(FEW, max_share * total):
            return True
    return False


def endable(survey: Survey) -> dict[str, ServerSeen]:
    """The machines, by ref, that may be ended: each with all that is attached to it, by its own word or the volume's.

    A volume that is not ours is not taken from a machine, and one that is attached to nobody knows what could be
    attached to any.
    """
    volumes = {volume.ref: volume for volume in survey.volumes}
    claimed = {ref for server in survey.servers for ref in server.volume_refs}
    for volume in volumes.values():
        if volume.state is VolumeState.IN_USE and volume.attached_to is None and volume.ref not in claimed:
            return {}
    by_word = {server.ref: set(server.volume_refs) for server in survey.servers}
    for volume in volumes.values():
        if volume.attached_to in by_word:
            by_word[volume.attached_to].add(volume.ref)
    sure = {VolumeState.AVAILABLE, VolumeState.IN_USE}
    return {
        server.ref: replace(server, volume_refs=tuple(sorted(by_word[server.ref])))
        for server in survey.servers
        if all(ref in volumes and volumes[ref].state in sure for ref in by_word[server.ref])
    }


def cure(leak: Leak, server: ServerSeen | None, first_seen: datetime, now: datetime, rules: Rules) -> Cure:
    """What to do about one leak now. A machine ends as everywhere: stopped, its volumes taken from it, then deleted.

    `server` is the machine as `endable` has it, None for one that may not be ended.
    """
    if now - first_seen < rules.quiet:
        return Cure.LEAVE
    match leak.kind:
        case Kind.VOLUME | Kind.SNAPSHOT | Kind.BACKUP:
            return Cure.LEAVE
        case Kind.SERVER if leak.double:
            return Cure.LEAVE
        case Kind.PORT:
            return Cure.DELETE if rules.delete_servers else Cure.LEAVE
        case Kind.SERVER:
            return _ending(server) if rules.delete_servers and server is not None else Cure.LEAVE
        case _ as never:
            assert_never(never)


def _ending(server: ServerSeen) -> Cure:
    match server.power:
        case Power.ACTIVE:
            return Cure.STOP
        case Power.STOPPED:
            return Cure.DETACH if server.volume_refs else Cure.DELETE
        case Power.ERROR:
            return Cure.DELETE if not server.volume_refs else Cure.LEAVE
        case Power.BUILDING | Power.STOPPING | Power.DELETING | Power.FROZEN:
            return Cure.LEAVE
        case _ as never:
            assert_never(never)


def _has_a_row(server: ServerSeen, known: Known) -> bool:
    return server.mark.id in known.machines or server.mark.id in known.elsewhere


def _is_double(server: ServerSeen, ref: str | None, listed: set[str]) -> bool:
    """A second machine for one row, whose own machine is listed too."""
    return ref is not None and server.ref != ref and ref in listed
