"""What a cloud grants our project, stored for those who never ask a cloud: the api, and whoever lets people in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visa.domain.instance import Phase
from visa.domain.quota import Amount, Limits
from visa.domain.resources import Usage
from visa.store.session import alone
from visa.store.tables import CloudUsage, Flavour, Instance, InstanceStatus, Workspace


@dataclass(frozen=True)
class Granted:
    """The cloud's own limits, and what others in the same project use of them."""

    limits: Limits
    foreign: Amount


def record(session: Session, cloud: str, usage: Usage | None, *, now: datetime) -> None:
    """Keep what was seen; None is a cloud that grants without limits. Of what is used, our own machines are taken off.

    Only those that are known to be there count as ours: one whose making is under way may look foreign until the next
    look, which makes others wait rather than fail.
    """
    alone(session, "cloud usage")  # two schedulers may see it for the first time at once
    row = session.get(CloudUsage, cloud)
    if row is None:
        row = CloudUsage(cloud=cloud)
        session.add(row)
    row.taken_at = now
    shares = (usage.instances, usage.vcpus, usage.memory_mib) if usage else (None, None, None)
    ours = _there(session, cloud)
    for name, share, own in zip(_NAMES, shares, (ours.instances, ours.vcpus, ours.memory_mib), strict=True):
        setattr(row, f"{name}_foreign", max(0, share.used - own) if share else 0)
        setattr(row, f"{name}_limit", share.limit if share else None)


def granted(session: Session, cloud: str) -> Granted | None:
    """As last seen; None when it was not asked yet."""
    row = session.get(CloudUsage, cloud)
    if row is None:
        return None
    limits = Limits(row.instances_limit, row.vcpus_limit, row.memory_mib_limit)
    return Granted(limits, Amount(row.instances_foreign, row.vcpus_foreign, row.memory_mib_foreign))


_NAMES = ("instances", "vcpus", "memory_mib")


def _there(session: Session, cloud: str) -> Amount:
    sums = (func.count(Instance.id), func.sum(Flavour.vcpus), func.sum(Flavour.memory_mib))
    ours = select(*(func.coalesce(one, 0) for one in sums)).select_from(Instance)
    ours = ours.join(InstanceStatus).join(Flavour).join(Workspace, Workspace.id == Instance.workspace_id)
    ours = ours.where(Workspace.cloud == cloud, InstanceStatus.phase != Phase.GONE, InstanceStatus.ref.is_not(None))
    row: Any = session.execute(ours).one()
    return Amount(*row)
