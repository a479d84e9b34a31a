"""People as they sign in, what links them to the facility, their roles and their sign-ins."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from visa.store.base import Base


class Person(Base):
    """Somebody who signed in at least once, keyed by issuer and subject.

    `facility_person_id` is set once linked. `guest_uid` is the Unix id that an unlinked person got with the first
    instance.
    """

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(320))
    orcid: Mapped[str | None] = mapped_column(String(19))
    facility_person_id: Mapped[str | None] = mapped_column(ForeignKey("facility_person.id"), unique=True)
    guest_uid: Mapped[int | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class RoleGrant(Base):
    """A role of a person, where it came from ("entitlement" or "admin") and when it ends.

    Roles that the facility's source gives are read from FacilityPerson and not copied here.
    """

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("person_id", "role", "source"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(20))
    granted_by: Mapped[str] = mapped_column(String(200))
    granted_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class LinkProposal(Base):
    """An e-mail address agrees with a facility account: support has to confirm before they are linked."""

    __tablename__ = "link_proposal"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    facility_person_id: Mapped[str] = mapped_column(ForeignKey("facility_person.id"), primary_key=True)
    proposed_at: Mapped[datetime]


class LoginAttempt(Base):
    """A sign-in that went to the provider and has not come back. Secrets of the browser are stored as hashes."""

    __tablename__ = "login_attempt"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser_hash: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(100))
    verifier: Mapped[str] = mapped_column(String(128))
    next_path: Mapped[str] = mapped_column(String(2000))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class LoginSession(Base):
    """A signed-in browser. Only the hash of its cookie is kept; `id_token` is what the provider wants at sign-out."""

    __tablename__ = "login_session"
    __table_args__ = (Index(None, "person_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    id_token: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
