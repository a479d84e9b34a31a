"""Instances and workspaces: intent in one table, written only by services; facts in the other, only by reconcile.

Rows of intent and facts are made together. A facts row carries its lease: whoever holds it is the only one to act.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from visa.store.base import Base, CloudName

_WAITS = text("waiting_since IS NOT NULL")


class Instance(Base):
    """Intent. `revision` grows with each change; `restart_nonce` with each wish for a reboot.

    It runs in its workspace's cloud. Since `waiting_since` it waits for room there or in its experiments, and is not to
    be made; `admitted_at` is when it got room, None for one that never had to wait.
    """

    __tablename__ = "instance"
    __table_args__ = (
        UniqueConstraint("owner_id", "idempotency_key"),
        Index(None, "owner_id", "created_at", "id"),
        Index(None, "workspace_id"),
        Index(None, "waiting_since", sqlite_where=_WAITS, postgresql_where=_WAITS),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(100))
    image_id: Mapped[str] = mapped_column(ForeignKey("image.id"))
    flavour_id: Mapped[str] = mapped_column(ForeignKey("flavour.id"))
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"))
    keyboard: Mapped[str] = mapped_column(String(40))
    wanted: Mapped[str] = mapped_column(String(10))
    restart_nonce: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1)
    idempotency_key: Mapped[str | None] = mapped_column(String(100))
    request_hash: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    waiting_since: Mapped[datetime | None]
    admitted_at: Mapped[datetime | None]

    @property
    def lives_from(self) -> datetime:
        """From when its lifetime counts: waiting costs none of it."""
        return self.admitted_at or self.created_at


class InstanceExperiment(Base):
    __tablename__ = "instance_experiment"
    __table_args__ = (Index(None, "experiment_id"),)

    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"), primary_key=True)
    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiment.id"), primary_key=True)


class Workspace(Base):
    """Intent. In the recycle bin from `binned_at` on, and safe there until `kept_until`; never in another `cloud`.

    `snapshot_no` and `archive_no` name the one snapshot and the one archive that are wanted, `copies` is the highest
    number given out. An archive is safe until `archived_until`. `binned_why` says who put it there: its owner
    ("owner"), or a cause of reclaim (`visa.domain.reclaim.Why`).
    """

    __tablename__ = "workspace"
    __table_args__ = (Index(None, "owner_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(100))
    size_gib: Mapped[int]
    cloud: Mapped[CloudName]
    wanted: Mapped[str] = mapped_column(String(10))
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    binned_at: Mapped[datetime | None]
    binned_why: Mapped[str | None] = mapped_column(String(10))
    kept_until: Mapped[datetime | None]
    archived_until: Mapped[datetime | None]
    copies: Mapped[int] = mapped_column(default=0, server_default="0")
    snapshot_no: Mapped[int | None]
    archive_no: Mapped[int | None]


class FactsColumns:
    """What reconcile records of one resource, and its lease. Meanings: `visa.domain.instance.Facts`."""

    phase: Mapped[str] = mapped_column(String(12))
    ref: Mapped[str | None] = mapped_column(String(255))
    seen_revision: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[datetime | None]
    fingerprint: Mapped[str] = mapped_column(String(400), default="")
    doing: Mapped[str] = mapped_column(String(12), default="")
    doing_since: Mapped[datetime | None]
    missing_since: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    code: Mapped[str | None] = mapped_column(String(60))
    message: Mapped[str | None]
    phase_since: Mapped[datetime]
    next_look_at: Mapped[datetime | None]
    lease_holder: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        live = text("phase <> 'gone'")
        return (Index(None, "next_look_at", sqlite_where=live, postgresql_where=live),)


class InstanceStatus(FactsColumns, Base):
    """Facts of an instance. `secret` is the desktop's password where it needs one; it never leaves broker and cloud.

    `left_boot` is the boot that the last order to start or reboot put an end to: its reports count no more.
    """

    __tablename__ = "instance_status"

    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"), primary_key=True)
    seen_nonce: Mapped[int] = mapped_column(default=0)
    address: Mapped[str | None] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(String(64), default="")
    left_boot: Mapped[str] = mapped_column(String(64), default="")
    ready_at: Mapped[datetime | None]
    first_ready_at: Mapped[datetime | None]


class WorkspaceStatus(FactsColumns, Base):
    """Facts of a workspace."""

    __tablename__ = "workspace_status"

    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"), primary_key=True)
    used_bytes: Mapped[int | None]
