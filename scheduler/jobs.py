"""What the scheduler does, each job without arguments beside the runtime. The next activation is the retry.

A job returns a small report. Those that say something are stored, so that an operator can read them and `/readyz` knows
that a scheduler lives.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import datetime, timedelta
from threading import Event, Lock
from typing import Any

import structlog

from visa.bootstrap import Runtime
from visa.domain.leaks import Rules
from visa.domain.resources import MAIN_CLOUD, Enforcement
from visa.errors import BadFiles, CloudError, Misconfigured
from visa.ports.facility import Facility
from visa.services import cloud_offers, cloud_usage, facility_sync, housekeeping, leaks, policies, waiting
from visa.services.facility_sync import SyncReport
from visa.services.housekeeping import SweepReport
from visa.services.leaks import LeakReport
from visa.services.reclaim import sender
from visa.services.reclaim.sender import LETTERS_JOB, Sending
from visa.services.reconcile import PassReport, Work, anything_due, run_pass
from visa.store.tables import JobReport

log = structlog.get_logger(__name__)

MAX_PASSES = 25
PROOF_OF_LIFE = timedelta(seconds=10)


@dataclass
class Reconciling:
    """Asks often and cheaply whether anything is due in one cloud; lists it only then, or when the last list is old.

    A cloud that cannot be listed is left alone for a while: what is due stays due.
    """

    runtime: Runtime
    work: Work
    last_pass: datetime | None = None
    last_stored: datetime | None = None
    was_blind: bool = False
    stopping: Event = field(default_factory=Event)
    _busy: Lock = field(default_factory=Lock)

    def __call__(self) -> None:
        with self._busy:
            self._look()

    def stop(self) -> None:
        """Begin nothing more, and wait for the pass under way: its answers would be lost, and its leases kept."""
        self.stopping.set()
        with self._busy:
            return

    def _look(self) -> None:
        now = self.runtime.clock.now()
        with self.runtime.sessions.read() as session:
            due = anything_due(session, self.work.cloud_name, now)
        survey_every = timedelta(seconds=self.runtime.settings.reconcile.survey_s)
        is_recent = self.last_pass is not None and now - self.last_pass < survey_every
        if is_recent and (self.was_blind or not due):
            return
        for _ in range(MAX_PASSES):
            if self.stopping.is_set():
                return
            self.last_pass = self.runtime.clock.now()
            report = run_pass(self.work)
            self._store(report, started_at=now)
            self.was_blind = report.blind
            if not report.progressed or report.failed:
                return

    def _store(self, report: PassReport, *, started_at: datetime) -> None:
        """Passes that did nothing are stored only as a proof of life."""
        idle = not (report.progressed or report.alert or report.poisoned)
        now = self.runtime.clock.now()
        if idle and self.last_stored is not None and now - self.last_stored < PROOF_OF_LIFE:
            return
        self.last_stored = now
        run = Run("reconcile", self.work.holder, self.work.cloud_name)
        store(self.runtime, run, started_at, ok=not report.alert, report=asdict(report))


def sync_facility(runtime: Runtime, facility: Facility) -> SyncReport:
    """Read the facility's source. Raises what the source raises; the database then keeps the last good state."""
    state = facility.read()
    with runtime.sessions.write() as session:
        return facility_sync.sync(session, state, now=runtime.clock.now())


def sweep(runtime: Runtime) -> SweepReport:
    """Remove what has no further use: expired tickets and sign-ins, old reports, pictures of gone machines.

    Sessions of dead brokers are closed too.
    """
    with runtime.sessions.write() as session:
        return housekeeping.sweep(session, now=runtime.clock.now(), silent_s=runtime.settings.broker.blind_close_s * 2)


def look_for_leaks(runtime: Runtime, work: Work) -> LeakReport:
    """Find what belongs to no row of one cloud, and cure what the settings allow."""
    wish = runtime.settings.leaks
    rules = Rules(timedelta(seconds=wish.quiet_s), delete_servers=wish.delete_machines, max_share=wish.max_share)
    return leaks.look(work, rules)


def look_at_cloud(runtime: Runtime, work: Work) -> Enforcement:
    """Which limits one cloud enforces; stores too what machines can be made from there, and what it grants us.

    A cloud that does not say one of these leaves that as it was, and the others are known all the same.
    """
    try:
        offers = work.cloud.offers()
    except CloudError as error:
        log.warning("offers not seen", cloud=work.cloud_name, code=error.code, detail=error.detail)
    else:
        with runtime.sessions.write() as session:
            cloud_offers.record(session, work.cloud_name, offers, now=runtime.clock.now())
    _look_at_usage(runtime, work)
    return work.cloud.enforcement()


def _look_at_usage(runtime: Runtime, work: Work) -> None:
    """What the cloud grants us, for whoever lets people in; unknown again, what was known stays."""
    try:
        usage = work.cloud.usage()
    except CloudError as error:
        log.warning("usage not seen", cloud=work.cloud_name, code=error.code, detail=error.detail)
        return
    with runtime.sessions.write() as session:
        cloud_usage.record(session, work.cloud_name, usage, now=runtime.clock.now())


def let_in(runtime: Runtime, run: "Run") -> None:
    """Let in who waits as far as there is room. Runs that let nobody in are not worth a report."""
    started_at = runtime.clock.now()
    with runtime.sessions.read() as session:
        policy = policies.in_force(session).policy
    report = waiting.admit_all(runtime.sessions, policy, started_at, new_id=runtime.new_id)
    if report.admitted:
        log.info("let in", admitted=report.admitted, waiting=report.waiting)
        store(runtime, run, started_at, ok=True, report=asdict(report))


def send_letters(runtime: Runtime, work: Sending) -> None:
    """Tell people what they are to be told. Rounds in which nothing was due are not worth a report."""
    started_at = runtime.clock.now()
    report = sender.send_due(work)
    if report:
        log.info("letters", **asdict(report))
        store(runtime, Run(LETTERS_JOB, work.holder), started_at, ok=not report.alert, report=asdict(report))


@dataclass(frozen=True)
class Run:
    """Whose report one is: the job's, by which scheduler, and about which cloud where it is about one."""

    job: str
    holder: str
    cloud: str = MAIN_CLOUD


def reported(runtime: Runtime, run: Run, job: Callable[[], Any]) -> Callable[[], None]:
    """The job with its report stored, and with known troubles turned into a report instead of an exception."""

    def do() -> None:
        started_at = runtime.clock.now()
        try:
            result = job()
        except (BadFiles, CloudError, Misconfigured) as trouble:
            log.warning("job failed", job=run.job, cloud=run.cloud, code=trouble.code, message=trouble.public)
            store(runtime, run, started_at, ok=False, report={"code": trouble.code, "message": trouble.public})
            return
        report = asdict(result) if is_dataclass(result) and not isinstance(result, type) else {}
        store(runtime, run, started_at, ok=not report.get("alert"), report=report)

    return do


def store(runtime: Runtime, run: Run, started_at: datetime, *, ok: bool, report: dict[str, Any]) -> None:
    """Keep one run's report."""
    finished_at = runtime.clock.now()
    with runtime.sessions.write() as session:
        session.add(JobReport(**asdict(run), started_at=started_at, finished_at=finished_at, ok=ok, report=report))
