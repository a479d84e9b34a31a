"""What people do with workspaces: list them, take one back from recycle bin or archive, delete one for ever."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from visa.domain.instance import Kept, Phase, WorkspacePhase
from visa.domain.lifecycle import YES, Verdict, no
from visa.domain.workspace import UNREACHABLE
from visa.errors import Conflict, Invalid, NotFound
from visa.services.actors import Actor
from visa.services.desk import Desk
from visa.services.journal import record
from visa.services.wake import Subject, wake
from visa.store.session import lock as lock_row
from visa.store.tables import Instance, InstanceStatus, Workspace, WorkspaceStatus


class WorkspaceState(StrEnum):
    """The one word for a workspace."""

    IN_USE = "in_use"
    BIN = "bin"
    ARCHIVING = "archiving"
    ARCHIVED = "archived"
    DELETING = "deleting"
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True)
class WorkspaceView:
    """A workspace as its owner sees it. `holder` is the instance that uses it, `last` the newest that ever did."""

    workspace: Workspace
    status: WorkspaceStatus
    state: WorkspaceState
    holder: Instance | None
    last: Instance | None
    restore: Verdict
    delete: Verdict


def find_mine(session: Session, actor: Actor, workspace_id: str, *, lock: bool = False) -> Workspace:
    """An own workspace. Raises `NotFound` for others'."""
    workspace = lock_row(session, Workspace, workspace_id) if lock else session.get(Workspace, workspace_id)
    if workspace is None or workspace.owner_id != actor.person_id:
        raise NotFound("There is no such workspace.")
    return workspace


def view(session: Session, workspace: Workspace) -> WorkspaceView:
    """Everything that is shown of one workspace."""
    status = session.get_one(WorkspaceStatus, workspace.id)
    holder = _newest(session, InstanceStatus.phase != Phase.GONE, workspace.id)
    state = _state(workspace, status)
    return WorkspaceView(
        workspace, status, state, holder, holder or _newest(session, None, workspace.id), *_verdicts(state, holder)
    )


def list_mine(
    session: Session, actor: Actor, *, only_bin: bool, after: tuple[datetime, str] | None, limit: int
) -> list[WorkspaceView]:
    """Own workspaces, newest first, from just after the one at `after`; those that are gone are left out.

    `only_bin`: what is in the recycle bin or the archive.
    """
    query = select(Workspace).join(WorkspaceStatus).where(Workspace.owner_id == actor.person_id)
    query = query.where(WorkspaceStatus.phase != WorkspacePhase.GONE)
    if only_bin:
        query = query.where(is_put_away())
    if after:
        at, last_id = after
        older = (Workspace.created_at < at) | ((Workspace.created_at == at) & (Workspace.id < last_id))
        query = query.where(older)
    newest_first = query.order_by(Workspace.created_at.desc(), Workspace.id.desc()).limit(limit)
    return [view(session, workspace) for workspace in session.scalars(newest_first)]


def is_put_away() -> ColumnElement[bool]:
    """In the recycle bin or the archive, or on the way there."""
    return Workspace.binned_at.is_not(None) | (Workspace.wanted == Kept.ARCHIVED)


def take_from_bin(session: Session, desk: Desk, workspace_id: str) -> Workspace:
    """Take a workspace for a new instance, out of recycle bin or archive. Raises `Conflict` with the reason.

    Its copies stay until the new machine has run for a while: what was archived comes back from one of them.
    """
    workspace = find_mine(session, desk.actor, workspace_id, lock=True)
    verdict = view(session, workspace).restore
    if not verdict.allowed:
        raise Conflict(verdict.reason or "", code=verdict.code)
    where = "recycle bin" if workspace.wanted == Kept.KEPT else "archive"
    workspace.wanted = Kept.KEPT
    workspace.binned_at = workspace.kept_until = workspace.binned_why = workspace.archived_until = None
    workspace.revision += 1
    wake(session, Subject.WORKSPACE, workspace.id, at=desk.now)
    _note(session, desk, workspace, "restored", f"Workspace “{workspace.name}” was taken from the {where}.")
    return workspace


def delete_for_ever(session: Session, desk: Desk, workspace_id: str, *, confirm_name: str) -> Workspace:
    """Want a workspace in the recycle bin deleted with all its files; its name must be typed as confirmation."""
    workspace = find_mine(session, desk.actor, workspace_id, lock=True)
    verdict = view(session, workspace).delete
    if not verdict.allowed:
        raise Conflict(verdict.reason or "", code=verdict.code)
    if confirm_name != workspace.name:
        raise Invalid("Type the workspace's name exactly to delete it.", field="confirm_name", code="not_confirmed")
    workspace.wanted = Kept.GONE
    workspace.revision += 1
    wake(session, Subject.WORKSPACE, workspace.id, at=desk.now)
    _note(session, desk, workspace, "delete_wanted", f"Workspace “{workspace.name}” is deleted for ever.")
    return workspace


def _newest(session: Session, condition: ColumnElement[bool] | None, workspace_id: str) -> Instance | None:
    query = select(Instance).join(InstanceStatus).where(Instance.workspace_id == workspace_id)
    query = query if condition is None else query.where(condition)
    return session.scalar(query.order_by(Instance.created_at.desc(), Instance.id.desc()).limit(1))


def _state(workspace: Workspace, status: WorkspaceStatus) -> WorkspaceState:
    if status.phase == WorkspacePhase.GONE:
        return WorkspaceState.GONE
    if workspace.wanted == Kept.GONE:
        return WorkspaceState.DELETING
    if status.phase == WorkspacePhase.FAILED or status.code in UNREACHABLE:
        return WorkspaceState.FAILED
    if workspace.wanted == Kept.ARCHIVED:
        there = status.phase == WorkspacePhase.ARCHIVED
        return WorkspaceState.ARCHIVED if there else WorkspaceState.ARCHIVING
    return WorkspaceState.BIN if workspace.binned_at is not None else WorkspaceState.IN_USE


def _verdicts(state: WorkspaceState, holder: Instance | None) -> tuple[Verdict, Verdict]:
    """Whether it may be restored, and whether it may be deleted for ever."""
    if state is WorkspaceState.IN_USE:
        refusal = no("in_use", f"The desktop “{holder.name}” uses it." if holder else "It is in use.")
        return refusal, refusal
    if state in {WorkspaceState.DELETING, WorkspaceState.GONE}:
        refusal = no("is_deleted", "It is being deleted for ever.")
        return refusal, refusal
    if holder is not None:
        refusal = no("still_held", f"The desktop “{holder.name}” is still being deleted. This takes a moment.")
        return refusal, refusal
    if state is WorkspaceState.FAILED:
        return no("failed", "It cannot be reached at the moment. The support team can help."), YES
    return YES, YES


def _note(session: Session, desk: Desk, workspace: Workspace, kind: str, message: str) -> None:
    record(
        session,
        f"workspace.{kind}",
        message,
        at=desk.now,
        by=desk.by,
        person_id=workspace.owner_id,
        workspace_id=workspace.id,
    )
