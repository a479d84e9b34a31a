"""The last good reading of the facility's source. A row that vanished there keeps its place with `gone_at` set."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from visa.store.base import Base


class FacilityPerson(Base):
    """An account of the user office."""

    __tablename__ = "facility_person"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(320), index=True)
    orcid: Mapped[str | None] = mapped_column(String(19), index=True)
    login: Mapped[str] = mapped_column(String(32))
    uid: Mapped[int]
    gid: Mapped[int]
    gids: Mapped[list[int]]
    roles: Mapped[list[str]]
    gone_at: Mapped[datetime | None]


class Instrument(Base):
    __tablename__ = "instrument"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str]
    gone_at: Mapped[datetime | None]


class InstrumentScientist(Base):
    __tablename__ = "instrument_scientist"

    instrument_id: Mapped[str] = mapped_column(ForeignKey("instrument.id"), primary_key=True)
    facility_person_id: Mapped[str] = mapped_column(ForeignKey("facility_person.id"), primary_key=True)


class Experiment(Base):
    __tablename__ = "experiment"
    __table_args__ = (Index(None, "starts_on", "id"), Index(None, "public_at"))

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    proposal: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(1000))
    instrument_id: Mapped[str] = mapped_column(ForeignKey("instrument.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    pi_id: Mapped[str] = mapped_column(ForeignKey("facility_person.id"))
    public_at: Mapped[date | None]
    proprietary: Mapped[bool]
    raw_path: Mapped[str]
    processed_path: Mapped[str]
    gone_at: Mapped[datetime | None]


class ExperimentMember(Base):
    """`role` is "pi" or "member"."""

    __tablename__ = "experiment_member"
    __table_args__ = (Index(None, "facility_person_id"),)

    experiment_id: Mapped[str] = mapped_column(ForeignKey("experiment.id"), primary_key=True)
    facility_person_id: Mapped[str] = mapped_column(ForeignKey("facility_person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
