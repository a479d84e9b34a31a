"""Who is acting: a signed-in person with roles, standing and the Unix account that their desktops use."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from visa.domain import expiry
from visa.domain.access import Role, Standing, standing
from visa.domain.audience import Seeker
from visa.domain.expiry import Allowance
from visa.domain.resources import Account
from visa.errors import NotFound
from visa.settings import Policy
from visa.store.tables import (
    CatalogueEntry,
    Experiment,
    ExperimentMember,
    FacilityPerson,
    Image,
    InstrumentScientist,
    Person,
    RoleGrant,
)


@dataclass(frozen=True)
class Actor:
    """A person at one moment. `facility_person_id` is None for somebody without a facility account."""

    person_id: str
    name: str
    facility_person_id: str | None
    roles: frozenset[Role]
    standing: Standing


def load_actor(session: Session, person_id: str, now: datetime) -> Actor:
    """The person with the roles in force now. Raises `NotFound`."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("There is no such person.")
    facility_person = _facility_person(session, person)
    names = set(facility_person.roles) if facility_person else set()
    in_force = or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now)
    names |= set(session.scalars(select(RoleGrant.role).where(RoleGrant.person_id == person_id, in_force)))
    roles = frozenset(role for role in Role if role.value in names)
    return Actor(
        person_id=person.id,
        name=person.name,
        facility_person_id=facility_person.id if facility_person else None,
        roles=roles,
        standing=standing(roles, linked=facility_person is not None),
    )


def allowance(policy: Policy, who: Standing, *offered: CatalogueEntry) -> Allowance:
    """The lifetimes and the number of instances that a standing gives, with what it starts from.

    An image or flavour may name numbers in the policy and in the catalogue; the smallest that is named counts.
    """
    given = {Standing.USER: policy.user, Standing.STAFF: policy.staff, Standing.GUEST: policy.guest}[who]
    usual = Allowance(given.lifetime_d, given.extension_d, given.max_lifetime_d, given.instances, given.idle_d)
    named = [expiry.Lifetime(**one.lifetimes[who]) for one in offered if who in one.lifetimes]
    for entry in offered:
        replacing = (policy.images if isinstance(entry, Image) else policy.flavours).get(entry.id, {})
        if who in replacing:
            named.append(expiry.Lifetime(**replacing[who].model_dump()))
    return expiry.replaced(usual, named)


def seeker(session: Session, actor: Actor) -> Seeker:
    """What decides which images and flavours are for this person."""
    mine = actor.facility_person_id
    account = session.get(FacilityPerson, mine) if mine is not None else None
    if account is None:
        return Seeker(actor.standing, actor.roles)
    of_team = select(Experiment.instrument_id).join(ExperimentMember)
    of_team = of_team.where(ExperimentMember.facility_person_id == mine, Experiment.gone_at.is_(None))
    looks_after = select(InstrumentScientist.instrument_id).where(InstrumentScientist.facility_person_id == mine)
    return Seeker(
        actor.standing,
        actor.roles,
        groups=frozenset(str(gid) for gid in (account.gid, *account.gids)),
        instruments=frozenset(session.scalars(of_team.union(looks_after))),
    )


def account(session: Session, person_id: str) -> Account:
    """The Unix account inside this person's desktops. Raises `NotFound` for a person that never got one."""
    person = session.get_one(Person, person_id)
    known = _facility_person(session, person)
    if known:
        return Account(known.login, known.uid, known.gid, tuple(known.gids), known.name)
    if person.guest_uid is None:
        raise NotFound("This person has no account for desktops.")
    return Account(f"guest{person.guest_uid}", person.guest_uid, person.guest_uid, (), person.name)


def ensure_account(session: Session, person: Person, *, first_uid: int) -> None:
    """Give a person without a facility account a Unix id of their own; call in a writing transaction."""
    while person.facility_person_id is None and person.guest_uid is None:
        with suppress(IntegrityError), session.begin_nested():  # another guest may take the same one at this moment
            person.guest_uid = _free_uid(session, first_uid)


def _free_uid(session: Session, first_uid: int) -> int:
    """An id that no guest has, and nobody of the facility: files on shared storage know their owner by it alone."""
    highest = session.scalar(select(func.max(Person.guest_uid)))
    uid = max(first_uid, (highest or 0) + 1)
    at_or_above = or_(FacilityPerson.uid >= uid, FacilityPerson.gid >= uid)
    taken = {
        one for row in session.execute(select(FacilityPerson.uid, FacilityPerson.gid).where(at_or_above)) for one in row
    }
    while uid in taken:
        uid += 1
    return uid


def _facility_person(session: Session, person: Person) -> FacilityPerson | None:
    if person.facility_person_id is None:
        return None
    known = session.get(FacilityPerson, person.facility_person_id)
    return known if known and known.gone_at is None else None
