"""The look: rows whose time has come are decided anew, people are told, and what is due is taken. No cloud call.

Each batch is one transaction over subjects that nobody else holds at this moment. A batch in which one cannot be
decided is taken apart, so that all others are warned and taken as ever; that one is kept, and operators are told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from visa.domain.fate import AGAIN, Fate, fate
from visa.domain.instance import Kept, WorkspacePhase
from visa.domain.letters import LetterKind, TakenFor
from visa.domain.lived import Behind, Pace
from visa.domain.reclaim import Moment, Why
from visa.ports.clock import Clock, NewId
from visa.services import policies
from visa.services.policies import InForce
from visa.services.reclaim import due, facts, load, notices, stop, take
from visa.services.reclaim.cases import InstanceCase, WorkspaceCase
from visa.services.reclaim.due import Key
from visa.services.reclaim.lived_time import now_lived
from visa.services.reclaim.notices import Wish
from visa.services.reclaim.terms import LETTERS
from visa.services.reclaim.words import delay
from visa.services.wake import Subject, wake_all
from visa.store.session import Sessions
from visa.store.tables import Reclaim

log = structlog.get_logger(__name__)

BATCH = 200
BATCHES = 50
NO_LEAD = timedelta()
TIDY_AFTER = AGAIN
"""A restored machine must have answered for so long before the copies that it came from are let go."""


@dataclass(frozen=True)
class Looking:
    """What a look works with. `archives`: whether each cloud keeps backups."""

    sessions: Sessions
    clock: Clock
    new_id: NewId
    archives: Mapping[str, bool]
    pace: Pace = field(default_factory=Pace)


@dataclass
class LookReport:
    """What one look did. `taken` counts by cause.

    `alert` is set when nothing may be taken because of the `clocks`, or when something was `undecided`.
    """

    looked: int = 0
    asked: int = 0
    tidied: int = 0
    taken: dict[str, int] = field(default_factory=dict)
    stopped: bool = False
    clocks: bool = False
    undecided: list[str] = field(default_factory=list)
    alert: str = ""

    def add(self, batch: "LookReport") -> None:
        """Count in what one batch did."""
        self.looked += batch.looked
        self.asked += batch.asked
        self.tidied += batch.tidied
        self.undecided += batch.undecided
        for why, count in batch.taken.items():
            self.taken[why] = self.taken.get(why, 0) + count
        self.stopped = batch.stopped


@dataclass(frozen=True)
class _Batch:
    """One transaction of one look. `may_take` is false while reclaim is stopped or the clocks disagree."""

    session: Session
    work: Looking
    by: InForce
    moment: Moment
    settled: bool
    stopped: bool
    report: LookReport = field(default_factory=LookReport)
    to_tell: list[Wish] = field(default_factory=list)

    @property
    def may_take(self) -> bool:
        return self.settled and not self.stopped


def look(work: Looking) -> LookReport:
    """Look at all that is due. Cheap when nothing is: one row is written, one index is read."""
    report = LookReport()
    now = work.clock.now()
    with work.sessions.write() as session:
        lived = now_lived(session, now, work.pace)
    if isinstance(lived, Behind):
        report.clocks = True
        report.alert = f"This clock is {lived.by.total_seconds():.0f} s behind the other schedulers'; it does nothing."
        return report
    settled = lived.settled(work.pace)
    report.clocks = not settled
    if not settled:
        report.alert = "The schedulers' clocks disagreed, or none ran: nothing is taken until they agree for a while."
    moment = Moment(now, lived.lived_s)
    for _ in range(BATCHES):
        with work.sessions.read() as session:
            keys = due.keys(session, now, BATCH)
        if not keys or _see_to(work, moment, settled, keys, report) < BATCH:
            break
    if report.undecided:
        report.alert = f"{report.alert} Not decided, and kept: {', '.join(report.undecided)}; see the log.".strip()
    return report


def _see_to(work: Looking, moment: Moment, settled: bool, keys: Sequence[Key], report: LookReport) -> int:
    """Decide these together or, where that fails, one by one. Returns how many were decided."""
    before = report.looked
    try:
        report.add(_batch(work, moment, settled, keys))
    except SQLAlchemyError:  # the database's trouble, which is that of all others as well
        raise
    except Exception as error:
        if len(keys) > 1:
            return sum(_see_to(work, moment, settled, [key], report) for key in keys)
        (key,) = keys
        log.exception("not decided", subject=key[0], id=key[1])
        report.undecided.append(f"{key[0]} {key[1]}")
        with work.sessions.write() as session:
            due.put_off(session, key, moment.now + AGAIN, error)
    return report.looked - before


def _batch(work: Looking, moment: Moment, settled: bool, keys: Sequence[Key]) -> LookReport:
    taken: list[str] = []
    with work.sessions.write() as session:
        by = policies.in_force(session)
        stopped = not stop.may_take(session)
        batch = _Batch(session, work, by, moment, settled, stopped, LookReport(stopped=stopped))
        rows = due.lock(session, keys, moment.now)
        with session.no_autoflush:  # what is decided of one depends on nothing that is written of another
            _instances(batch, {key: row for (subject, key), row in rows.items() if subject == Subject.INSTANCE}, taken)
            session.flush()  # workspaces are read as they are now
            _workspaces(batch, {key: row for (subject, key), row in rows.items() if subject == Subject.WORKSPACE})
        batch.report.asked = notices.ask_all(session, batch.to_tell, new_id=work.new_id, now=moment.now)
        batch.report.looked = len(rows)
    if taken:  # in a transaction of its own: waiting for these rows while holding others could be waiting in a circle
        with work.sessions.write() as session:
            wake_all(session, Subject.WORKSPACE, taken, at=moment.now)
    return batch.report


def _instances(batch: _Batch, rows: Mapping[str, Reclaim], taken: list[str]) -> None:
    cases = load.instance_cases(batch.session, batch.by.policy, rows, batch.moment.now)
    _over(batch.session, rows, cases)
    for case in cases:
        row = rows[case.instance.id]
        comes = _decide(batch, case)
        _tell(batch, case, comes)
        _note(batch, row, comes)
        if comes.take is not None:
            take.instance(batch.session, batch.by, case, comes.take, batch.moment.now)
            _count(batch, comes)
            batch.session.delete(row)
            taken.append(case.workspace.id)


def _workspaces(batch: _Batch, rows: Mapping[str, Reclaim]) -> None:
    cases = load.workspace_cases(batch.session, batch.by.policy, rows, batch.moment)
    _over(batch.session, rows, cases)
    for case in cases:
        row = rows[case.workspace.id]
        row.stay_from = case.stay.at if case.stay else None
        row.lived_from = case.stay.lived_s if case.stay else None
        comes = _decide(batch, case)
        _tell(batch, case, comes)
        _note(batch, row, comes)
        if comes.take is not None:
            archives = batch.work.archives.get(case.workspace.cloud, False)
            if not archives and any(one.archives for one in case.told if one.cycle == comes.take.cause.cycle):
                _keep_word(batch, case)
                continue
            take.workspace(batch.session, batch.by, case, comes.take, batch.moment, row=row, archives=archives)
            _count(batch, comes)
        _tidy(batch, case)
        _tell_what_was_done(batch, case)


def _keep_word(batch: _Batch, case: WorkspaceCase) -> None:
    """Its owner was told that it goes to the archive, and its cloud keeps none any more: operators have to decide."""
    log.error("archive was announced, and the cloud keeps none", workspace=case.subject_id, cloud=case.workspace.cloud)
    batch.report.undecided.append(f"workspace {case.subject_id}")


def _over(session: Session, rows: Mapping[str, Reclaim], cases: Sequence[InstanceCase | WorkspaceCase]) -> None:
    """What is gone, or on its way out for good, is never looked at again."""
    for gone in rows.keys() - {case.subject_id for case in cases}:
        session.delete(rows[gone])


def _decide(batch: _Batch, case: InstanceCase | WorkspaceCase) -> Fate:
    causes = case.causes(batch.by.policy)
    return fate(causes, case.told, case.hindrances, batch.moment, may_take=batch.may_take)


def _tell(batch: _Batch, case: InstanceCase | WorkspaceCase, comes: Fate) -> None:
    """Ask for the warnings that are due, and make those void that are of an end which is no more."""
    now, policy = batch.moment.now, batch.by.policy
    current = {end.cause.why: end.cause.cycle for end in comes.ends if end.course is not None}
    for old in case.told:
        if old.given is None and current.get(old.cause) != old.cycle:
            kind = LETTERS[Why(old.cause)]
            notices.void(batch.session, case.subject, case.subject_id, kind, except_cycle=current.get(old.cause))
    for end in comes.warn:
        if end.asked or end.course is None or end.course.warn is None:
            continue
        if isinstance(case, InstanceCase):
            owner_id = case.instance.owner_id
            said = facts.of_instance(batch.session, policy, case, end, now=now)
        else:
            owner_id = case.workspace.owner_id
            archived = policy.archive and batch.work.archives.get(case.workspace.cloud, False)
            said = facts.of_workspace(policy, end, archived=archived)
        batch.to_tell.append(
            Wish(
                owner_id, case.subject, case.subject_id, LETTERS[end.cause.why], end.cause.cycle, end.course.warn, said
            )
        )


def _note(batch: _Batch, row: Reclaim, comes: Fate) -> None:
    """Keep what was found, for pages, lists and the next look."""
    end = comes.next_end
    off, said = delay(comes, batch.moment.now, may_take=batch.may_take, stopped=batch.stopped)
    row.looked_at, row.look_at = batch.moment.now, comes.look_at
    row.axe_at = end.course.axe_at if end is not None and end.course is not None else None
    row.why, row.delay, row.message = (end.cause.why if end is not None else None), off, said
    row.version += 1


def _count(batch: _Batch, comes: Fate) -> None:
    if comes.take is not None:
        why = comes.take.cause.why
        batch.report.taken[why] = batch.report.taken.get(why, 0) + 1


def _tidy(batch: _Batch, case: WorkspaceCase) -> None:
    """The copies that a workspace came from are let go once a machine with it has answered for a while."""
    one = case.workspace
    if one.snapshot_no is None and one.archive_no is None:
        return
    if one.wanted != Kept.KEPT or one.binned_at is not None or case.used_since is None:
        return
    if batch.moment.now - case.used_since >= TIDY_AFTER:
        one.snapshot_no = one.archive_no = None
        one.revision += 1
        batch.report.tidied += 1


def _tell_what_was_done(batch: _Batch, case: WorkspaceCase) -> None:
    """Its owner is told once that it is in the recycle bin or in the archive, when it truly is, and until when."""
    one = case.workspace
    if case.stay is None:
        return
    if one.wanted == Kept.ARCHIVED:
        if case.phase is WorkspacePhase.ARCHIVED:
            said = facts.of_archived(batch.by.policy, one.archived_until)
            archived = Wish(one.owner_id, Subject.WORKSPACE, one.id, LetterKind.ARCHIVED, case.stay.at, NO_LEAD, said)
            batch.to_tell.append(archived)
    elif case.left_by is not None and one.kept_until is not None and one.binned_why in set(TakenFor):
        said = facts.of_taken(TakenFor(one.binned_why), one.kept_until)
        taken = Wish(one.owner_id, Subject.INSTANCE, case.left_by, LetterKind.RECLAIMED, case.stay.at, NO_LEAD, said)
        batch.to_tell.append(taken)
