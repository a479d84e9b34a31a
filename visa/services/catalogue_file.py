"""Images and flavours from the catalogue file. What left the file is retired: nothing new starts, nothing is lost.

What an admin created or touched on the page is theirs: the file moves it no more.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.domain.access import Standing
from visa.domain.audience import trouble
from visa.domain.resources import MAIN_CLOUD
from visa.errors import BadFiles, Problem
from visa.services import yaml_file
from visa.services.catalogue import FILE, Table
from visa.settings.base import Days
from visa.store.session import alone
from visa.store.tables import CatalogueEntry, Flavour, Image

Key = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$")


def _word(value: str) -> str:
    if wrong := trouble(value):
        raise ValueError(wrong)
    return value


class Lifetime(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    lifetime_d: Days
    extension_d: Days
    max_lifetime_d: Days


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Key
    name: str = Field(min_length=1, max_length=100)
    description: str = Field("", max_length=500)
    cloud: str = Field("", description="The cloud that it is in, by its name in the settings; empty is the first.")
    cloud_name: str = Field(min_length=1, max_length=255, description="The cloud's own name or id for it.")
    audience: list[Annotated[str, AfterValidator(_word)]] = Field([], description="For whom; empty is everybody.")
    lifetimes: dict[Standing, Lifetime] = Field({}, description="In place of the policy's numbers.")


class ImageEntry(Entry):
    icon: str = Field("desktop", pattern=r"^[a-z-]{1,40}$")
    good_for: list[str] = []
    protocols: list[Literal["rfb", "vnc", "rdp", "ssh", "jupyter"]] = Field(["rfb"], min_length=1)


class FlavourEntry(Entry):
    vcpus: int = Field(ge=1, le=1024)
    memory_mib: int = Field(ge=64)
    gpus: int = Field(0, ge=0, le=64)


AnEntry = TypeVar("AnEntry", bound=Entry)


class Catalogue(BaseModel):
    """The catalogue file's content."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    images: list[ImageEntry] = Field(min_length=1)
    flavours: list[FlavourEntry] = Field(min_length=1)


def read(path: Path, clouds: Sequence[str] = (MAIN_CLOUD,)) -> Catalogue:
    """Read and check the file; `clouds` are those that there are, entries that name none are in the first.

    Raises `BadFiles` with every problem.
    """
    catalogue = yaml_file.read(path, Catalogue)
    _refuse_doubles(path, catalogue)
    _refuse_unknown_clouds(path, catalogue, clouds)
    return Catalogue(images=_placed(catalogue.images, clouds[0]), flavours=_placed(catalogue.flavours, clouds[0]))


def load(session: Session, catalogue: Catalogue, *, now: datetime) -> None:
    """Make the tables show the catalogue, in the caller's transaction. Raises `BadFiles` for what cannot be."""
    alone(session, "catalogue")
    _refuse_moves(session, catalogue)
    _merge(session, Image, [entry.model_dump() for entry in catalogue.images], now)
    _merge(session, Flavour, [entry.model_dump() for entry in catalogue.flavours], now)


def _refuse_doubles(path: Path, catalogue: Catalogue) -> None:
    problems = []
    for kind, entries in (("images", catalogue.images), ("flavours", catalogue.flavours)):
        ids = [entry.id for entry in entries]
        doubles = sorted({one for one in ids if ids.count(one) > 1})
        problems += [Problem(str(path), 0, kind, f"the id {one} stands twice") for one in doubles]
    if problems:
        raise BadFiles(tuple(problems))


def _refuse_unknown_clouds(path: Path, catalogue: Catalogue, clouds: Sequence[str]) -> None:
    problems = [
        Problem(str(path), 0, f"{kind}: {entry.id}", f"there is no cloud {entry.cloud!r}, only {', '.join(clouds)}")
        for kind, entry in _entries(catalogue)
        if entry.cloud and entry.cloud not in clouds
    ]
    if problems:
        raise BadFiles(tuple(problems))


def _refuse_moves(session: Session, catalogue: Catalogue) -> None:
    """Instances that were made from an entry are in its cloud, and may have to be made anew there."""
    tables: dict[str, Any] = {"images": Image, "flavours": Flavour}
    problems = [
        Problem("catalogue", 0, f"{kind}: {entry.id}", f"it is in the cloud {row.cloud!r}; use another id elsewhere")
        for kind, entry in _entries(catalogue)
        if (row := session.get(tables[kind], entry.id)) and row.cloud != entry.cloud
    ]
    if problems:
        raise BadFiles(tuple(problems))


def _entries(catalogue: Catalogue) -> Iterator[tuple[str, Entry]]:
    for kind, entries in (("images", catalogue.images), ("flavours", catalogue.flavours)):
        yield from ((kind, entry) for entry in entries)


def _placed(entries: list[AnEntry], first: str) -> list[AnEntry]:
    return [entry.model_copy(update={"cloud": entry.cloud or first}) for entry in entries]


def _merge(session: Session, table: Table, entries: list[dict[str, Any]], now: datetime) -> None:
    """Rows that an admin touched stay as they are, whatever the file says of them."""
    rows = {row.id: row for row in session.scalars(select(table))}
    for position, values in enumerate(entries):
        row = rows.pop(values["id"], None)
        if row is None:
            session.add(table(**values, position=position, retired_at=None, updated_at=now))
        elif row.origin == FILE:
            _follow(row, values | {"position": position, "retired_at": None}, now)
    for row in rows.values():
        if row.origin == FILE and row.retired_at is None:
            _follow(row, {"retired_at": now}, now)


def _follow(row: CatalogueEntry, values: dict[str, Any], now: datetime) -> None:
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    if different:
        row.updated_at = now
        row.revision += 1
