"""What can be started: images and flavours. In which cloud, and by which name of its own (`cloud_name`).

`CloudOffer` is what the clouds themselves were seen to have: entries of the catalogue point there.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from visa.store.base import Base, CloudName


class CatalogueEntry(Base):
    """What images and flavours share. Server defaults are for rows that the release before this writes.

    `audience`: see `visa.domain.audience`. `lifetimes`: standing to the three numbers of `expiry.Lifetime`.
    `origin` is "file" while the catalogue file says what it is, "admin" once a person did.
    """

    __abstract__ = True

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str]
    cloud: Mapped[CloudName]
    cloud_name: Mapped[str] = mapped_column(String(255))
    audience: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    lifetimes: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    position: Mapped[int]
    retired_at: Mapped[datetime | None]
    origin: Mapped[str] = mapped_column(String(10), default="file", server_default="file")
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    updated_at: Mapped[datetime | None]


class Image(CatalogueEntry):
    """`protocols`: by which one can reach what runs in it."""

    __tablename__ = "image"

    icon: Mapped[str] = mapped_column(String(40))
    good_for: Mapped[list[str]]
    protocols: Mapped[list[str]] = mapped_column(default=lambda: ["rfb"], server_default='["rfb"]')


class Flavour(CatalogueEntry):
    __tablename__ = "flavour"

    vcpus: Mapped[int]
    memory_mib: Mapped[int]
    gpus: Mapped[int] = mapped_column(default=0, server_default="0")


class CloudOffer(Base):
    """An image or flavour (`kind`) that a cloud has, or had until `gone_at`. Columns that do not apply are null."""

    __tablename__ = "cloud_offer"

    cloud: Mapped[CloudName] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    ref: Mapped[str] = mapped_column(String(255), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(10))
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    min_disk_gib: Mapped[int | None]
    vcpus: Mapped[int | None]
    memory_mib: Mapped[int | None]
    disk_gib: Mapped[int | None]
    seen_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]


class CloudUsage(Base):
    """What a cloud grants our project, as it was last seen: the api never asks a cloud itself. Null limits are none.

    `*_foreign` is what others use of it: what is used, without what our own machines held at that time.
    """

    __tablename__ = "cloud_usage"

    cloud: Mapped[CloudName] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime]
    instances_foreign: Mapped[int] = mapped_column(default=0)
    instances_limit: Mapped[int | None]
    vcpus_foreign: Mapped[int] = mapped_column(default=0)
    vcpus_limit: Mapped[int | None]
    memory_mib_foreign: Mapped[int] = mapped_column(default=0)
    memory_mib_limit: Mapped[int | None]
