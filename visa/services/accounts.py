"""People as they sign in: made once, known again by issuer and subject, linked to their facility account, with roles.

An equal ORCID links when exactly one account has it. An equal e-mail address only proposes: addresses change hands, and
whoever gets one must not get the data of the one before.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from visa.domain import subjects
from visa.domain.access import Role, Standing
from visa.domain.instance import WorkspacePhase
from visa.domain.quota import Bound
from visa.errors import NotFound
from visa.ports.clock import NewId
from visa.ports.identity import SignedIn
from visa.services import allowances
from visa.services.actors import Actor, account
from visa.services.journal import SYSTEM, By, record
from visa.services.mounting import rights_changed
from visa.services.workspaces import is_put_away
from visa.settings import Policy
from visa.store.tables import FacilityPerson, LinkProposal, Person, RoleGrant, Workspace, WorkspaceStatus

ENTITLEMENT = "entitlement"
NAME_LENGTH = 200
EMAIL_LENGTH = 320


@dataclass(frozen=True)
class Me:
    """The signed-in person. `login` is None until there is an account for desktops; `own` is the allowance."""

    person: Person
    login: str | None
    roles: tuple[Role, ...]
    guest: bool
    own: Bound
    bin_count: int


def welcome(session: Session, who: SignedIn, *, orcid_links: bool, now: datetime, new_id: NewId) -> Person:
    """The person who just signed in, made or brought up to date, in the caller's writing transaction.

    `orcid_links`: whether the provider's word on an ORCID is enough to link; else it only proposes.
    """
    person = _find(session, who) or _make(session, who, now=now, new_id=new_id)
    person.name = subjects.presentable(who.name, max_length=NAME_LENGTH) or "Somebody"
    # Roles are given and mails are sent by address: one that may be somebody else's is not kept.
    person.email = subjects.presentable(who.email, max_length=EMAIL_LENGTH) if who.email_verified else ""
    person.orcid = who.orcid
    person.seen_at = now
    if person.facility_person_id is None:
        _link(session, person, orcid_links=orcid_links, now=now)
    _take_roles(session, person, who.roles, issuer=who.issuer, now=now, new_id=new_id)
    return person


def me(session: Session, actor: Actor, policy: Policy) -> Me:
    """What a person is told about themselves."""
    binned = select(func.count()).select_from(Workspace).join(WorkspaceStatus)
    binned = binned.where(Workspace.owner_id == actor.person_id, is_put_away())
    return Me(
        person=session.get_one(Person, actor.person_id),
        login=_login(session, actor.person_id),
        roles=tuple(sorted(actor.roles)),
        guest=actor.standing is Standing.GUEST,
        own=allowances.own_bound(
            actor.person_id,
            allowances.own_limits(policy, actor.standing),
            allowances.mine(session, actor.person_id),
        ),
        bin_count=session.scalar(binned.where(WorkspaceStatus.phase != WorkspacePhase.GONE)) or 0,
    )


def _login(session: Session, person_id: str) -> str | None:
    try:
        return account(session, person_id).login
    except NotFound:
        return None


def _find(session: Session, who: SignedIn) -> Person | None:
    """Locked, so that two browsers of one person who come in together give nothing twice."""
    return session.scalar(_of(who))


def _of(who: SignedIn) -> Select[Person]:
    return (
        select(Person).where(Person.issuer == who.issuer, Person.subject == who.subject).with_for_update(key_share=True)
    )


def _make(session: Session, who: SignedIn, *, now: datetime, new_id: NewId) -> Person:
    person = Person(id=new_id(), issuer=who.issuer, subject=who.subject, name="", email="", created_at=now, seen_at=now)
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError:  # the same person's other browser was faster
        return session.scalars(_of(who)).one()
    _note(session, person, "first_sign_in", "Signed in for the first time.", now)
    return person


def _link(session: Session, person: Person, *, orcid_links: bool, now: datetime) -> None:
    by_orcid = _accounts(session, FacilityPerson.orcid == person.orcid) if person.orcid else []
    if orcid_links and len(by_orcid) == 1 and not _is_taken(session, by_orcid[0]):
        person.facility_person_id = by_orcid[0].id
        session.flush()
        rights_changed(session, experiment_ids=(), facility_person_ids=(by_orcid[0].id,))
        _note(session, person, "linked", f"Linked to the facility account {by_orcid[0].login} by ORCID.", now)
        return
    by_email = _accounts(session, func.lower(FacilityPerson.email) == person.email.lower()) if person.email else []
    for candidate in {one.id: one for one in (*by_orcid, *by_email)}.values():
        if session.get(LinkProposal, (person.id, candidate.id)) is None:
            session.add(LinkProposal(person_id=person.id, facility_person_id=candidate.id, proposed_at=now))
            message = "A facility account may be yours. The support team has to confirm it before you get its data."
            _note(session, person, "link_proposed", message, now)


def _accounts(session: Session, condition: object) -> list[FacilityPerson]:
    return list(session.scalars(select(FacilityPerson).where(condition, FacilityPerson.gone_at.is_(None))))  # type: ignore[arg-type]


def _is_taken(session: Session, candidate: FacilityPerson) -> bool:
    """Whether somebody else is linked already: a second identity of theirs needs support's word."""
    return session.scalar(select(Person.id).where(Person.facility_person_id == candidate.id)) is not None


def _take_roles(
    session: Session, person: Person, roles: frozenset[Role], *, issuer: str, now: datetime, new_id: NewId
) -> None:
    """Roles from entitlements are what the provider says today; roles from elsewhere stay.

    No role gives data (`visa.domain.mounts.rights`), so that no desktop's folders change with one.
    """
    given = select(RoleGrant).where(RoleGrant.person_id == person.id, RoleGrant.source == ENTITLEMENT)
    have = {grant.role: grant for grant in session.scalars(given)}
    for role in sorted(have.keys() - roles):
        session.delete(have[role])
        _note(session, person, "role_ended", f"The role {role} ended: the provider does not name it any more.", now)
    for role in sorted(roles - have.keys()):
        session.add(
            RoleGrant(
                id=new_id(), person_id=person.id, role=role, source=ENTITLEMENT, granted_by=issuer[:200], granted_at=now
            )
        )
        _note(session, person, "role_given", f"The role {role} was given by the provider.", now)


def _note(session: Session, person: Person, kind: str, message: str, now: datetime) -> None:
    by = By("person", person.name or "Somebody", person.id) if kind == "first_sign_in" else SYSTEM
    record(session, f"person.{kind}", message, at=now, by=by, person_id=person.id)
