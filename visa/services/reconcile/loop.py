"""One pass over all of one cloud: read, list it once, claim, plan, act, record. The next pass is the retry.

Safe with several schedulers: a row is worked on only under its lease. Safe against death at any point: every act is
recorded before it is taken, every create call is idempotent by its mark, and an act that was not recorded as done is
seen (or not) in the next list. Each cloud has passes of its own, so that one that is away or slow holds up no other.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from visa.domain.belief import Belief, belief
from visa.domain.instance import Doing
from visa.domain.pace import Limits
from visa.domain.plan import plan_instance
from visa.domain.plan_workspace import plan_workspace
from visa.domain.resources import MAIN_CLOUD, ServerSeen, VolumeSeen
from visa.domain.steps import Act, CreateServer, Finish, Rest, Step
from visa.errors import CloudError
from visa.ports.clock import Clock
from visa.ports.cloud import Cloud
from visa.services import guest_tokens
from visa.services.reconcile import load, record, scan
from visa.services.reconcile.execute import Done, Outcome, take
from visa.services.reconcile.scan import Light, Listed, anything_due
from visa.services.reconcile.use import note_use
from visa.store.session import Sessions
from visa.store.tables import Instance, InstanceStatus, Workspace, WorkspaceStatus

log = structlog.get_logger(__name__)

POISONED_RETRY_S = 60


@dataclass(frozen=True)
class Work:
    """What the passes over one cloud work with. `calls` is the bounded pool for its calls.

    `holder` names this scheduler, at this cloud, in leases. `new_secret` makes tokens that nobody can guess.
    """

    sessions: Sessions
    cloud: Cloud
    clock: Clock
    deployment: str
    holder: str
    lease_s: float
    limits: Limits
    max_missing_share: float
    calls: Executor
    new_secret: Callable[[], str]
    cloud_name: str = MAIN_CLOUD


@dataclass
class PassReport:
    """What one pass found and did; stored for operators.

    `alert` is a sentence that somebody should read; `blind`: the cloud could not be listed.
    """

    seen: int = 0
    claimed: int = 0
    acted: int = 0
    failed: int = 0
    poisoned: int = 0
    moved: int = 0
    alert: str = ""
    blind: bool = False
    steps: dict[str, int] = field(default_factory=dict)

    @property
    def progressed(self) -> bool:
        """Whether another pass right now would find something new to do."""
        return bool(self.acted or self.moved)


@dataclass(frozen=True)
class _Ordered:
    """An act that was recorded and is to be taken."""

    light: Light
    act: Act


def run_pass(work: Work) -> PassReport:
    """Run one pass. Only a broken database raises; whatever the cloud does is in the report."""
    report = PassReport()
    with work.sessions.read() as session:
        rows = scan.read(session, work.cloud_name, work.clock.now())
    report.seen = len(rows)
    try:
        listed = scan.listed(work.cloud.survey(), work.deployment)
    except Exception as error:
        # Saves the scheduler from an adapter that breaks its promise: as with any error, nothing is known.
        detail = error.detail if isinstance(error, CloudError) else repr(error)
        log.warning("cloud could not be listed", detail=detail, exc_info=not isinstance(error, CloudError))
        report.alert, report.blind = f"The cloud could not be listed: {detail}", True
        return report
    work, believed = _doubted(work, rows, listed, report)
    ordered = [order for light in _attention(believed, listed) if (order := _decide(work, light, listed, report))]
    _take_all(work, ordered, report)
    _note_sizes(work, rows, listed)
    instance_ids = [light.id for light in rows if light.kind == scan.INSTANCE]
    note_use(work.sessions, listed.servers, instance_ids, now=work.clock.now())
    return report


def _doubted(work: Work, rows: list[Light], listed: Listed, report: PassReport) -> tuple[Work, list[Light]]:
    """The work with the patience that this list deserves, and the rows that something may be concluded about."""
    machines, volumes = scan.tally(scan.INSTANCE, rows, listed), scan.tally(scan.WORKSPACE, rows, listed)
    trust = belief(machines, volumes, max_missing_share=work.max_missing_share)
    if trust is Belief.FULL:
        return work, rows
    counts = f"{machines.missing} of {machines.known} machines and {volumes.missing} of {volumes.known} volumes"
    report.alert = f"{counts} are missing from the cloud's list."
    log.error("list doubted", trust=trust, machines=machines, volumes=volumes)
    if trust is Belief.SLOW:
        return replace(work, limits=replace(work.limits, absence_s=work.limits.empty_absence_s)), rows
    return work, [light for light in rows if not light.expected or listed.shows(light)]


def _attention(rows: list[Light], listed: Listed) -> list[Light]:
    """Rows whose time has come or whose resource changed."""
    return [light for light in rows if light.due or light.fingerprint != listed.fingerprint(light.kind, light.id)]


def _decide(work: Work, light: Light, listed: Listed, report: PassReport) -> _Ordered | None:
    """Claim one row, plan its step and record it. Returns the act that is now to be taken, if the step is one."""
    now = work.clock.now()
    with work.sessions.write() as session:
        if not scan.claim(session, light, holder=work.holder, now=now, lease_s=work.lease_s):
            return None
    report.claimed += 1
    try:
        with work.sessions.write() as session:
            return _plan_and_record(session, work, light, listed, report)
    except Exception:
        # Saves the other rows: one that cannot be planned must not stop the pass.
        log.exception("row is poisoned", kind=light.kind, id=light.id)
        report.poisoned += 1
        _put_aside(work, light)
        return None


def _plan_and_record(session: Session, work: Work, light: Light, listed: Listed, report: PassReport) -> _Ordered | None:
    now = work.clock.now()
    row, step, seen = _plan(session, work, light, listed)
    if row.status.lease_holder != work.holder:
        log.error("lease was lost before planning", kind=light.kind, id=light.id)
        return None
    before = row.status.phase
    row.status.fingerprint = listed.fingerprint(light.kind, light.id)
    _count(report, step)
    match step:
        case Rest():
            record.rest(session, row, step, seen, now)
        case Finish():
            guest_tokens.revoke(session, light.id)
            record.finish(session, row, now)
        case _:
            step = _with_token(session, work, row, step)
            record.begin(session, row, step, seen, now)
    report.moved += row.status.phase != before
    log.info("step", kind=light.kind, id=light.id, step=type(step).__name__, phase=row.status.phase)
    return None if isinstance(step, Rest | Finish) else _Ordered(light, step)


def _with_token(session: Session, work: Work, row: record.Row, act: Act) -> Act:
    """A machine gets a token of its own. After a call of unknown outcome the one before may be in a machine."""
    if not isinstance(act, CreateServer):
        return act
    secret, unknown = work.new_secret(), row.status.doing == Doing.CREATE
    guest_tokens.issue(session, row.intent.id, secret, now=work.clock.now(), keep_others=unknown)
    return replace(act, spec=replace(act.spec, guest_token=secret))


def _plan(
    session: Session, work: Work, light: Light, listed: Listed
) -> tuple[record.Row, Step, ServerSeen | VolumeSeen | None]:
    now = work.clock.now()
    row = _row(session, light)
    if isinstance(row.intent, Instance) and isinstance(row.status, InstanceStatus):
        seen = load.seen(session, row.intent, row.status, listed)
        intent = load.instance_intent(session, row.intent, work.deployment, now)
        return row, plan_instance(intent, load.instance_facts(row.status), seen, now, work.limits), seen.server
    if isinstance(row.intent, Workspace) and isinstance(row.status, WorkspaceStatus):
        held = listed.holdings(light.id)
        wanted = load.workspace_intent(session, row.intent, work.deployment, archives=work.cloud.archives())
        return row, plan_workspace(wanted, load.workspace_facts(row.status), held, now, work.limits), held.volume
    raise TypeError(f"a {light.kind} is neither an instance nor a workspace")


def _take_all(work: Work, ordered: Iterable[_Ordered], report: PassReport) -> None:
    """Take all acts, several at a time, and record each as soon as it is done. Leases are kept up meanwhile."""
    held = _Held(work)
    running = {work.calls.submit(_take, work, order, held): order for order in ordered}
    pending: set[Future[Outcome | None]] = set(running)
    while pending:
        done, pending = wait(pending, timeout=work.lease_s / 3, return_when=FIRST_COMPLETED)
        for future in done:
            _record_outcome(work, running[future], future.result(), report)
        held.keep_up()


class _Held:
    """The leases of this scheduler, kept up. One that ran out may be another's by now: no act is begun under it."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._ids: set[str] = set()
        self._renewed_at = work.clock.now() - timedelta(seconds=work.lease_s)
        self.keep_up()

    def keep_up(self) -> None:
        now = self._work.clock.now()
        if now - self._renewed_at < timedelta(seconds=self._work.lease_s / 3):
            return
        with self._work.sessions.write() as session:
            self._ids = scan.renew(session, holder=self._work.holder, now=now, lease_s=self._work.lease_s)
        self._renewed_at = now

    def covers(self, light: Light, now: datetime) -> bool:
        return light.id in self._ids and now - self._renewed_at < timedelta(seconds=self._work.lease_s)


