"""What a person may have mounted of experiments, read from the last good state of the facility."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.domain.mounts import NOTHING, Rights, mounts, rights
from visa.domain.resources import Mount
from visa.services.actors import Actor
from visa.store.tables import Experiment, ExperimentMember, InstanceExperiment


def granted(session: Session, actor: Actor, experiment: Experiment, now: datetime) -> Rights:
    """The rights of one person in one experiment now."""
    return _rights(experiment, experiment.id in _memberships(session, actor, [experiment.id]), now)


def granted_by_instance(
    session: Session, actor: Actor, instance_ids: Sequence[str], now: datetime
) -> dict[str, tuple[tuple[Experiment, Rights], ...]]:
    """For each instance its experiments, in order of their ids, with what the person is granted in each now."""
    chosen = select(InstanceExperiment.instance_id, Experiment).join(Experiment)
    chosen = chosen.where(InstanceExperiment.instance_id.in_(instance_ids)).order_by(Experiment.id)
    pairs = session.execute(chosen).all()
    mine = _memberships(session, actor, [experiment.id for _, experiment in pairs])
    found: dict[str, tuple[tuple[Experiment, Rights], ...]] = dict.fromkeys(instance_ids, ())
    for instance_id, experiment in pairs:
        found[instance_id] += ((experiment, _rights(experiment, experiment.id in mine, now)),)
    return found


def instance_mounts(session: Session, actor: Actor, instance_id: str, now: datetime) -> tuple[Mount, ...]:
    """Everything that should be mounted in an instance now."""
    return tuple(
        mount
        for experiment, rights_now in granted_by_instance(session, actor, [instance_id], now)[instance_id]
        for mount in mounts(
            experiment.id,
            raw_path=experiment.raw_path,
            processed_path=experiment.processed_path,
            granted=rights_now,
        )
    )


def _rights(experiment: Experiment, member: bool, now: datetime) -> Rights:
    """An experiment that vanished from the source gives nothing to anybody."""
    if experiment.gone_at is not None:
        return NOTHING
    return rights(member=member, public_at=experiment.public_at, proprietary=experiment.proprietary, today=now.date())


def _memberships(session: Session, actor: Actor, experiment_ids: Sequence[str]) -> frozenset[str]:
    if actor.facility_person_id is None:
        return frozenset()
    mine = select(ExperimentMember.experiment_id).where(
        ExperimentMember.facility_person_id == actor.facility_person_id,
        ExperimentMember.experiment_id.in_(experiment_ids),
    )
    return frozenset(session.scalars(mine))
