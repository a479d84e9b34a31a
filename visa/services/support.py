"""Whom support may help: admins and IT support everybody, instrument scientists whoever works on their instruments."""

from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, or_, select, true
from sqlalchemy.orm import Session

from visa.domain.access import Role
from visa.domain.lifecycle import YES, Verdict, no
from visa.errors import NotFound
from visa.services.actors import Actor, load_actor
from visa.store.tables import (
    Experiment,
    FacilityPerson,
    Instance,
    InstanceExperiment,
    InstrumentScientist,
    Person,
    RoleGrant,
)

EVERYBODYS = frozenset({Role.ADMIN, Role.IT_SUPPORT})
SUPPORT = EVERYBODYS | {Role.INSTRUMENT_SCIENTIST}


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """Which instances this person may help with. Raises `NotFound` for who is no support at all: they may not know."""
    if actor.roles & EVERYBODYS:
        return true()
    if Role.INSTRUMENT_SCIENTIST not in actor.roles:
        raise NotFound("There is no such thing.")
    used = select(InstanceExperiment.instance_id).join(Experiment, Experiment.id == InstanceExperiment.experiment_id)
    theirs = used.join(InstrumentScientist, InstrumentScientist.instrument_id == Experiment.instrument_id)
    return Instance.id.in_(theirs.where(InstrumentScientist.facility_person_id == actor.facility_person_id))


def may_help(session: Session, actor: Actor, instance_id: str) -> bool:
    """Whether this instance is one that they may help with."""
    if not actor.roles & SUPPORT:
        return False
    return session.scalar(select(Instance.id).where(Instance.id == instance_id, in_scope(actor))) is not None


def may_answer(actor: Actor, asked_by: str) -> Verdict:
    """Whether they may grant what this person asks for: nobody their own wishes, but admins."""
    if asked_by == actor.person_id and Role.ADMIN not in actor.roles:
        return no("own_request", "This is your own request: somebody else has to answer it.")
    return YES


def who_helps(session: Session, instance: Instance, now: datetime) -> list[str]:
    """Ids of the people who may help with this instance, besides its owner; admins only when there is nobody else."""
    granted = select(RoleGrant.person_id).where(RoleGrant.role.in_(SUPPORT))
    # Roles are a list in JSON: the names find candidates, and what they really are now is read one by one.
    named = or_(*(cast(FacilityPerson.roles, String).contains(role) for role in SUPPORT))
    from_facility = select(FacilityPerson.id).where(named)
    maybe = select(Person.id).where(or_(Person.id.in_(granted), Person.facility_person_id.in_(from_facility)))
    actors = [load_actor(session, one, now) for one in session.scalars(maybe.order_by(Person.id))]
    helping = [one for one in actors if one.person_id != instance.owner_id and may_help(session, one, instance.id)]
    support = [one.person_id for one in helping if one.roles & (SUPPORT - {Role.ADMIN})]
    return support or [one.person_id for one in helping]
