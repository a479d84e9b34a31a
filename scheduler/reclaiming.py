"""The jobs of reclaim: looking at what is due, finding what was never looked at, and counting who has too much."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from scheduler.jobs import Run, store
from visa.bootstrap import Runtime, keeps_archives
from visa.services import policies
from visa.services.reclaim import due
from visa.services.reclaim.enrol import enrol, note_surplus
from visa.services.reclaim.look import Looking, LookReport, look
from visa.store.tables import JobReport

log = structlog.get_logger(__name__)

LOOK_JOB = "reclaim"
OVER_QUOTA_JOB = "over_quota"
TOLD_AGAIN = timedelta(minutes=5)  # longer than the longest reclaim.look_s
"""How often the report of a look repeats an alert that goes on."""
LONGEST_MESSAGE, AT_ONCE = 300, 200


@dataclass(frozen=True)
class EnrolReport:
    """How many instances and workspaces had never been looked at."""

    enrolled: int


@dataclass(frozen=True)
class OverQuotaReport:
    """What is too much: instance to since when, in ISO format."""

    over: dict[str, str]


def look_at_due(runtime: Runtime, run: Run) -> None:
    """One look; runs that did nothing are not worth a report. One that fails is reported, whatever it is, and raises.

    An alert is reported when it comes, again after a while, and once more when it is over.
    """
    started_at = runtime.clock.now()
    archives = keeps_archives(runtime.settings)
    try:
        report = look(Looking(runtime.sessions, runtime.clock, runtime.new_id, archives))
    except Exception as error:
        told = {"code": "failed", "message": f"{type(error).__name__}: {error}".splitlines()[0][:LONGEST_MESSAGE]}
        store(runtime, run, started_at, ok=False, report=told)
        raise
    last = _last(runtime)
    _carry_on(runtime, report, last)
    did = bool(report.asked or report.taken or report.tidied)
    if did or _is_news(report, last, run, runtime.clock.now()):
        log.info("reclaim looked", **asdict(report))
        store(runtime, run, started_at, ok=not report.alert, report=asdict(report))


def _last(runtime: Runtime) -> JobReport | None:
    """The newest report of a look, by any scheduler."""
    with runtime.sessions.read() as session:
        mine = select(JobReport).where(JobReport.job == LOOK_JOB)
        return session.scalar(mine.order_by(JobReport.id.desc()).limit(1))


def _carry_on(runtime: Runtime, report: LookReport, last: JobReport | None) -> None:
    """What an earlier look could not decide is looked at again only after a while: until then it is not over."""
    named = last.report.get("undecided", []) if last is not None else []
    keys = [(subject, key) for subject, _, key in (one.partition(" ") for one in named if one not in report.undecided)]
    if not keys:
        return
    with runtime.sessions.read() as session:
        still = [f"{subject} {key}" for subject, key in due.undecided(session, keys[:AT_ONCE])]
    if still:
        report.undecided += still
        report.alert = f"{report.alert} Not decided yet, and kept: {', '.join(still)}; see the log.".strip()


def _is_news(report: LookReport, last: JobReport | None, run: Run, now: datetime) -> bool:
    """Whether the alert is new, or was not told for a while, or is over.

    That of a scheduler that has gone is over when it was not told again.
    """
    since = abs(now - last.finished_at) if last is not None else timedelta.max
    if last is None or last.ok:
        return bool(report.alert)
    if report.alert:
        return since >= TOLD_AGAIN or set(report.undecided) != set(last.report.get("undecided", ()))
    return last.holder == run.holder or since >= 3 * TOLD_AGAIN


def find_unseen(runtime: Runtime) -> EnrolReport:
    """Have everything looked at that never was."""
    return EnrolReport(enrol(runtime.sessions, runtime.clock.now()))


def count_surplus(runtime: Runtime) -> OverQuotaReport:
    """Note which machines are too much, because a role ended or a limit was lowered."""
    now: datetime = runtime.clock.now()
    with runtime.sessions.write() as session:
        found = note_surplus(session, policies.in_force(session).policy, now)
    return OverQuotaReport({one: since.isoformat() for one, since in found.items()})
