"""The standing of many people at once, in a fixed number of queries: the same as `actors.load_actor` says of one."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from visa.domain.access import Role, Standing, standing
from visa.store.tables import FacilityPerson, Person, RoleGrant

AT_ONCE = 500


def standings(session: Session, person_ids: Collection[str], now: datetime) -> dict[str, Standing]:
    """By person. Somebody who is not there is left out."""
    ids = sorted(person_ids)
    some = (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
    return {person_id: who for few in some for person_id, who in _few(session, few, now)}


def _few(session: Session, person_ids: Collection[str], now: datetime) -> Iterator[tuple[str, Standing]]:
    here = FacilityPerson.gone_at.is_(None) & (FacilityPerson.id == Person.facility_person_id)
    people = select(Person.id, FacilityPerson.id.label("linked"), FacilityPerson.roles)
    people = people.outerjoin(FacilityPerson, here).where(Person.id.in_(person_ids))
    in_force = or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now)
    given: dict[str, set[str]] = {}
    for person_id, role in session.execute(
        select(RoleGrant.person_id, RoleGrant.role).where(RoleGrant.person_id.in_(person_ids), in_force)
    ):
        given.setdefault(person_id, set()).add(role)
    for row in session.execute(people):
        names = given.get(row.id, set()) | set(row.roles or ())
        roles = frozenset(role for role in Role if role.value in names)
        yield row.id, standing(roles, linked=row.linked is not None)
