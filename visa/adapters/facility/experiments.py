"""experiments.csv: what was measured, when, by which proposal, and where the data are."""

from pathlib import Path

from visa.adapters.facility import cells
from visa.adapters.facility.keys import Known, known, once
from visa.adapters.facility.paths import Place, check_apart, inside, path
from visa.adapters.facility.problems import Problems
from visa.adapters.facility.table import Column, Row, Rows, Table
from visa.adapters.facility.teams import TEAMS, Teams
from visa.domain.facility import Experiment

ID = Column("id", cells.identifier, "Key of the experiment. Its data are shown at /data/<id>. Never used again.")
PROPOSAL = Column("proposal", cells.text(100), "Number of the proposal; several experiments may share it.")
TITLE = Column("title", cells.text(1000), "Title as the team wrote it.")
INSTRUMENT = Column("instrument", cells.identifier, "Id of the instrument (facility.yaml).")
STARTS_ON = Column("starts_on", cells.day, "First day, YYYY-MM-DD.")
ENDS_ON = Column("ends_on", cells.day, "Last day.")
PUBLIC_AT = Column(
    "public_at", cells.optional(cells.day), "Day from which everybody may read the data. Empty: not known, so never."
)
PROPRIETARY = Column(
    "proprietary", cells.yes_no, "`yes` keeps the data closed for ever, whatever public_at says; else `no`."
)
RAW_PATH = Column("raw_path", path, "Folder of the raw data: relative to the data root, or absolute inside it.")
PROCESSED_PATH = Column("processed_path", path, "Folder of the processed data, likewise; the team writes there.")

Paths = dict[tuple[int, str], str]
"""Absolute path by line and column."""

EXPERIMENTS = Table(
    "experiments.csv",
    (ID, PROPOSAL, TITLE, INSTRUMENT, STARTS_ON, ENDS_ON, PUBLIC_AT, PROPRIETARY, RAW_PATH, PROCESSED_PATH),
)


def read_rows(content: bytes | None, problems: Problems) -> tuple[Rows, Known]:
    """The lines and their ids. Equal ids are noted."""
    rows = EXPERIMENTS.read(content, problems)
    once(EXPERIMENTS.file, rows, (ID,), problems)
    return rows, known(rows, ID)


def check(rows: Rows, instruments: Known, teams: Teams, data_root: Path | None, problems: Problems) -> Paths:
    """Note what does not agree with the other files, or within a line. Answers the absolute paths that are right."""
    for row in rows.rows:
        _check_days(row, problems)
        instrument, key = row.get(INSTRUMENT), row.get(ID)
        if instrument is not None and instruments.lack(instrument):
            problems.note(EXPERIMENTS.file, row.line, INSTRUMENT.name, f"no instrument has the id {instrument}")
        if key is not None and teams.complete and key not in teams.pi:
            problems.note(EXPERIMENTS.file, row.line, ID.name, f"{key} has no pi in {TEAMS.file}")
    places = _places(rows, data_root, problems) if data_root else []
    check_apart(EXPERIMENTS.file, places, problems)
    return {(place.line, place.field): place.path for place in places}


def _check_days(row: Row, problems: Problems) -> None:
    starts_on = row.get(STARTS_ON)
    for column in (ENDS_ON, PUBLIC_AT):
        day = row.get(column)
        if starts_on and day and day < starts_on:
            problems.note(EXPERIMENTS.file, row.line, column.name, f"{day} is before the start, {starts_on}")


def _places(rows: Rows, data_root: Path, problems: Problems) -> list[Place]:
    places = []
    for row in rows.rows:
        for column in (RAW_PATH, PROCESSED_PATH):
            written = row.get(column)
            if written is None:
                continue
            try:
                places.append(Place(inside(written, data_root), row.line, column.name))
            except ValueError as error:
                problems.note(EXPERIMENTS.file, row.line, column.name, str(error))
    return places


def build(rows: Rows, teams: Teams, paths: Paths) -> tuple[Experiment, ...]:
    """The experiments. Only to be called when nothing was noted: every line is whole, with its pi and its paths."""
    return tuple(
        Experiment(
            id=row[ID],
            proposal=row[PROPOSAL],
            title=row[TITLE],
            instrument_id=row[INSTRUMENT],
            starts_on=row[STARTS_ON],
            ends_on=row[ENDS_ON],
            pi_id=teams.pi[row[ID]],
            team_ids=teams.of(row[ID]),
            public_at=row[PUBLIC_AT],
            proprietary=row[PROPRIETARY],
            raw_path=paths[row.line, RAW_PATH.name],
            processed_path=paths[row.line, PROCESSED_PATH.name],
        )
        for row in rows.whole()
    )
