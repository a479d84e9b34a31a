"""What will become of one instance or workspace and why, read only: `visa policy explain`, pages and the dry run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from visa.domain.deferral import Off
from visa.domain.fate import Fate, fate
from visa.domain.reclaim import Moment, Why
from visa.errors import NotFound
from visa.services import policies
from visa.services.policies import InForce
from visa.services.reclaim import lived_time, load, stop
from visa.services.reclaim.cases import InstanceCase, WorkspaceCase
from visa.services.reclaim.words import delay
from visa.services.wake import Subject

Case = InstanceCase | WorkspaceCase


@dataclass(frozen=True)
class Explained:
    """One subject's fate by the policy in force. `message` says the next end in a sentence, "" while there is none."""

    case: Case
    fate: Fate
    by: InForce
    off: Off | None
    message: str

    @property
    def ends_at(self) -> datetime | None:
        """When it is taken as things stand; None is never."""
        end = self.fate.next_end
        return end.course.axe_at if end is not None and end.course is not None else None


def explained(
    session: Session, subjects: Mapping[Subject, list[str]], now: datetime, *, to_its_user: bool = False
) -> list[Explained]:
    """Of each of these that can still be taken, in a fixed number of queries.

    `to_its_user`: idleness ends nothing that is used right now, as who uses it would put it.
    """
    by = policies.in_force(session)
    moment = Moment(now, lived_time.read(session))
    stopped = stop.stopped(session) is not None
    may_take = not stopped and lived_time.settled(session)
    cases: list[Case] = [*load.instance_cases(session, by.policy, subjects.get(Subject.INSTANCE, []), now)]
    cases += load.workspace_cases(session, by.policy, subjects.get(Subject.WORKSPACE, []), moment)
    return [_explain(case, by, moment, may_take=may_take, stopped=stopped, to_its_user=to_its_user) for case in cases]


def explain(session: Session, subject: Subject, subject_id: str, now: datetime) -> Explained:
    """Of one. Raises `NotFound` for one that is not there, or gone, or on its way."""
    found = explained(session, {subject: [subject_id]}, now)
    if not found:
        raise NotFound(f"There is no {subject} {subject_id} that could be taken back.")
    return found[0]


def _explain(case: Case, by: InForce, moment: Moment, *, may_take: bool, stopped: bool, to_its_user: bool) -> Explained:
    causes = case.causes(by.policy)
    if to_its_user and isinstance(case, InstanceCase) and case.idle is not None and case.idle.unused_since is None:
        causes = [cause for cause in causes if cause.why is not Why.IDLE]
    comes = fate(causes, case.told, case.hindrances, moment, may_take=may_take)
    off, message = delay(comes, moment.now, may_take=may_take, stopped=stopped)
    return Explained(case, comes, by, off, message)
