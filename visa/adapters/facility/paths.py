"""Where experiments' data may lie: inside the data root, and never inside one another's.

A folder inside another experiment's would show its data to a team that has no right to them, and raw data inside a
processed folder could be written. Works on names only and never looks at the storage, which may be slow or on tape.
"""

import os
from dataclasses import dataclass
from pathlib import PurePath

from visa.adapters.facility import cells
from visa.adapters.facility.problems import Problems


def path(value: str) -> str:
    """A path without ".." and without control characters, still relative or absolute as it was written."""
    written = cells.text(1000)(value)
    if ".." in PurePath(written).parts:
        raise ValueError(f'{cells.shown(written)} holds ".."')
    return os.path.normpath(written)


def inside(written: str, data_root: PurePath) -> str:
    """The absolute path. Raises ValueError when it is not below `data_root`."""
    absolute = data_root / written
    if data_root not in absolute.parents:
        raise ValueError(f"{cells.shown(written)} is not inside the data root {data_root}")
    return str(absolute)


@dataclass(frozen=True)
class Place:
    """One path and where it was written."""

    path: str
    line: int
    field: str


def check_apart(file: str, places: list[Place], problems: Problems) -> None:
    """Note every path that equals another one or lies inside it."""
    taken: dict[PurePath, Place] = {}
    for place in places:
        first = taken.setdefault(PurePath(place.path), place)
        if first is not place:
            problems.note(file, place.line, place.field, f"is the {first.field} of line {first.line} already")
    for own, place in taken.items():
        for outer in (taken[parent] for parent in own.parents if parent in taken):
            problems.note(file, place.line, place.field, f"lies inside the {outer.field} of line {outer.line}")
