"""Images and flavours from the catalogue file. What left the file is retired: nothing new starts, nothing is lost."""

from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.errors import BadFiles, Problem
from visa.store.session import alone
from visa.store.tables import Flavour, Image

Key = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$")


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Key
    name: str = Field(min_length=1, max_length=100)
    description: str = Field("", max_length=500)
    cloud_name: str = Field(min_length=1, max_length=255, description="The cloud's own name or id for it.")


class ImageEntry(Entry):
    icon: str = Field("desktop", pattern=r"^[a-z-]{1,40}$")
    good_for: list[str] = []


class FlavourEntry(Entry):
    vcpus: int = Field(ge=1, le=1024)
    memory_mib: int = Field(ge=64)


class Catalogue(BaseModel):
    """The catalogue file's content."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    images: list[ImageEntry] = Field(min_length=1)
    flavours: list[FlavourEntry] = Field(min_length=1)


def read(path: Path) -> Catalogue:
    """Read and check the file. Raises `BadFiles` with every problem."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadFiles((Problem(str(path), 0, "", error.strerror or "cannot be read"),)) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise BadFiles((Problem(str(path), mark.line + 1 if mark else 0, "", str(error)),)) from error
    try:
        catalogue = Catalogue.model_validate(content)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)
        raise BadFiles(
            tuple(Problem(str(path), 0, ".".join(map(str, one["loc"])), one["msg"]) for one in wrong)
        ) from error
    _refuse_doubles(path, catalogue)
    return catalogue


def load(session: Session, catalogue: Catalogue, *, now: datetime) -> None:
    """Make the tables show the catalogue, in the caller's transaction."""
    alone(session, "catalogue")
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


def _merge(session: Session, table: Any, entries: list[dict[str, Any]], now: datetime) -> None:
    rows: dict[str, Any] = {row.id: row for row in session.scalars(select(table))}
    for position, values in enumerate(entries):
        row = rows.pop(values["id"], None)
        if row is None:
            session.add(table(**values, position=position, retired_at=None))
            continue
        for name, value in (values | {"position": position, "retired_at": None}).items():
            setattr(row, name, value)
    for row in rows.values():
        row.retired_at = row.retired_at or now
