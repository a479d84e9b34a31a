"""What can be started: images and flavours. In which cloud, and by which name of its own (`cloud_name`)."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from visa.store.base import Base, CloudName


class Image(Base):
    __tablename__ = "image"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str]
    icon: Mapped[str] = mapped_column(String(40))
    good_for: Mapped[list[str]]
    cloud: Mapped[CloudName]
    cloud_name: Mapped[str] = mapped_column(String(255))
    position: Mapped[int]
    retired_at: Mapped[datetime | None]


class Flavour(Base):
    __tablename__ = "flavour"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str]
    vcpus: Mapped[int]
    memory_mib: Mapped[int]
    cloud: Mapped[CloudName]
    cloud_name: Mapped[str] = mapped_column(String(255))
    position: Mapped[int]
    retired_at: Mapped[datetime | None]
