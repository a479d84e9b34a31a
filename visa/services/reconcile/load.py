"""Reading everything that a plan needs about one claimed row."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.domain.instance import Doing, Facts, Kept, Phase, Wanted, WorkspacePhase
from visa.domain.plan import InstanceIntent, Seen
from visa.domain.resources import Mark, ServerSpec, VolumeSpec
from visa.domain.workspace import UNREACHABLE, WorkspaceIntent
from visa.services import guests
from visa.services.actors import account, load_actor
from visa.services.mounting import instance_mounts
from visa.services.reconcile.scan import Listed
from visa.store.tables import Flavour, Image, Instance, InstanceStatus, Workspace, WorkspaceStatus


def instance_facts(status: InstanceStatus) -> Facts:
    return _facts(status, status.seen_nonce)


def workspace_facts(status: WorkspaceStatus) -> Facts:
    return _facts(status, 0)


def instance_intent(session: Session, instance: Instance, deployment: str, now: datetime) -> InstanceIntent:
    """What is wanted of an instance, with the mounts that its owner may have now."""
    status = session.get_one(InstanceStatus, instance.id)
    workspace = session.get_one(WorkspaceStatus, instance.workspace_id)
    intent = session.get_one(Workspace, instance.workspace_id)
    image = session.get_one(Image, instance.image_id)
    flavour = session.get_one(Flavour, instance.flavour_id)
    actor = load_actor(session, instance.owner_id, now)
    spec = ServerSpec(
        mark=Mark(deployment, "server", instance.id),
        name=instance.name,
        image=image.cloud_name,
        flavour=flavour.cloud_name,
        vcpus=flavour.vcpus,
        memory_mib=flavour.memory_mib,
        volume_ref=workspace.ref or "",
        account=account(session, instance.owner_id),
        mounts=instance_mounts(session, actor, instance.id, now),
        keyboard=instance.keyboard,
        desktop_password=status.secret,
        workspace_id=workspace.workspace_id,
    )
    return InstanceIntent(
        wanted=Wanted(instance.wanted),
        revision=instance.revision,
        restart_nonce=instance.restart_nonce,
        spec=spec,
        workspace_phase=WorkspacePhase(workspace.phase),
        ever_ready=status.first_ready_at is not None,
        phase_since=status.phase_since,
        admitted=instance.waiting_since is None,
        snapshot=_copy(deployment, "snapshot", intent.id, intent.snapshot_no),
        workspace_message=workspace.message if _hinders(workspace) else None,
    )


def seen(session: Session, instance: Instance, status: InstanceStatus, listed: Listed) -> Seen:
    """What a survey shows of an instance; where the cloud cannot tell of the desktop, with what its machine told us."""
    server = listed.servers.get(instance.id)
    if server is not None and server.desktop_ready is None:
        server = replace(server, desktop_ready=guests.desktop_ready(session, status))
    holdings = listed.holdings(instance.workspace_id)
    return Seen(server, holdings.volume, holdings.snapshots)


def workspace_intent(session: Session, workspace: Workspace, deployment: str, *, archives: bool) -> WorkspaceIntent:
    """What is wanted of a workspace, and whether an instance still uses it. `archives`: its cloud keeps backups."""
    users = select(Instance.id).join(InstanceStatus).where(Instance.workspace_id == workspace.id)
    return WorkspaceIntent(
        wanted=Kept(workspace.wanted),
        revision=workspace.revision,
        spec=VolumeSpec(
            Mark(deployment, "volume", workspace.id), workspace.size_gib, account(session, workspace.owner_id)
        ),
        occupied=session.scalar(users.where(InstanceStatus.phase != Phase.GONE).limit(1)) is not None,
        snapshot=_copy(deployment, "snapshot", workspace.id, workspace.snapshot_no),
        archive=_copy(deployment, "backup", workspace.id, workspace.archive_no),
        archives=archives,
        copied=workspace.copies > 0,
    )


def _hinders(workspace: WorkspaceStatus) -> bool:
    """Whether what is told of the workspace is what keeps a person waiting for its archive."""
    failing = workspace.phase == WorkspacePhase.RESTORING and workspace.attempts > 0
    return failing or workspace.code in UNREACHABLE


def _copy(deployment: str, kind: str, workspace_id: str, number: int | None) -> Mark | None:
    """The mark of the copy with this number, which no other copy ever gets."""
    return None if number is None else Mark(deployment, kind, f"{workspace_id}.{number}")


def _facts(status: InstanceStatus | WorkspaceStatus, seen_nonce: int) -> Facts:
    return Facts(
        phase=status.phase,
        ref=status.ref,
        seen_revision=status.seen_revision,
        seen_nonce=seen_nonce,
        doing=Doing(status.doing),
        doing_since=status.doing_since,
        missing_since=status.missing_since,
        attempts=status.attempts,
        code=status.code,
        message=status.message,
    )
