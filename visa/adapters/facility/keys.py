"""What must hold between lines: keys that are there once, and references that lead somewhere.

A reference into a table that could not be read in full is not judged, so that one mistake is told once.
"""

from dataclasses import dataclass
from typing import Any

from visa.adapters.facility.problems import Problems
from visa.adapters.facility.table import Column, Rows


@dataclass(frozen=True)
class Known:
    """The ids of one file. `complete`: an id that is not among them does not exist."""

    ids: frozenset[str]
    complete: bool

    def lack(self, one: str) -> bool:
        """Whether a reference to this id leads nowhere."""
        return self.complete and one not in self.ids


def known(rows: Rows, column: Column[str]) -> Known:
    """The ids in a column, of broken lines too: the line has its own note, who refers to it is not to blame."""
    ids = [row.get(column) for row in rows.rows]
    return Known(frozenset(one for one in ids if one is not None), complete=rows.complete and None not in ids)


def once(file: str, rows: Rows, columns: tuple[Column[Any], ...], problems: Problems) -> None:
    """Note every line whose values in `columns` were there on an earlier line; the last column is named."""
    seen: dict[tuple[object, ...], int] = {}
    for row in rows.rows:
        values = tuple(row.get(column) for column in columns)
        if None in values:
            continue
        first = seen.setdefault(values, row.line)
        if first != row.line:
            said = " and ".join(str(value) for value in values)
            problems.note(file, row.line, columns[-1].name, f"{said} is on line {first} already")
