"""What operators look at: instances of everybody, counts by phase, and the newest report of each job."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visa.domain.instance import Phase
from visa.domain.lifecycle import Shown
from visa.services.instances import word_for
from visa.store.tables import DesktopSession, Instance, InstanceStatus, JobReport, Person


@dataclass(frozen=True)
class Line:
    """One instance in an operator's list."""

    instance: Instance
    status: InstanceStatus
    owner: Person
    shown: Shown


@dataclass(frozen=True)
class Overview:
    """How things stand: instances by phase, open desktops, and the newest report of each job, in each cloud."""

    phases: dict[str, int]
    open_desktops: int
    jobs: tuple[JobReport, ...]


def list_all(session: Session, *, with_gone: bool, limit: int) -> list[Line]:
    """Instances of everybody, newest first."""
    query = select(Instance, InstanceStatus, Person).join(InstanceStatus).join(Person, Person.id == Instance.owner_id)
    if not with_gone:
        query = query.where(InstanceStatus.phase != Phase.GONE)
    newest_first = query.order_by(Instance.created_at.desc(), Instance.id.desc()).limit(limit)
    return [
        Line(instance, status, owner, word_for(instance, status))
        for instance, status, owner in session.execute(newest_first)
    ]


def overview(session: Session) -> Overview:
    """How things stand now."""
    counted = session.execute(select(InstanceStatus.phase, func.count()).group_by(InstanceStatus.phase)).all()
    opened = session.scalar(select(func.count()).select_from(DesktopSession).where(DesktopSession.closed_at.is_(None)))
    newest = select(func.max(JobReport.id)).group_by(JobReport.job, JobReport.cloud)
    in_order = select(JobReport).where(JobReport.id.in_(newest)).order_by(JobReport.job, JobReport.cloud)
    jobs = session.scalars(in_order).all()
    return Overview({str(phase): int(count) for phase, count in counted}, opened or 0, tuple(jobs))
