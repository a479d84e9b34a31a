"""Reading what happened, newest first: of everything that is a person's, or of one of their instances."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.services.actors import Actor
from visa.services.instances import find_mine
from visa.store.tables import Event


def list_mine(session: Session, actor: Actor, *, before: int | None, limit: int) -> list[Event]:
    """Events that concern the person, from just before the one numbered `before`."""
    query = select(Event).where(Event.person_id == actor.person_id)
    query = query if before is None else query.where(Event.id < before)
    return list(session.scalars(query.order_by(Event.id.desc()).limit(limit)))


def list_of_instance(
    session: Session, actor: Actor, instance_id: str, *, before: int | None, limit: int
) -> list[Event]:
    """Events of one own instance. Raises `NotFound`."""
    instance = find_mine(session, actor, instance_id)
    query = select(Event).where(Event.instance_id == instance.id)
    query = query if before is None else query.where(Event.id < before)
    return list(session.scalars(query.order_by(Event.id.desc()).limit(limit)))
