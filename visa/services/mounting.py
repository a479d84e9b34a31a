"""What a person may have mounted of experiments, read from the last good state of the facility."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.domain.mounts import NOTHING, Rights, mounts, rights
from visa.domain.resources import Mount
from visa.services.actors import Actor
from visa.store.tables import Experiment, ExperimentMember, InstanceExperiment


def granted(session: Session, actor: Actor, experiment: Experiment, now: datetime) -> Rights:
    """The rights of one person in one experiment now. An experiment that vanished from the source gives none."""
    if experiment.gone_at is not None:
        return NOTHING
    member = actor.facility_person_id is not None and (
        session.get(ExperimentMember, (experiment.id, actor.facility_person_id)) is not None
    )
    return rights(member=member, public_at=experiment.public_at, proprietary=experiment.proprietary, today=now.date())


def instance_mounts(session: Session, actor: Actor, instance_id: str, now: datetime) -> tuple[Mount, ...]:
    """Everything that should be mounted in an instance now."""
    mine = select(Experiment).join(InstanceExperiment).where(InstanceExperiment.instance_id == instance_id)
    return tuple(
        mount
        for experiment in session.scalars(mine.order_by(Experiment.id))
        for mount in mounts(
            experiment.id,
            raw_path=experiment.raw_path,
            processed_path=experiment.processed_path,
            granted=granted(session, actor, experiment, now),
        )
    )
