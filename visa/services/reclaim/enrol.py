"""Which rows reclaim looks at that nobody asked it to: those it has never seen, and those that became too much.

Verbs ask for a look themselves (`wake`). This finds what they could not: rows made before there was reclaim, or by an
older release that runs beside this one.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.domain.instance import Kept, Phase, Wanted, WorkspacePhase
from visa.services.over_quota import over_quota
from visa.services.wake import Subject, wake
from visa.settings import Policy
from visa.store.session import Sessions
from visa.store.tables import Instance, InstanceStatus, Reclaim, Workspace, WorkspaceStatus

AT_ONCE = 1000


def enrol(sessions: Sessions, now: datetime) -> int:
    """Have everything looked at that has no row yet; returns how many those were."""
    total = 0
    while True:
        with sessions.write() as session:
            found = [*_instances(session), *_workspaces(session)]
            for subject, one in found:
                wake(session, subject, one, at=now)
        total += len(found)
        if len(found) < AT_ONCE:
            return total


def _instances(session: Session) -> list[tuple[Subject, str]]:
    unseen = ~select(Reclaim).where(Reclaim.subject == Subject.INSTANCE, Reclaim.subject_id == Instance.id).exists()
    rows = select(Instance.id).join(InstanceStatus).where(unseen, Instance.wanted != Wanted.GONE)
    return [
        (Subject.INSTANCE, one)
        for one in session.scalars(rows.where(InstanceStatus.phase != Phase.GONE).limit(AT_ONCE))
    ]


def _workspaces(session: Session) -> list[tuple[Subject, str]]:
    unseen = ~select(Reclaim).where(Reclaim.subject == Subject.WORKSPACE, Reclaim.subject_id == Workspace.id).exists()
    rows = select(Workspace.id).join(WorkspaceStatus).where(unseen, Workspace.wanted != Kept.GONE)
    there = rows.where(WorkspaceStatus.phase != WorkspacePhase.GONE)
    return [(Subject.WORKSPACE, one) for one in session.scalars(there.limit(AT_ONCE))]


def note_surplus(session: Session, policy: Policy, now: datetime) -> dict[str, datetime]:
    """Note which instances are too much for their owners and since when, in the caller's writing transaction.

    Returns them all. Those that became so, or are so no more, are looked at.
    """
    noted = select(Reclaim).where(Reclaim.subject == Subject.INSTANCE, Reclaim.over_since.is_not(None))
    rows = {row.subject_id: row for row in session.scalars(noted)}
    known = {one: row.over_since for one, row in rows.items() if row.over_since is not None}
    found = over_quota(session, policy, known, now=now)
    for one in sorted(known.keys() ^ found.keys()):
        wake(session, Subject.INSTANCE, one, at=now)
        row = session.get_one(Reclaim, (Subject.INSTANCE, one), populate_existing=True)
        row.over_since = found.get(one)
    return found
