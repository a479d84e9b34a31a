"""CSV with line numbers: from bytes to rows of parsed cells, and a note for everything that is wrong.

Accepts UTF-8 with or without a byte order mark, commas, semicolons or tabs, any line ending, quoted cells with line
breaks in them, and lines without any content. Knows columns; must not know what the table is about.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, cast

from visa.adapters.facility.decoding import decode
from visa.adapters.facility.problems import Problems

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

DELIMITERS = (",", ";", "\t")
Record = tuple[int, list[str]]
"""Where a record begins (physical line) and its cells."""


class Parse(Protocol[T_co]):
    """From the text of a cell to its value. Raises ValueError with a sentence for the reader."""

    def __call__(self, value: str, /) -> T_co: ...


@dataclass(frozen=True)
class Column(Generic[T_co]):
    """A column that must be there. `meaning` is its sentence in the documentation."""

    name: str
    parse: Parse[T_co]
    meaning: str


@dataclass(frozen=True)
class Row:
    """One line. Cells that were wrong are missing from `values`; `whole` says that none was."""

    line: int
    values: Mapping[str, object]
    whole: bool

    def __getitem__(self, column: Column[T]) -> T:
        return cast("T", self.values[column.name])

    def get(self, column: Column[T]) -> T | None:
        """The value, or None when the cell was wrong."""
        return cast("T | None", self.values.get(column.name))


@dataclass(frozen=True)
class Rows:
    """What could be read. When not `complete`, lines are missing, and an id not found here may well exist."""

    rows: tuple[Row, ...]
    complete: bool

    def whole(self) -> Iterator[Row]:
        """The rows without a wrong cell."""
        return (row for row in self.rows if row.whole)


UNREADABLE = Rows((), complete=False)


@dataclass(frozen=True)
class Table:
    """One file and its columns, in the order of the documentation; files may have them in any order."""

    file: str
    columns: tuple[Column[Any], ...]

    def read(self, content: bytes | None, problems: Problems) -> Rows:
        """Every line with content below the header. Whatever is wrong is noted, and reading goes on where it can."""
        text = decode(self.file, content, problems)
        if text is None:
            return UNREADABLE
        records, broken = _split(text, _delimiter(text))
        if broken:
            problems.note(self.file, broken[0], "", f"is not CSV from here on: {broken[1]}")
        if not records or not self._accept_header(records[0], problems):
            return UNREADABLE
        if len(records) == 1 and not broken:
            problems.note(self.file, records[0][0], "", "has no line below its header")
            return UNREADABLE
        rows = [self._row(records[0][1], record, problems) for record in records[1:]]
        return Rows(tuple(row for row in rows if row), complete=not broken and all(rows))

    def _accept_header(self, header: Record, problems: Problems) -> bool:
        line, names = header
        known = [column.name for column in self.columns]
        wrong = [(name, f"unknown column; the columns are {', '.join(known)}") for name in names if name not in known]
        wrong += [(name, "the column is there twice") for name, count in Counter(names).items() if count > 1]
        wrong += [(name, "the column is missing") for name in known if name not in names]
        for name, message in dict(wrong).items():
            problems.note(self.file, line, name or "(no name)", message)
        return not wrong

    def _row(self, header: list[str], record: Record, problems: Problems) -> Row | None:
        line, cells = record
        if len(cells) != len(header):
            problems.note(self.file, line, "", f"has {len(cells)} cells where the header has {len(header)}")
            return None
        texts = dict(zip(header, cells, strict=True))
        values: dict[str, object] = {}
        for column in self.columns:
            try:
                values[column.name] = column.parse(texts[column.name])
            except ValueError as error:
                problems.note(self.file, line, column.name, str(error))
        return Row(line, values, whole=len(values) == len(self.columns))


def _delimiter(text: str) -> str:
    """The delimiter that the header uses most; spreadsheets write what their country uses."""
    header = text.lstrip().partition("\n")[0]
    return max(DELIMITERS, key=header.count)


def _split(text: str, delimiter: str) -> tuple[list[Record], tuple[int, str] | None]:
    """The records that hold anything, and where and how the text stops being CSV, if it does."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[Record] = []
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            return records, (begins, str(error))
        if cells is None:
            return records, None
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            records.append((begins, stripped))
