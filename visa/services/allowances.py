"""What people may have at once and what they have: the policy's limits and the database's sums as bounds of a quota.

Waiting instances count for their owner, and take no room in experiments and clouds yet.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visa.domain.access import Standing
from visa.domain.instance import Phase
from visa.domain.quota import MIB_PER_GIB, Amount, Bound, Limits, Mine, Whose
from visa.services import cloud_usage
from visa.settings import Policy
from visa.store.tables import Flavour, Instance, InstanceExperiment, InstanceStatus, Workspace

_SUMS = (
    func.count(Instance.id),
    func.coalesce(func.sum(Flavour.vcpus), 0),
    func.coalesce(func.sum(Flavour.memory_mib), 0),
    func.coalesce(func.sum(Flavour.gpus), 0),
)
LIVE = InstanceStatus.phase != Phase.GONE
ADMITTED = Instance.waiting_since.is_(None)


class Terms(Protocol):
    """Where the policy names limits; None, as everywhere, is no limit."""

    @property
    def instances(self) -> int | None: ...
    @property
    def vcpus(self) -> int | None: ...
    @property
    def memory_gib(self) -> float | None: ...
    @property
    def gpus(self) -> int | None: ...


def limits_of(terms: Terms) -> Limits:
    """The limits of a standing, of experiments or of a cloud, as the policy names them."""
    memory_mib = None if terms.memory_gib is None else round(terms.memory_gib * MIB_PER_GIB)
    return Limits(terms.instances, terms.vcpus, memory_mib, terms.gpus)


def own_limits(policy: Policy, who: Standing) -> Limits:
    """What somebody of this standing may have at once."""
    return limits_of({Standing.USER: policy.user, Standing.STAFF: policy.staff, Standing.GUEST: policy.guest}[who])


def amount_of(flavour: Flavour) -> Amount:
    """What one instance of this flavour takes."""
    return Amount(1, flavour.vcpus, flavour.memory_mib, flavour.gpus)


def mine(session: Session, person_id: str) -> tuple[Mine, ...]:
    """The person's instances that count, newest first: all that are not gone."""
    rows = select(Instance.id, Instance.name, Flavour).select_from(Instance).join(InstanceStatus).join(Flavour)
    rows = rows.where(Instance.owner_id == person_id, LIVE).order_by(Instance.created_at.desc(), Instance.id)
    return tuple(Mine(row.id, row.name, amount_of(row.Flavour)) for row in session.execute(rows))


def own_bound(person_id: str, limits: Limits, having: Iterable[Mine]) -> Bound:
    """A person's own allowance, with everything that they have counted, waiting ones too."""
    return Bound(Whose.OWN, person_id, sum((one.amount for one in having), Amount()), limits)


def admitted_of_people(session: Session, person_ids: Collection[str]) -> Mapping[str, Amount]:
    """What each of these people has got, without what waits."""
    sums = select(Instance.owner_id, *_SUMS).where(Instance.owner_id.in_(person_ids), ADMITTED)
    return _by_key(session, _live(sums).group_by(Instance.owner_id))


def experiment_bounds(session: Session, policy: Policy, experiment_ids: Collection[str]) -> dict[str, Bound]:
    """What all instances of each experiment share, by its id; {} when the policy sets no limit."""
    limits = limits_of(policy.experiment)
    if not limits.bind or not experiment_ids:
        return {}
    sums = select(InstanceExperiment.experiment_id, *_SUMS).select_from(Instance).join(InstanceExperiment)
    sums = sums.where(InstanceExperiment.experiment_id.in_(experiment_ids), ADMITTED)
    used = _by_key(session, _live(sums).group_by(InstanceExperiment.experiment_id))
    return {one: Bound(Whose.EXPERIMENT, one, used.get(one, Amount()), limits) for one in sorted(experiment_ids)}


def cloud_bounds(session: Session, policy: Policy, cloud: str) -> tuple[Bound, ...]:
    """What all instances in a cloud share: what the policy lets us use, and what the cloud grants us and others."""
    named = policy.clouds.get(cloud)
    ours, granted = Limits() if named is None else limits_of(named), cloud_usage.granted(session, cloud)
    if not ours.bind and (granted is None or not granted.limits.bind):
        return ()
    sums = select(*_SUMS).select_from(Instance).join(Workspace, Workspace.id == Instance.workspace_id)
    used = Amount(*session.execute(_live(sums.where(Workspace.cloud == cloud, ADMITTED))).one())
    bounds = [Bound(Whose.CLOUD, cloud, used, ours)] if ours.bind else []
    if granted is not None and granted.limits.bind:
        bounds.append(Bound(Whose.CLOUD, cloud, used + granted.foreign, granted.limits))
    return tuple(bounds)


def cloud_is_limited(session: Session, policy: Policy, cloud: str) -> bool:
    """Whether anything limits what all instances in a cloud share."""
    named, granted = policy.clouds.get(cloud), cloud_usage.granted(session, cloud)
    return (named is not None and limits_of(named).bind) or (granted is not None and granted.limits.bind)


def _live(sums: Any) -> Any:
    status = (InstanceStatus, InstanceStatus.instance_id == Instance.id)
    return sums.join(*status).join(Flavour, Flavour.id == Instance.flavour_id).where(LIVE)


def _by_key(session: Session, sums: Any) -> dict[str, Amount]:
    return {key: Amount(*numbers) for key, *numbers in session.execute(sums)}
