"""The next step of an instance, from what is wanted, what was recorded and what the cloud shows. No I/O, no clock.

The rules that keep machines and data safe:
1. absence is believed only after it lasted (`pace.missing`), and nothing that is listed speaks against it;
2. an order that may still take effect is waited for before another is given (`pace.paced`);
3. a machine is deleted only after a clean stop, when its workspace was taken from it and seen safe (`preserve.doubt`);
4. an error in the cloud never deletes a machine that has ever worked.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from visa.domain import preserve
from visa.domain.holdings import named
from visa.domain.instance import Doing, Facts, Phase, Wanted, WorkspacePhase
from visa.domain.pace import SLOW_S, Limits, after, later, missing, older, paced, soon, still, uncertain
from visa.domain.plan_workspace import ON_ITS_WAY
from visa.domain.resources import Mark, Power, ServerSeen, ServerSpec, SnapshotSeen, VolumeSeen, VolumeState
from visa.domain.steps import (
    CreateServer,
    DeleteServer,
    DetachVolume,
    Finish,
    RebootServer,
    Rest,
    SetMounts,
    StartServer,
    Step,
    StopServer,
)

_STUCK = "The cloud has not finished for a long time. The support team has to look into it."


@dataclass(frozen=True)
class InstanceIntent:
    """What is wanted of one instance.

    `spec.volume_ref` counts only once `workspace_phase` is AVAILABLE. `ever_ready`: its desktop answered at least once.
    While it is not `admitted` it waits for room, and nothing is made for it. `snapshot` is the mark of the copy of its
    workspace without which the machine is not deleted. `workspace_message` says what hinders that workspace.
    """

    wanted: Wanted
    revision: int
    restart_nonce: int
    spec: ServerSpec
    workspace_phase: WorkspacePhase
    ever_ready: bool
    phase_since: datetime
    admitted: bool = True
    snapshot: Mark | None = None
    workspace_message: str | None = None


@dataclass(frozen=True)
class Seen:
    """What one survey showed of an instance: its server, its workspace's volume, and that one's snapshots."""

    server: ServerSeen | None
    volume: VolumeSeen | None
    snapshots: tuple[SnapshotSeen, ...] = ()


@dataclass(frozen=True)
class _Case:
    """Everything that a decision may look at. `tries` counts failed tries at what is wanted now."""

    intent: InstanceIntent
    facts: Facts
    volume: VolumeSeen | None
    snapshot: SnapshotSeen | None
    now: datetime
    limits: Limits
    tries: int


def plan_instance(intent: InstanceIntent, facts: Facts, seen: Seen, now: datetime, limits: Limits) -> Step:
    """Exactly one step for one instance."""
    if facts.phase == Phase.GONE:
        return Rest(Phase.GONE)
    tries = facts.attempts if intent.revision == facts.seen_revision else 0
    case = _Case(intent, facts, seen.volume, named(seen.snapshots, intent.snapshot), now, limits, tries)
    if seen.server is None and facts.ref is not None:
        if seen.volume is not None and seen.volume.attached_to == facts.ref:
            return _contradiction(case)
        if wait := missing(facts, now, limits):
            return wait
    return paced(_given_up(case, _next(case, seen.server)), facts, now, limits, tries=tries)


def _contradiction(case: _Case) -> Rest:
    """One list says that the machine holds the workspace, another that there is none: nothing may be concluded."""
    message = "The cloud does not list the machine, but says that it holds the workspace."
    since = case.facts.doing_since or case.intent.phase_since
    look_at = max(after(case.now, 1), later(since, case.now))
    return still(replace(case.facts, code="list_contradicts", message=message), look_at, attempts=case.tries)


def _next(case: _Case, server: ServerSeen | None) -> Step:
    match case.intent.wanted:
        case Wanted.GONE:
            return _towards_gone(case, server) if server else Finish()
        case Wanted.STOPPED:
            return _towards_stopped(case, server) if server else _off(case)
        case Wanted.RUNNING:
            return _towards_running(case, server) if server else _create(case)
        case _ as never:
            assert_never(never)


def _given_up(case: _Case, step: Step) -> Step:
    """After too many failed tries the person is told. Deleting is never given up: it is only tried more slowly."""
    if isinstance(step, Rest | Finish) or case.intent.wanted is Wanted.GONE or step.attempts < case.limits.max_attempts:
        return step
    return _failed(case, case.facts.code or "failed", case.facts.message or "It was tried several times in vain.")


def _off(case: _Case) -> Rest:
    """There is no machine. One that may still come is remembered: else nobody would wait for it when it is deleted."""
    may_come = uncertain(case.facts, case.now, case.limits)
    return Rest(Phase.STOPPED, soon(case.now) if may_come else None, forget=True, keep_doing=may_come)


def _create(case: _Case) -> Step:
    if not case.intent.admitted:  # nothing to look for: being let in is a change of what is wanted
        return Rest(Phase.NEW, None, "waiting", "It waits for room in the cloud or its experiment.", forget=True)
    if case.intent.workspace_phase is WorkspacePhase.AVAILABLE:
        return CreateServer(case.intent.spec, case.intent.restart_nonce, attempts=case.tries)
    if words := case.intent.workspace_message or ON_ITS_WAY.get(case.intent.workspace_phase):
        return Rest(Phase.NEW, later(case.intent.phase_since, case.now), "workspace", words, forget=True)
    failed = _failed(case, "workspace_unusable", "Its workspace cannot be used; the support team can help.")
    return replace(failed, attempts=case.tries)  # nothing was tried: it goes on by itself once the workspace is back


def _towards_gone(case: _Case, server: ServerSeen) -> Step:
    match server.power:
        case Power.ACTIVE:
            return StopServer(server.ref, attempts=case.tries)
        case Power.STOPPING:
            return _wait(case, Phase.DELETING)
        case Power.FROZEN:  # only a machine that runs can write what it has in memory, and shut down
            return StartServer(server.ref, case.intent.spec.mounts, case.intent.restart_nonce, attempts=case.tries)
        case Power.BUILDING if case.intent.ever_ready:  # it reboots, or the cloud does not know: people worked in it
            return _wait(case, Phase.DELETING)
        case Power.DELETING if not _overdue(case, Phase.DELETING):
            return _wait(case, Phase.DELETING)
        case Power.STOPPED | Power.ERROR | Power.BUILDING | Power.DELETING:
            if doubt := preserve.doubt(case.volume):
                return Rest(Phase.DELETING, after(case.now, SLOW_S), doubt.code, doubt.message, attempts=case.tries)
            if unsafe := _held(case, server) or _uncopied(case):
                return unsafe
            in_vain = server.power is Power.ERROR and case.facts.doing is Doing.DELETE
            return DeleteServer(
                server.ref, case.tries + in_vain, again=False, evidence=preserve.evidence(case.volume, case.snapshot)
            )
        case _ as never:
            assert_never(never)


def _held(case: _Case, server: ServerSeen) -> Step | None:
    """The workspace is taken from the machine and seen free before the machine goes; None once that is so.

    A broken machine may not let go: that is tried once, because deleting it frees the workspace too. One that never
    came up, or is on its way out, is not asked.
    """
    volume = case.volume
    asked = case.facts.doing in {Doing.DETACH, Doing.DELETE}
    if volume is None or server.power in {Power.BUILDING, Power.DELETING} or (server.power is Power.ERROR and asked):
        return None
    unclear = volume.state is VolumeState.IN_USE and volume.attached_to is None
    if volume.attached_to == server.ref or (unclear and volume.ref in server.volume_refs):
        return DetachVolume(server.ref, volume.ref, attempts=case.tries)
    return _wait(case, Phase.DELETING) if unclear else None


def _uncopied(case: _Case) -> Rest | None:
    """The copy that is wanted of its workspace is not there yet; a workspace that is not let go cannot be copied."""
    if case.intent.snapshot is None or (doubt := preserve.copy_doubt(case.volume, case.snapshot)) is None:
        return None
    look_at = max(after(case.now, 1), later(_since(case, Phase.DELETING), case.now))
    return Rest(Phase.DELETING, look_at, doubt.code, doubt.message, attempts=case.tries, keep_doing=True)


def _towards_stopped(case: _Case, server: ServerSeen) -> Step:
    match server.power:
        case Power.STOPPED | Power.FROZEN:
            return Rest(Phase.STOPPED)
        case Power.ACTIVE:
            return StopServer(server.ref, attempts=case.tries)
        case Power.BUILDING | Power.STOPPING | Power.DELETING:
            return _wait(case, Phase.STOPPING)
        case Power.ERROR:
            return _broken(case, server)
        case _ as never:
            assert_never(never)


def _towards_running(case: _Case, server: ServerSeen) -> Step:
    match server.power:
        case Power.ACTIVE:
            return _active(case, server)
        case Power.STOPPED | Power.FROZEN:
            return _start(case, server)
        case Power.STOPPING:
            return _wait(case, Phase.STOPPING)
        case Power.DELETING:
            return _wait(case, Phase.BUILDING)
        case Power.BUILDING if not _overdue(case, Phase.BUILDING):
            return _wait(case, Phase.BUILDING)
        case Power.BUILDING | Power.ERROR:
            if case.intent.ever_ready or case.tries >= case.limits.max_attempts:
                return _reboot(case, server) if _reboot_wanted(case) else _broken(case, server)
            if doubt := preserve.doubt(case.volume):
                return _failed(case, doubt.code, doubt.message)
            return DeleteServer(server.ref, attempts=case.tries + 1, again=True)
        case _ as never:
            assert_never(never)


def _active(case: _Case, server: ServerSeen) -> Step:
    if _reboot_wanted(case):
        return _reboot(case, server)
    if server.desktop_ready:
        return _mounting(case, server) or _running(case)
    since = case.intent.phase_since if case.facts.phase == Phase.STARTING else case.now
    if _was_told(case, "desktop_silent") or older(since, case.now, case.limits.build_timeout_s):
        return _failed(case, "desktop_silent", "The machine runs, but its desktop does not answer. Reboot it.")
    return still(case.facts, later(since, case.now), attempts=case.tries, phase=Phase.STARTING)


def _mounting(case: _Case, server: ServerSeen) -> Step | None:
    """What the machine shows is not what its owner may have now. The loop sees to it where no service inside does."""
    wanted = case.intent.spec.mounts
    if server.mounts is None or set(server.mounts) == set(wanted):
        return None
    return SetMounts(server.ref, wanted, attempts=case.tries)


def _wait(case: _Case, phase: Phase) -> Rest:
    """The cloud is at it. After too long it is told, and looked at slowly: somebody has to look into the cloud."""
    if not _overdue(case, phase):
        return still(case.facts, later(_since(case, phase), case.now), attempts=case.tries, phase=phase)
    if case.intent.wanted is not Wanted.GONE:
        return _failed(case, "stuck", _STUCK)
    return Rest(phase, after(case.now, SLOW_S), "stuck", _STUCK, attempts=case.tries, keep_doing=True)


def _overdue(case: _Case, phase: Phase) -> bool:
    told = _was_told(case, "stuck") or _was_told(case, "machine_error")
    return told or older(_since(case, phase), case.now, case.limits.build_timeout_s)


def _since(case: _Case, phase: Phase) -> datetime:
    """Since when the cloud is at it: since the last order, or since it was first seen to be."""
    entered = case.intent.phase_since if case.facts.phase == phase else case.now
    return case.facts.doing_since or entered


def _was_told(case: _Case, code: str) -> bool:
    """Whether this very failure is shown and nobody has wanted anything else since."""
    facts = case.facts
    return facts.phase == Phase.FAILED and facts.code == code and case.tries >= case.limits.max_attempts


def _running(case: _Case) -> Rest:
    """Failed tries are forgotten only after it ran for a while, or one that keeps going off would be tried for ever."""
    if case.tries == 0:
        return Rest(Phase.RUNNING)
    since = case.intent.phase_since if case.facts.phase == Phase.RUNNING else case.now
    stable_at = after(since, case.limits.stable_s)
    return Rest(Phase.RUNNING) if stable_at <= case.now else Rest(Phase.RUNNING, stable_at, attempts=case.tries)


def _start(case: _Case, server: ServerSeen) -> Step:
    went_off = case.facts.phase in {Phase.BUILDING, Phase.STARTING, Phase.RUNNING}
    if went_off and case.tries + 1 >= case.limits.max_attempts:
        return _failed(case, "keeps_stopping", "The machine keeps going off by itself. Its workspace is safe.")
    tries = case.tries + 1 if went_off else case.tries
    return StartServer(server.ref, case.intent.spec.mounts, case.intent.restart_nonce, attempts=tries)


def _reboot_wanted(case: _Case) -> bool:
    return case.intent.restart_nonce > case.facts.seen_nonce


def _reboot(case: _Case, server: ServerSeen) -> RebootServer:
    return RebootServer(server.ref, case.intent.spec.mounts, case.intent.restart_nonce, attempts=case.tries)


def _broken(case: _Case, server: ServerSeen) -> Rest:
    words = f" The cloud says: {server.fault}" if server.fault else ""
    return _failed(case, "machine_error", f"The machine is broken; its workspace is safe.{words}")


def _failed(case: _Case, code: str, message: str) -> Rest:
    """Shown to the person, and looked at again slowly because clouds recover. A new wish starts counting afresh."""
    look_at = after(case.now, SLOW_S)
    return Rest(Phase.FAILED, look_at, code, message, attempts=case.limits.max_attempts, keep_doing=True)
