"""What reclaim knows: when to look at what, what people were told and when, and what holds it off.

An instance or workspace is a `subject` ("instance" or "workspace") with its id.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from visa.store.base import Base

_PENDING = text("state = 'pending'")
_OVER = text("over_since IS NOT NULL")


class Reclaim(Base):
    """When the policy looks at one subject again, and what it made of the last look.

    `look_at` may be set to an earlier moment by anybody; all else is written by the reclaim job only. `axe_at` is when
    `why` takes it as things stand; `delay` is the code of what holds it off, `message` says all this in a sentence.
    `lived_from` is the lived time (see `LivedTime`) at which the stay in recycle bin or archive began that was ordered
    at `stay_from`. Over quota since `over_since`.
    """

    __tablename__ = "reclaim"
    __table_args__ = (Index(None, "over_since", sqlite_where=_OVER, postgresql_where=_OVER),)

    subject: Mapped[str] = mapped_column(String(10), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    look_at: Mapped[datetime | None] = mapped_column(index=True)
    looked_at: Mapped[datetime | None]
    axe_at: Mapped[datetime | None] = mapped_column(index=True)
    why: Mapped[str | None] = mapped_column(String(10))
    delay: Mapped[str | None] = mapped_column(String(20))
    message: Mapped[str | None]
    over_since: Mapped[datetime | None]
    stay_from: Mapped[datetime | None]
    lived_from: Mapped[float | None]
    version: Mapped[int] = mapped_column(default=1)


class Notice(Base):
    """Something that a person is to be told, and whether they were: a warning of `kind`, or news of what happened.

    A warning belongs to one `cycle` (the deadline, or the moment from which idleness counts) and comes `lead_s` before
    the end. Once delivered, `announced_for` is the moment that it named or, if that is later, `lead_s` after
    `sent_at`; `lived_s` is the lived time of its delivery.
    `person_id` None is an operator: `subject` is then "operators", and `subject_id` a hash of the address.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("subject", "subject_id", "kind", "cycle", "lead_s", "person_id"),
        Index(None, "next_try_at", sqlite_where=_PENDING, postgresql_where=_PENDING),
        Index(None, "person_id", "made_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    subject: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(20))
    cycle: Mapped[datetime]
    lead_s: Mapped[float] = mapped_column(default=0.0)
    facts: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="pending")
    next_try_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    lease_holder: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    announced_for: Mapped[datetime | None]
    lived_s: Mapped[float | None]


class Hold(Base):
    """Somebody decided that a subject is kept, until `ends_at` or for ever, whatever the policy says."""

    __tablename__ = "hold"
    __table_args__ = (Index(None, "subject", "subject_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(500))
    placed_by: Mapped[str] = mapped_column(String(200))
    placed_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    released_by: Mapped[str | None] = mapped_column(String(200))
    released_at: Mapped[datetime | None]


class ReclaimStop(Base):
    """The switch that stops all reclaim: one row a time that it was thrown. Warnings go on being sent."""

    __tablename__ = "reclaim_stop"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    reason: Mapped[str] = mapped_column(String(500))
    stopped_by: Mapped[str] = mapped_column(String(200))
    stopped_at: Mapped[datetime]
    resumed_by: Mapped[str | None] = mapped_column(String(200))
    resumed_at: Mapped[datetime | None]


class ExtensionRequest(Base):
    """An owner asks for more time than the policy gives. `state`: open, granted, refused or withdrawn."""

    __tablename__ = "extension_request"
    __table_args__ = (Index(None, "instance_id", "made_at"), Index(None, "state", "made_at"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(2000))
    until: Mapped[datetime]
    made_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="open")
    answered_by: Mapped[str | None] = mapped_column(String(200))
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(2000))


class LivedTime(Base):
    """One row: how many seconds the schedulers have lived through, which no step of a clock can lengthen.

    The columns are those of `visa.domain.lived.Lived`; `behind` is how often in a row a clock was found to be behind.
    """

    __tablename__ = "lived_time"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lived_s: Mapped[float]
    at: Mapped[datetime]
    since: Mapped[datetime]
    broken: Mapped[bool]
    behind: Mapped[int] = mapped_column(default=0)
