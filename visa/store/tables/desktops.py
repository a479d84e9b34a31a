"""Desktops while people are in them: tickets, sessions held by brokers, signals of activity, thumbnails."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from visa.store.base import Base


class Ticket(Base):
    """Right to open one desktop once. Only the secret's hash is kept."""

    __tablename__ = "ticket"

    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    login_session_id: Mapped[str] = mapped_column(String(32))
    right: Mapped[str] = mapped_column(String(10))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class DesktopSession(Base):
    """One participant's open desktop, held by one broker. A broker that no longer reports it has lost it."""

    __tablename__ = "desktop_session"
    __table_args__ = (Index(None, "instance_id", "closed_at"), Index(None, "closed_at", "seen_at"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    login_session_id: Mapped[str] = mapped_column(String(32))
    right: Mapped[str] = mapped_column(String(10))
    broker_id: Mapped[str | None] = mapped_column(String(64))
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    last_input_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    close_reason: Mapped[str | None] = mapped_column(String(60))


class Activity(Base):
    """The newest signal of each kind: "input" is the last key or pointer of a person, then "load" and "logins".

    `at` is when it last told of use, `known_at` when it was last heard of, `quiet_since` the last moment at which it
    told of use or was not known. `value` is what it measures: processors busy as a mean, or how many are logged in.
    Input is known at each moment at which nobody has the desktop open, or whoever holds it reports: without `known_at`.
    """

    __tablename__ = "activity"

    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime]
    known_at: Mapped[datetime | None]
    quiet_since: Mapped[datetime | None]
    value: Mapped[float | None]


class Thumbnail(Base):
    __tablename__ = "thumbnail"

    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"), primary_key=True)
    jpeg: Mapped[bytes]
    taken_at: Mapped[datetime]
