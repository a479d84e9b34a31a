"""What happened: events for people, reports of jobs for operators. Both are only ever added to."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from visa.store.base import Base, CloudName

Sequence = BigInteger().with_variant(Integer, "sqlite")


class Event(Base):
    """Who did what and why. `person_id` is whose thing it concerns; `actor_kind` is "person", "policy" or "system"."""

    __tablename__ = "event"
    __table_args__ = (
        Index(None, "instance_id", "id"),
        Index(None, "person_id", "id"),
        Index(None, "workspace_id", "id"),
    )

    id: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(60))
    message: Mapped[str]
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[str | None] = mapped_column(String(32))
    actor_name: Mapped[str] = mapped_column(String(200))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    instance_id: Mapped[str | None] = mapped_column(ForeignKey("instance.id"))
    workspace_id: Mapped[str | None] = mapped_column(ForeignKey("workspace.id"))


class JobReport(Base):
    """One run of one job. `report` is the small frozen value that the job returned.

    `cloud` is the one that it was about; jobs that are about none leave it as it is.
    """

    __tablename__ = "job_report"
    __table_args__ = (Index(None, "job", "id"),)

    id: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    job: Mapped[str] = mapped_column(String(40))
    cloud: Mapped[CloudName]
    holder: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    ok: Mapped[bool]
    report: Mapped[dict[str, Any]]
