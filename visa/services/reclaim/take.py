"""Taking back, as intent that the reconcile loop works off: in the caller's writing transaction, with its locks.

An instance goes and its workspace comes into the recycle bin with a snapshot; from there it goes to the archive, where
its cloud keeps backups and the policy wants one; an archive is deleted for ever at its end. Nothing here deletes.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from visa.domain.fate import End
from visa.domain.instance import Kept, Wanted, WorkspacePhase
from visa.domain.reclaim import Moment, Why
from visa.services.journal import By, record
from visa.services.policies import InForce
from visa.services.reclaim.cases import InstanceCase, WorkspaceCase
from visa.services.reclaim.words import BECAUSE, day
from visa.store.tables import Reclaim, Workspace

_STILL_ARCHIVED = frozenset({WorkspacePhase.ARCHIVED, WorkspacePhase.RESTORING})
"""It was wanted back and never came: the archive that it has stays the one that is wanted."""


def instance(session: Session, by: InForce, case: InstanceCase, end: End, now: datetime) -> None:
    """Want it gone, and its workspace in the recycle bin with a snapshot where the policy says so.

    Its owner is told of it once that was done.
    """
    one, workspace, policy = case.instance, case.workspace, by.policy
    one.wanted = Wanted.GONE
    one.revision += 1
    workspace.binned_at, workspace.binned_why = now, end.cause.why
    workspace.kept_until = now + timedelta(days=policy.bin_d)
    workspace.revision += 1
    if policy.snapshot:
        workspace.snapshot_no = _next_copy(workspace)
    record(
        session,
        "instance.reclaimed",
        f"“{one.name}” is taken back, because {BECAUSE[end.cause.why]}. {_told(case, end)} Its workspace is in the "
        f"recycle bin until {day(workspace.kept_until)}.",
        at=now,
        by=_policy(by),
        person_id=one.owner_id,
        instance_id=one.id,
        workspace_id=workspace.id,
    )


def workspace(
    session: Session, by: InForce, case: WorkspaceCase, end: End, moment: Moment, *, row: Reclaim, archives: bool
) -> None:
    """Out of the recycle bin into the archive, or gone for ever where there is none or its time ended."""
    one, now = case.workspace, moment.now
    if end.cause.why is Why.BIN and archives and by.policy.archive:
        one.wanted = Kept.ARCHIVED
        if one.archive_no is None or case.phase not in _STILL_ARCHIVED:
            one.archive_no = _next_copy(one)
        one.snapshot_no = None
        one.archived_until = now + timedelta(days=by.policy.archive_d)
        row.stay_from, row.lived_from = now, moment.lived_s
        kind, what = "archive_wanted", f"goes to the archive until {day(one.archived_until)}"
    else:
        one.wanted = Kept.GONE
        kind, what = "purge_wanted", "is deleted for ever"
    one.revision += 1
    record(
        session,
        f"workspace.{kind}",
        f"Workspace “{one.name}” {what}, because {BECAUSE[end.cause.why]}. {_told(case, end)}",
        at=now,
        by=_policy(by),
        person_id=one.owner_id,
        workspace_id=one.id,
    )


def _next_copy(workspace: Workspace) -> int:
    workspace.copies += 1
    return workspace.copies


def _told(case: InstanceCase | WorkspaceCase, end: End) -> str:
    """The evidence: when the warnings before this end were delivered."""
    mine = (one for one in case.told if (one.cause, one.cycle) == (end.cause.why, end.cause.cycle))
    days = [day(at) for at in sorted(one.sent_at for one in mine if one.sent_at is not None)]
    return f"Its owner was told on {' and '.join(days)}."


def _policy(by: InForce) -> By:
    return By("policy", f"policy {by.number}" if by.number else "the product's policy")
