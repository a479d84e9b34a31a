"""Taking an act: one cloud call, and what came of it as a value. Nothing that a cloud does raises beyond here."""

from dataclasses import dataclass
from typing import assert_never

import structlog

from visa.domain.resources import ServerSeen, VolumeSeen
from visa.domain.steps import (
    Act,
    CreateServer,
    CreateVolume,
    DeleteServer,
    DeleteVolume,
    DetachVolume,
    RebootServer,
    SetMounts,
    StartServer,
    StopServer,
)
from visa.errors import Busy, Fault, Refused
from visa.ports.cloud import Cloud

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Done:
    """The cloud accepted it; `seen` is what a create call returned."""

    seen: ServerSeen | VolumeSeen | None = None


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


def _call(cloud: Cloud, act: Act) -> ServerSeen | VolumeSeen | None:
    match act:
        case CreateServer():
            return cloud.create_server(act.spec)
        case CreateVolume():
            return cloud.create_volume(act.spec)
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
        case DeleteVolume():
            cloud.delete_volume(act.ref)
        case _ as never:
            assert_never(never)
    return None
