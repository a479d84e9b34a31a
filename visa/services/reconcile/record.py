"""Writing facts: before an act that it was begun, after it what came of it, and for a rest what was seen.

Every write checks that the lease is still ours, and writes its event in the same transaction.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from sqlalchemy.orm import Session

from visa.domain.instance import Doing, Kept, Phase, Wanted, WorkspacePhase
from visa.domain.pace import ORDERS, SLOW_S, Limits, after, backoff_s, soon
from visa.domain.resources import ServerSeen, VolumeSeen
from visa.domain.steps import (
    Act,
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
    Rest,
    SetMounts,
    SnapshotVolume,
    StartServer,
    StopServer,
)
from visa.errors import Busy, Fault, Refused
from visa.services import guests
from visa.services.journal import SYSTEM
from visa.services.journal import record as write_event
from visa.services.reconcile.execute import Done, Outcome, Seen
from visa.services.reconcile.words import say
from visa.services.wake import Subject, wake
from visa.store.tables import Instance, InstanceStatus, Workspace, WorkspaceStatus

_PASSING = frozenset({"gone", "in_use", "volume_in_use", "has_snapshots"})
_ON_THE_WAY = {
    Kept.KEPT: WorkspacePhase.AVAILABLE,
    Kept.ARCHIVED: WorkspacePhase.ARCHIVING,
    Kept.GONE: WorkspacePhase.DELETING,
}


@dataclass(frozen=True)
class Row:
    """A claimed row: intent and facts, loaded in the present transaction."""

    intent: Instance | Workspace
    status: InstanceStatus | WorkspaceStatus


def rest(session: Session, row: Row, step: Rest, seen: ServerSeen | VolumeSeen | None, now: datetime) -> None:
    """Nothing was ordered: record what was seen and decided, and give the lease back."""
    status = row.status
    if isinstance(row.intent, Workspace) and step.phase == status.phase and step.code not in {None, status.code}:
        _tell(session, row, "delayed", step.message or "It does not go on.", now)
    status.missing_since = step.missing_since
    status.next_look_at = step.look_at
    if not step.keep_doing:
        status.doing, status.doing_since = Doing.NOTHING, None
    if step.forget:
        status.ref = None
    _take_seen(status, seen)
    _facts(status, attempts=step.attempts, code=step.code, message=step.message, revision=row.intent.revision)
    _enter(session, row, step.phase, now)
    release(status, now)


def finish(session: Session, row: Row, now: datetime) -> None:
    """Close the row for ever."""
    status = row.status
    status.ref, status.next_look_at, status.missing_since = None, None, None
    status.doing, status.doing_since = Doing.NOTHING, None
    _facts(status, attempts=0, code=None, message=None, revision=row.intent.revision)
    _enter(session, row, Phase.GONE, now)
    release(status, now)


def begin(session: Session, row: Row, act: Act, seen: ServerSeen | VolumeSeen | None, now: datetime) -> None:
    """Record an act before it is taken. The lease is kept; if its holder dies, the row is due once it runs out."""
    status = row.status
    status.next_look_at = now
    status.doing, status.doing_since = ORDERS[type(act)], now
    status.missing_since = None
    if isinstance(status, InstanceStatus) and isinstance(act, StartServer | RebootServer):
        status.left_boot = guests.newest_boot(session, status.instance_id)
    if isinstance(act, CreateServer | CreateVolumeFrom):
        status.ref = None  # an earlier one was believed to be gone; should this fail, it is not waited for again
    _take_seen(status, seen)
    _facts(status, attempts=act.attempts, code=status.code, message=status.message, revision=row.intent.revision)
    _enter(session, row, _phase_of(act, row.intent.wanted), now)
    if isinstance(act, DeleteServer | DeleteVolume) and act.evidence and act.attempts == 0:
        _tell(session, row, "verified", act.evidence, now)
    status.version += 1


def outcome(session: Session, row: Row, act: Act, came: Outcome, *, now: datetime, limits: Limits) -> None:
    """Record what came of an act, and give the lease back."""
    status = row.status
    match came:
        case Refused() | Fault() if isinstance(act, SetMounts):
            _not_mounted(session, row, act, came, now)
        case Done():
            _done(status, act, came)
            if isinstance(act, SetMounts):
                _tell(session, row, "mounts", "The data folders were changed to what the owner may see now.", now)
            status.code = status.message = None
            status.next_look_at = soon(now)
        case Busy():
            status.doing, status.doing_since = Doing.NOTHING, None
            status.code, status.message = came.code, came.public
            status.next_look_at = after(now, came.retry_after_s)
        case Refused():
            hopeless = came.code not in _PASSING
            status.attempts = limits.max_attempts if hopeless else act.attempts + 1
            status.code, status.message = came.code, came.public
            if not isinstance(act, DetachVolume):  # that it was asked for is enough for a broken machine to go
                status.doing = Doing.NOTHING
            status.next_look_at = soon(now)
            _tell(session, row, "refused", f"The cloud refused: {came.public}", now)
        case Fault():
            status.attempts = act.attempts + 1
            status.doing_since = now  # it may take effect from now on: the call itself may have taken long
            status.code, status.message = came.code, came.public
            status.next_look_at = after(now, backoff_s(status.attempts, limits))
            _tell(session, row, "fault", f"It did not work and is tried again: {came.public}", now)
        case _ as never:
            assert_never(never)
    release(status, now)


def _not_mounted(session: Session, row: Row, act: SetMounts, came: Refused | Fault, now: datetime) -> None:
    """The machine runs on, and it is tried again slowly; the person is told once."""
    status = row.status
    if status.message != came.public:
        _tell(session, row, "mounts", f"The data folders could not be changed: {came.public}", now)
    status.attempts, status.code, status.message = act.attempts, came.code, came.public
    status.doing, status.doing_since = Doing.NOTHING, None
    status.next_look_at = after(now, SLOW_S)


def release(status: InstanceStatus | WorkspaceStatus, now: datetime) -> None:
    """Give the lease back."""
    status.lease_holder = status.lease_until = None
    status.seen_at = now
    status.version += 1


def _done(status: InstanceStatus | WorkspaceStatus, act: Act, came: Done) -> None:
    if came.seen is not None:
        _take_seen(status, came.seen)
    if isinstance(status, InstanceStatus) and isinstance(act, CreateServer | StartServer | RebootServer):
        status.seen_nonce = act.nonce


def _take_seen(status: InstanceStatus | WorkspaceStatus, seen: Seen | None) -> None:
    if not isinstance(seen, ServerSeen | VolumeSeen):
        return  # a copy is told from others by its mark alone
    status.ref = seen.ref
    if isinstance(seen, ServerSeen) and isinstance(status, InstanceStatus):
        status.address = seen.address or status.address


def _facts(
    status: InstanceStatus | WorkspaceStatus, *, attempts: int, code: str | None, message: str | None, revision: int
) -> None:
    status.attempts, status.code, status.message, status.seen_revision = attempts, code, message, revision


def _enter(session: Session, row: Row, phase: str, now: datetime) -> None:
    """Move to a phase; entering another one is an event."""
    status = row.status
    if phase == status.phase:
        return
    status.phase, status.phase_since = phase, now
    if phase == WorkspacePhase.ARCHIVED:
        wake(session, Subject.WORKSPACE, row.intent.id, at=now)  # its owner is told, and its time in there counts
    elif phase == Phase.GONE and isinstance(row.intent, Instance):
        wake(session, Subject.WORKSPACE, row.intent.workspace_id, at=now)  # its owner is told, if it was taken back
    if isinstance(status, InstanceStatus):
        status.ready_at = now if phase == Phase.RUNNING else None
        status.first_ready_at = status.first_ready_at or status.ready_at
    _tell(session, row, phase, say(row.status, phase, status.message), now)


def _tell(session: Session, row: Row, kind: str, message: str, now: datetime) -> None:
    is_instance = isinstance(row.intent, Instance)
    write_event(
        session,
        f"{'instance' if is_instance else 'workspace'}.{kind}",
        message,
        at=now,
        by=SYSTEM,
        person_id=row.intent.owner_id,
        instance_id=row.intent.id if is_instance else None,
        workspace_id=row.intent.workspace_id if isinstance(row.intent, Instance) else row.intent.id,
    )


def _phase_of(act: Act, wanted: str) -> str:
    match act:
        case CreateServer():
            return Phase.BUILDING
        case StartServer() | RebootServer():
            return Phase.STARTING
        case StopServer():
            return Phase.DELETING if wanted == Wanted.GONE else Phase.STOPPING
        case SetMounts():
            return Phase.RUNNING
        case DetachVolume():
            return Phase.DELETING
        case DeleteServer():
            return Phase.BUILDING if act.again else Phase.DELETING
        case CreateVolume():
            return WorkspacePhase.BUILDING
        case CreateVolumeFrom():
            return WorkspacePhase.RESTORING
        case DeleteVolume() if wanted == Kept.KEPT:  # what is in it is the archive's, and only a part of that
            return WorkspacePhase.RESTORING
        case DeleteVolume() | SnapshotVolume() | DeleteSnapshot() | CreateBackup() | DeleteBackup():
            return _ON_THE_WAY[Kept(wanted)]
        case _ as never:
            assert_never(never)
