"""Roles given by hand: each grant has a source and may have an end."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visa.domain.access import Role
from visa.errors import Conflict, NotFound
from visa.ports.clock import NewId
from visa.services.actors import Actor, load_actor
from visa.services.journal import By, record
from visa.store.tables import Person, RoleGrant

BY_HAND = "admin"


def grant(
    session: Session, email: str, role: Role, *, ends_at: datetime | None, by: By, now: datetime, new_id: NewId
) -> Person:
    """Give a role to the one person with this e-mail address. Raises `NotFound`, or `Conflict` if not unique."""
    people = session.scalars(select(Person).where(func.lower(Person.email) == email.lower())).all()
    if not people:
        raise NotFound(f"Nobody with the address {email} has signed in yet.")
    if len(people) > 1:
        raise Conflict(f"{len(people)} people have signed in with the address {email}.")
    person = people[0]
    by_hand = (RoleGrant.person_id == person.id, RoleGrant.role == role, RoleGrant.source == BY_HAND)
    given = session.scalar(select(RoleGrant).where(*by_hand))
    if given is None:
        given = RoleGrant(
            id=new_id(), person_id=person.id, role=role, source=BY_HAND, granted_by=by.name, granted_at=now
        )
        session.add(given)
    given.ends_at, given.granted_by, given.granted_at = ends_at, by.name, now
    until = f" until {ends_at:%Y-%m-%d}" if ends_at else ""
    record(session, "person.role_granted", f"Got the role {role}{until}.", at=now, by=by, person_id=person.id)
    return person


def list_people(session: Session, *, limit: int, now: datetime) -> list[tuple[Person, Actor]]:
    """Everybody who signed in, the latest first."""
    latest = select(Person).order_by(Person.seen_at.desc()).limit(limit)
    return [(person, load_actor(session, person.id, now)) for person in session.scalars(latest)]
