"""What is wanted of one workspace, and what its plans share: how to wait, how to tell, and when to try again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from visa.domain.holdings import Holdings
from visa.domain.instance import Doing, Facts, Kept, WorkspacePhase
from visa.domain.pace import SLOW_S, Limits, after, later, older, still
from visa.domain.resources import BackupSeen, Mark, SnapshotSeen, VolumeSpec, VolumeState
from visa.domain.steps import Act, DeleteBackup, DeleteSnapshot, Rest, Step

UNREACHABLE = frozenset({"archive_missing", "archive_broken"})  # codes: its files cannot be had at the moment
RETRY_S = 3600.0  # what was tried too often is told, and tried on so rarely


@dataclass(frozen=True)
class WorkspaceIntent:
    """What is wanted of one workspace. `occupied`: an instance that is not gone yet uses it.

    `snapshot` and `archive` are the marks of the copies that are wanted; `copied`: there were copies once. While an
    archive is wanted, the volume comes from it should there be none. `archives`: this cloud keeps backups.
    """

    wanted: Kept
    revision: int
    spec: VolumeSpec
    occupied: bool
    snapshot: Mark | None = None
    archive: Mark | None = None
    archives: bool = True
    copied: bool = False


@dataclass(frozen=True)
class Case:
    """Everything that a decision may look at. `tries` counts failed tries at what is wanted now."""

    intent: WorkspaceIntent
    facts: Facts
    seen: Holdings
    now: datetime
    limits: Limits
    tries: int

    def ordered(self, *doing: Doing) -> bool:
        """Whether the order that was given last, and not yet seen done, is one of these."""
        return self.facts.doing in doing

    def overdue(self, seconds: float, begun_at: datetime | None = None) -> bool:
        """Whether what was ordered last, or is known to have begun then, has taken so long."""
        return older(self.facts.doing_since or begun_at, self.now, seconds)


def wait(case: Case, phase: WorkspacePhase) -> Rest:
    """Soon at first, then more and more slowly; slowly at once where nothing was ordered that could end soon."""
    since = case.facts.doing_since
    look_at = later(since, case.now) if since else after(case.now, SLOW_S)
    return still(case.facts, look_at, attempts=case.tries, phase=phase)


def told(case: Case, phase: WorkspacePhase, code: str, message: str) -> Rest:
    """It does not go on, and somebody has to look; what is there can be used as before."""
    return Rest(phase, after(case.now, SLOW_S), code, message, attempts=case.tries, keep_doing=True)


def failed(case: Case, code: str, message: str) -> Rest:
    """It cannot be used, and somebody has to look."""
    look_at = after(case.now, SLOW_S)
    attempts = case.limits.max_attempts
    return Rest(WorkspacePhase.FAILED, look_at, code, message, attempts=attempts, keep_doing=True)


def never_given(case: Case) -> bool:
    """Whether no machine was given its volume since the archive was made: it was never seen whole and free since.

    A machine is only given the volume of a workspace that is AVAILABLE, and becoming that ends both order and phase. An
    answer of the cloud may end the order, but not the phase; a failure that is told the phase, but not the order.
    """
    return case.ordered(Doing.RESTORE, Doing.DELETE) or case.facts.phase == WorkspacePhase.RESTORING


def unreachable(case: Case, code: str, message: str) -> Rest:
    """Its archive cannot be read. The phase stays: by it a list is known to lack something."""
    if case.facts.phase not in {WorkspacePhase.ARCHIVING, WorkspacePhase.ARCHIVED, WorkspacePhase.RESTORING}:
        return failed(case, code, message)
    return told(case, WorkspacePhase(case.facts.phase), code, message)


def again(case: Case) -> int:
    """How often it failed, when something is made anew: one more, where what went before was cleared away.

    Counted here and not when that is cleared away, for a cloud may be too busy for that, which is nobody's failure.
    """
    return case.tries + case.ordered(Doing.DELETE, Doing.DROP_COPY)


def tried(case: Case, act: Act, phase: WorkspacePhase, code: str, message: str) -> Step:
    """The act, until it was tried too often: from then on that is told, and it is tried once an hour."""
    rested = case.facts.doing_since is None or case.overdue(RETRY_S)
    if act.attempts < case.limits.max_attempts or rested:
        return act
    return told(case, phase, case.facts.code or code, case.facts.message or message)


def drop(case: Case, copies: Sequence[SnapshotSeen | BackupSeen]) -> DeleteSnapshot | DeleteBackup | None:
    """Delete the first of these copies that is not on its way out; None where there is none."""
    for copy in copies:
        if copy.state is not VolumeState.DELETING:
            in_vain = copy.state is VolumeState.ERROR and case.ordered(Doing.DROP_COPY)
            tries = case.tries + in_vain
            return DeleteSnapshot(copy.ref, tries) if isinstance(copy, SnapshotSeen) else DeleteBackup(copy.ref, tries)
    return None
