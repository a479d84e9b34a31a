"""The next step of a workspace: its volume is made once, never anew when missing, and deleted only when wanted."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from visa.domain.instance import Doing, Facts, Kept, WorkspacePhase
from visa.domain.pace import SLOW_S, Limits, after, later, missing, older, paced, still
from visa.domain.resources import VolumeSeen, VolumeSpec, VolumeState
from visa.domain.steps import CreateVolume, DeleteVolume, Finish, Rest, Step


@dataclass(frozen=True)
class WorkspaceIntent:
    """What is wanted of one workspace. `occupied`: an instance that is not gone yet uses it."""

    wanted: Kept
    revision: int
    spec: VolumeSpec
    occupied: bool


def plan_workspace(
    intent: WorkspaceIntent, facts: Facts, volume: VolumeSeen | None, now: datetime, limits: Limits
) -> Step:
    """Exactly one step for one workspace."""
    if facts.phase == WorkspacePhase.GONE:
        return Rest(WorkspacePhase.GONE)
    tries = facts.attempts if intent.revision == facts.seen_revision else 0
    if volume is None and facts.ref is not None and (wait := missing(facts, now, limits)):
        return wait
    match intent.wanted:
        case Kept.KEPT:
            step = _keep(intent, facts, volume, now, limits=limits, tries=tries)
        case Kept.ARCHIVED:
            step = Rest(facts.phase, after(now, SLOW_S), "no_archives", "It cannot be archived yet.", attempts=tries)
        case Kept.GONE:
            step = _remove(intent, facts, volume, now, tries=tries)
        case _ as never:
            assert_never(never)
    return paced(step, facts, now, limits, tries=tries)


def _keep(
    intent: WorkspaceIntent, facts: Facts, volume: VolumeSeen | None, now: datetime, *, limits: Limits, tries: int
) -> Step:
    if volume is None:
        if facts.ref is not None:
            return _failed("volume_missing", "Its volume was not found in the cloud. Support was told.", now, limits)
        if tries >= limits.max_attempts:
            return _failed(facts.code or "failed", facts.message or "It could not be made.", now, limits)
        return CreateVolume(intent.spec, attempts=tries)
    match volume.state:
        case VolumeState.AVAILABLE | VolumeState.IN_USE:
            return Rest(WorkspacePhase.AVAILABLE)
        case VolumeState.CREATING:
            if older(facts.doing_since, now, limits.build_timeout_s):
                return _failed("volume_stuck", "Making its volume takes too long. Support has to look.", now, limits)
            return _wait(facts, now, WorkspacePhase.BUILDING, tries=tries)
        case VolumeState.ERROR | VolumeState.DELETING:
            words = f" The cloud says: {volume.fault}" if volume.fault else ""
            return _failed("volume_error", f"Its volume is in state {volume.state}.{words}", now, limits)
        case _ as never:
            assert_never(never)


def _remove(intent: WorkspaceIntent, facts: Facts, volume: VolumeSeen | None, now: datetime, *, tries: int) -> Step:
    if volume is None:
        return Finish()
    if intent.occupied or volume.state in {VolumeState.IN_USE, VolumeState.DELETING}:
        return _wait(facts, now, WorkspacePhase.DELETING, tries=tries)
    in_vain = volume.state is VolumeState.ERROR and facts.doing is Doing.DELETE
    return DeleteVolume(volume.ref, attempts=tries + in_vain)


def _wait(facts: Facts, now: datetime, phase: WorkspacePhase, *, tries: int) -> Rest:
    """Soon at first, then more and more slowly; slowly at once where nothing was ordered that could end soon."""
    look_at = later(facts.doing_since, now) if facts.doing_since else after(now, SLOW_S)
    return still(facts, look_at, attempts=tries, phase=phase)


def _failed(code: str, message: str, now: datetime, limits: Limits) -> Rest:
    return Rest(WorkspacePhase.FAILED, after(now, SLOW_S), code, message, attempts=limits.max_attempts, keep_doing=True)
