"""What a person may have mounted of experiments, read from the last good state of the facility."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from visa.domain.instance import Phase
from visa.domain.mounts import NOTHING, Rights, mounts, rights
from visa.domain.resources import Mount
from visa.services.actors import Actor
from visa.store.tables import (
    Experiment,
    ExperimentMember,
    Instance,
    InstanceExperiment,
    InstanceStatus,
    Person,
)

_BATCH = 1000
_UP_OR_COMING = (Phase.BUILDING, Phase.STARTING, Phase.RUNNING)


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


def rights_changed(session: Session, *, experiment_ids: Iterable[str], facility_person_ids: Iterable[str]) -> None:
    """What is wanted of instances with these experiments, or of these people, may be other mounts now.

    Call it, with the change flushed, wherever membership, an experiment or the link of a person to the facility
    changes; roles give no data. The revision of instances that run, or are about to, grows: a pass of the reconcile
    loop that is under way at this moment, and may just be recording one as running, cannot make it forgotten.
    """
    status = select(InstanceStatus.instance_id).where(InstanceStatus.phase.in_(_UP_OR_COMING))
    for some in _batches(experiment_ids):
        chosen = select(InstanceExperiment.instance_id).where(InstanceExperiment.experiment_id.in_(some))
        _grow(session, Instance.id.in_(chosen), Instance.id.in_(status))
    for some in _batches(facility_person_ids):
        people = select(Person.id).where(Person.facility_person_id.in_(some))
        _grow(session, Instance.owner_id.in_(people), Instance.id.in_(status))


def _batches(ids: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """As many at a time as every database takes in one statement."""
    left = iter(ids)
    while some := tuple(islice(left, _BATCH)):
        yield some


def _grow(session: Session, *which: ColumnElement[bool]) -> None:
    grown = update(Instance).where(*which).values(revision=Instance.revision + 1)
    session.execute(grown.execution_options(synchronize_session=False))


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