def _take(work: Work, order: _Ordered, held: _Held) -> Outcome | None:
    """In a thread of the pool: the act's call; None when the lease was lost while the act waited for its turn."""
    return take(work.cloud, order.act) if held.covers(order.light, work.clock.now()) else None


def _record_outcome(work: Work, order: _Ordered, came: Outcome | None, report: PassReport) -> None:
    report.acted += came is not None
    report.failed += not isinstance(came, Done)
    if came is None:
        log.error("lease was lost before a call", kind=order.light.kind, id=order.light.id)
        return
    if not isinstance(came, Done):
        log.warning("act failed", id=order.light.id, act=type(order.act).__name__, code=came.code, detail=came.detail)
    try:
        with work.sessions.write() as session:
            row = _row(session, order.light)
            if row.status.lease_holder != work.holder:
                log.error("lease was lost during a call", kind=order.light.kind, id=order.light.id)
                return  # whoever holds it now sees in the cloud what this call did
            record.outcome(session, row, order.act, came, now=work.clock.now(), limits=work.limits)
    except Exception:
        # Saves the other rows: an answer that cannot be stored must not hide theirs.
        log.exception("outcome could not be recorded", kind=order.light.kind, id=order.light.id)
        report.poisoned += 1
        _put_aside(work, order.light)


