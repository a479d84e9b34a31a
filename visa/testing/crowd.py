"""Many settled instances at once, in a database and on a fake cloud: for benches and for looking at long lists."""

from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from visa.domain.instance import Kept, Phase, Wanted, WorkspacePhase
from visa.domain.resources import MAIN_CLOUD, Mark
from visa.services.reconcile.scan import Listed
from visa.store.tables import Instance, InstanceExperiment, InstanceStatus, Workspace, WorkspaceStatus
from visa.testing.builders import OPEN
from visa.testing.cloud import FakeCloud


def add_settled(
    session: Session, cloud: FakeCloud, *, owner_id: str, count: int, now: datetime, name: str = MAIN_CLOUD
) -> None:
    """`count` running instances of one owner, each with a workspace, as a pass over the cloud `name` leaves them."""
    prefix = "crowd" if name == MAIN_CLOUD else f"crowd-{name}"
    intents, statuses, workspaces, workspace_statuses = [], [], [], []
    for number in range(count):
        instance_id, workspace_id = f"{prefix}{number:06d}", f"{prefix}w{number:06d}"
        volume = cloud.plant_volume(Mark(cloud.deployment, "volume", workspace_id))
        server = cloud.plant_server(Mark(cloud.deployment, "server", instance_id), volume_refs=(volume.ref,))
        listed = Listed({instance_id: server}, {workspace_id: volume})
        created_at = now - timedelta(minutes=number)
        facts = {"seen_revision": 1, "phase_since": created_at, "seen_at": now}
        workspaces.append(
            {"id": workspace_id, "owner_id": owner_id, "name": f"Run {number}", "size_gib": 20, "wanted": Kept.KEPT}
            | {"created_at": created_at, "cloud": name}
        )
        workspace_statuses.append(
            {"workspace_id": workspace_id, "phase": WorkspacePhase.AVAILABLE, "ref": volume.ref}
            | {"fingerprint": listed.fingerprint("workspace", workspace_id)}
            | facts
        )
        intents.append(
            {"id": instance_id, "owner_id": owner_id, "name": f"Run {number}", "image_id": "xfce"}
            | {"flavour_id": "small", "workspace_id": workspace_id, "keyboard": "us", "wanted": Wanted.RUNNING}
            | {"created_at": created_at, "expires_at": now + timedelta(days=14)}
        )
        statuses.append(
            {"instance_id": instance_id, "phase": Phase.RUNNING, "ref": server.ref, "address": server.address}
            | {"fingerprint": listed.fingerprint("instance", instance_id), "first_ready_at": created_at}
            | facts
        )
    session.execute(insert(Workspace), workspaces)
    session.execute(insert(WorkspaceStatus), workspace_statuses)
    session.execute(insert(Instance), intents)
    session.execute(insert(InstanceStatus), statuses)
    links = [{"instance_id": intent["id"], "experiment_id": OPEN} for intent in intents]
    session.execute(insert(InstanceExperiment), links)
