"""Workspaces and the recycle bin."""

from datetime import datetime
from http import HTTPStatus

from api.lists import page
from api.operation import Noun, operation
from api.resources.instances import shown_new
from api.schemas.instances import InstanceDetailSchema
from api.schemas.workspaces import (
    DeleteForEverSchema,
    RestoreSchema,
    Which,
    WorkspacePageSchema,
    WorkspaceQuery,
    WorkspaceQuerySchema,
    WorkspaceSchema,
    show_workspace,
)
from api.work import reading, writing
from visa.services import restore, workspaces
from visa.services.restore import Changes

noun = Noun("workspaces", __name__, url_prefix="/api/v1", description="What outlives instances")


@operation(noun, "GET", "/workspaces", query=WorkspaceQuerySchema, gives=WorkspacePageSchema)
def list_workspaces(query: WorkspaceQuery) -> dict[str, object]:
    """My workspaces, or only those in recycle bin and archive, newest first"""
    with reading() as work:
        return page(
            f"workspaces:{query.state}",
            query,
            lambda after, limit: workspaces.list_mine(
                work.session, work.actor, only_bin=query.state is Which.BIN, after=after, limit=limit
            ),
            position=lambda view: (view.workspace.created_at, view.workspace.id),
            types=(datetime, str),
            show=lambda view: show_workspace(view, restore.last_use(work.session, view)),
        )


@operation(
    noun,
    "POST",
    "/workspaces/<key:workspace_id>/restore",
    body=RestoreSchema,
    gives=InstanceDetailSchema,
    status=HTTPStatus.CREATED,
)
def restore_workspace(changes: Changes, workspace_id: str) -> tuple[dict[str, object], dict[str, str]]:
    """Start a new instance with a workspace from the recycle bin or the archive"""
    with writing() as work:
        instance = restore.restore(work.session, work.desk, workspace_id, changes)
        return shown_new(work, instance)


@operation(
    noun,
    "DELETE",
    "/workspaces/<key:workspace_id>",
    body=DeleteForEverSchema,
    gives=WorkspaceSchema,
    status=HTTPStatus.ACCEPTED,
)
def delete_workspace(confirm_name: str, workspace_id: str) -> dict[str, object]:
    """Delete a workspace in the recycle bin or the archive for ever, with all its files"""
    with writing() as work:
        workspace = workspaces.delete_for_ever(work.session, work.desk, workspace_id, confirm_name=confirm_name)
        work.session.flush()
        view = workspaces.view(work.session, workspace)
        return show_workspace(view, restore.last_use(work.session, view))
