"""Which clouds rows are in, and which of these the settings lack: one that was given up must not go unnoticed."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.domain.instance import WorkspacePhase
from visa.errors import NotFound
from visa.store.tables import Flavour, Image, Instance, Workspace, WorkspaceStatus


def cloud_of(session: Session, instance_id: str) -> str:
    """Where an instance runs: in its workspace's cloud. Raises `NotFound`."""
    cloud = session.scalar(select(Workspace.cloud).join(Instance).where(Instance.id == instance_id))
    if cloud is None:
        raise NotFound(f"There is no instance {instance_id}.")
    return cloud


def unknown(session: Session, known: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Clouds that are none of `known`, each with what is said to be in it ("images", "flavours", "workspaces").

    Only what still matters: what is offered, and workspaces that are not gone.
    """
    kept = select(Workspace.cloud).join(WorkspaceStatus).where(WorkspaceStatus.phase != WorkspacePhase.GONE)
    asked = {
        "images": select(Image.cloud).where(Image.retired_at.is_(None)),
        "flavours": select(Flavour.cloud).where(Flavour.retired_at.is_(None)),
        "workspaces": kept,
    }
    named = {what: set(session.scalars(query.distinct())) for what, query in asked.items()}
    lost = sorted(set[str]().union(*named.values()) - set(known))
    return {cloud: tuple(what for what, clouds in named.items() if cloud in clouds) for cloud in lost}
