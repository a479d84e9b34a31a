"""When to look or try again: limits of patience, back-off, and how long something must be missing to count as gone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from visa.domain.instance import Doing, Facts
from visa.domain.steps import (
    CreateBackup,
    CreateServer,
    CreateVolume,
    CreateVolumeFrom,
    DeleteBackup,
    DeleteServer,
    DeleteSnapshot,
    DeleteVolume,
    DetachVolume,
    Finish,
    RebootServer,
    Rest,
    SetMounts,
    SnapshotVolume,
    StartServer,
    Step,
    StopServer,
)

SOON_S = 0.25
SLOW_S = 60.0
SHARE_OF_AGE = 0.05  # what has been waited for long already is looked at less often: clouds count our questions

ORDERS: dict[type, Doing] = {
    CreateServer: Doing.CREATE,
    CreateVolume: Doing.CREATE,
    StartServer: Doing.START,
    StopServer: Doing.STOP,
    RebootServer: Doing.REBOOT,
    SetMounts: Doing.MOUNT,
    DetachVolume: Doing.DETACH,
    DeleteServer: Doing.DELETE,
    DeleteVolume: Doing.DELETE,
    SnapshotVolume: Doing.SNAPSHOT,
    CreateBackup: Doing.BACKUP,
    CreateVolumeFrom: Doing.RESTORE,
    DeleteSnapshot: Doing.DROP_COPY,
    DeleteBackup: Doing.DROP_COPY,
}
MAKES = frozenset({Doing.CREATE, Doing.SNAPSHOT, Doing.BACKUP, Doing.RESTORE})


@dataclass(frozen=True)
class Limits:
    """Seconds and counts; meanings as in `visa.settings.Reconcile`."""

    absence_s: float
    empty_absence_s: float
    settle_s: float
    build_timeout_s: float
    stable_s: float
    max_attempts: int
    backoff_s: float
    max_backoff_s: float
    restore_timeout_s: float = 86400


def after(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)


def soon(now: datetime) -> datetime:
    return after(now, SOON_S)


def later(since: datetime, now: datetime) -> datetime:
    """When to look again at something that was begun at `since`: soon at first, then more and more slowly."""
    age_s = (now - since).total_seconds()
    return after(now, min(SLOW_S, max(SOON_S, age_s * SHARE_OF_AGE)))


def uncertain(facts: Facts, now: datetime, limits: Limits) -> bool:
    """Whether a create call of unknown outcome may still take effect."""
    return facts.doing is Doing.CREATE and not older(facts.doing_since, now, limits.settle_s)


def older(since: datetime | None, now: datetime, seconds: float) -> bool:
    """Whether `since` is known and at least `seconds` ago."""
    return since is not None and now - since >= timedelta(seconds=seconds)


def backoff_s(attempts: int, limits: Limits) -> float:
    """Seconds to wait after `attempts` failed tries: doubled each time, bounded."""
    doublings = min(max(0, attempts - 1), 30)  # far beyond any bound, and no overflow
    return float(min(limits.max_backoff_s, limits.backoff_s * 2**doublings)) if attempts else 0.0


def paced(step: Step, facts: Facts, now: datetime, limits: Limits, *, tries: int) -> Step:
    """Hold a step back while an earlier order may still take effect, or until its back-off is over.

    `tries` is what stays recorded while it is held back: a step counts its own try only when it is taken. A call that
    makes something, of unknown outcome, also holds back the end: what it made would be left behind.
    """
    if isinstance(step, Rest) or facts.doing_since is None:
        return step
    due = facts.doing_since
    if facts.doing in (MAKES if isinstance(step, Finish) else {ORDERS[type(step)]}):
        due = after(facts.doing_since, limits.settle_s)
    if not isinstance(step, Finish):
        due = max(due, after(facts.doing_since, backoff_s(step.attempts, limits)))
    return step if due <= now else still(facts, due, attempts=tries)


def still(facts: Facts, look_at: datetime, *, attempts: int, phase: str | None = None) -> Rest:
    """Nothing new: what was recorded stays, apart from the phase where one is given."""
    return Rest(phase or facts.phase, look_at, facts.code, facts.message, attempts=attempts, keep_doing=True)


def missing(facts: Facts, now: datetime, limits: Limits) -> Rest | None:
    """A known resource was not listed: wait until it was missing for long enough (None). One survey is no proof."""
    since = facts.missing_since or now
    if older(since, now, limits.absence_s):
        return None
    return Rest(
        facts.phase,
        min(after(since, limits.absence_s), max(after(now, 1), later(since, now))),
        facts.code,
        facts.message,
        attempts=facts.attempts,
        missing_since=since,
        keep_doing=True,
    )
