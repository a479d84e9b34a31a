"""The jobs of reclaim: looking at what is due, finding what was never looked at, and counting who has too much."""

from dataclasses import asdict, dataclass
from datetime import datetime

import structlog

from scheduler.jobs import Run, store
from visa.bootstrap import Runtime, keeps_archives
from visa.services import policies
from visa.services.reclaim.enrol import enrol, note_surplus
from visa.services.reclaim.look import Looking, look

log = structlog.get_logger(__name__)

LOOK_JOB = "reclaim"
OVER_QUOTA_JOB = "over_quota"


@dataclass(frozen=True)
class EnrolReport:
    """How many instances and workspaces had never been looked at."""

    enrolled: int


@dataclass(frozen=True)
class OverQuotaReport:
    """What is too much: instance to since when, in ISO format."""

    over: dict[str, str]


def look_at_due(runtime: Runtime, run: Run) -> None:
    """One look; runs that did nothing are not worth a report."""
    started_at = runtime.clock.now()
    archives = keeps_archives(runtime.settings)
    report = look(Looking(runtime.sessions, runtime.clock, runtime.new_id, archives))
    if report.asked or report.taken or report.tidied or report.alert:
        log.info("reclaim looked", **asdict(report))
        store(runtime, run, started_at, ok=not report.alert, report=asdict(report))


def find_unseen(runtime: Runtime) -> EnrolReport:
    """Have everything looked at that never was."""
    return EnrolReport(enrol(runtime.sessions, runtime.clock.now()))


def count_surplus(runtime: Runtime) -> OverQuotaReport:
    """Note which machines are too much, because a role ended or a limit was lowered."""
    now: datetime = runtime.clock.now()
    with runtime.sessions.write() as session:
        found = note_surplus(session, policies.in_force(session).policy, now)
    return OverQuotaReport({one: since.isoformat() for one, since in found.items()})