def _row(session: Session, light: Light) -> record.Row:
    if light.kind == scan.INSTANCE:
        return record.Row(session.get_one(Instance, light.id), session.get_one(InstanceStatus, light.id))
    return record.Row(session.get_one(Workspace, light.id), session.get_one(WorkspaceStatus, light.id))


def _put_aside(work: Work, light: Light) -> None:
    now = work.clock.now()
    with work.sessions.write() as session:
        status = _row(session, light).status
        status.seen_revision = _row(session, light).intent.revision
        status.next_look_at = now + timedelta(seconds=POISONED_RETRY_S)
        record.release(status, now)


def _note_sizes(work: Work, rows: list[Light], listed: Listed) -> None:
    """How full workspaces are: written where it changed, without a claim, for nothing is decided by it."""
    changed = {
        light.id: volume.used_bytes
        for light in rows
        if light.kind == scan.WORKSPACE and (volume := listed.volumes.get(light.id))
        if volume.used_bytes is not None and volume.used_bytes != light.used_bytes
    }
    if not changed:
        return
    with work.sessions.write() as session:
        for workspace_id, used_bytes in changed.items():
            session.get_one(WorkspaceStatus, workspace_id).used_bytes = used_bytes


def _count(report: PassReport, step: Step) -> None:
    name = type(step).__name__
    report.steps[name] = report.steps.get(name, 0) + 1


__all__ = ["PassReport", "Work", "anything_due", "run_pass"]
