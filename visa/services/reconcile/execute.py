"""Taking an act: one cloud call, and what came of it as a value. Nothing that a cloud does raises beyond here."""

from dataclasses import dataclass
from typing import assert_never

import structlog

from visa.domain.resources import BackupSeen, ServerSeen, SnapshotSeen, VolumeSeen
from visa.domain.steps import (
    Act,
    CopyAct,
    CreateBackup,
    CreateServer,
    CreateVolume,
    CreateVolumeFrom,
    DeleteBackup,
    DeleteServer,
    DeleteSnapshot,
    DeleteVolume,
    DetachVolume,
    RebootServer,
    ServerAct,
    SetMounts,
    SnapshotVolume,
    StartServer,
    StopServer,
    VolumeAct,
)
from visa.errors import Busy, Fault, Refused
from visa.ports.cloud import Cloud

Seen = ServerSeen | VolumeSeen | SnapshotSeen | BackupSeen

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Done:
    """The cloud accepted it; `seen` is what a create call returned."""

    seen: Seen | None = None


Outcome = Done | Busy | Refused | Fault


def take(cloud: Cloud, act: Act) -> Outcome:
    """Make the act's one call."""
    try:
        return Done(_call(cloud, act))
    except (Busy, Refused, Fault) as error:
        return error
    except Exception as error:
        # Saves the other rows of the pass: an adapter that breaks its promise must not stop them.
        log.exception("cloud adapter broke its promise", act=type(act).__name__)
        return Fault("Something unexpected happened in the cloud.", detail=repr(error))


def _call(cloud: Cloud, act: Act) -> Seen | None:
    return _of_machine(cloud, act) if isinstance(act, ServerAct) else _of_storage(cloud, act)


def _of_machine(cloud: Cloud, act: ServerAct) -> Seen | None:
    match act:
        case CreateServer():
            return cloud.create_server(act.spec)
        case StartServer():
            cloud.start_server(act.ref, act.mounts)
        case StopServer():
            cloud.stop_server(act.ref)
        case RebootServer():
            cloud.reboot_server(act.ref, act.mounts)
        case SetMounts():
            cloud.set_mounts(act.ref, act.mounts)
        case DetachVolume():
            cloud.detach_volume(act.ref, act.volume_ref)
        case DeleteServer():
            cloud.delete_server(act.ref)
        case _ as never:
            assert_never(never)
    return None


def _of_storage(cloud: Cloud, act: VolumeAct | CopyAct) -> Seen | None:
    match act:
        case CreateVolume():
            return cloud.create_volume(act.spec)
        case CreateVolumeFrom():
            return cloud.create_volume_from(act.backup_ref, act.spec)
        case SnapshotVolume():
            return cloud.snapshot_volume(act.volume_ref, act.mark)
        case CreateBackup():
            return cloud.create_backup(act.volume_ref, act.mark)
        case DeleteVolume():
            cloud.delete_volume(act.ref)
        case DeleteSnapshot():
            cloud.delete_snapshot(act.ref)
        case DeleteBackup():
            cloud.delete_backup(act.ref)
        case _ as never:
            assert_never(never)
    return None
