"""The facility's own files for the sample: facility.yaml and the CSV files that a user office would export."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType

import yaml

from visa.adapters.facility.experiments import EXPERIMENTS as EXPERIMENT_TABLE
from visa.adapters.facility.people import PEOPLE
from visa.adapters.facility.site import FILE, VERSION
from visa.adapters.facility.table import Table
from visa.adapters.facility.teams import TEAMS
from visa.testing.sample.experiments import EXPERIMENTS, INSTRUMENTS
from visa.testing.sample.people import ACCOUNTS, SAMPLE_PEOPLE

NAME = "Sample Facility"
DATA = "data"
RAW, PROCESSED = "RAW_DATA", "PROCESSED_DATA"


def site(_today: date) -> str:
    """facility.yaml."""
    instruments = [
        {"id": one.id, "name": one.name, "description": one.description, "scientists": list(one.scientist_ids)}
        for one in INSTRUMENTS
    ]
    content = {"version": int(VERSION), "name": NAME, "data_root": DATA, "instruments": instruments}
    return "# Made by `visa sample`; everything in it is invented.\n" + yaml.safe_dump(
        content, sort_keys=False, width=100
    )


def people(_today: date) -> str:
    """people.csv."""
    return _csv(
        PEOPLE,
        (
            (
                who.id,
                who.name,
                who.email,
                who.orcid or "",
                who.login,
                who.uid,
                who.gid,
                _words(who.gids),
                _words(who.roles),
            )
            for who in ACCOUNTS
        ),
    )


def experiments(today: date) -> str:
    """experiments.csv."""
    return _csv(
        EXPERIMENT_TABLE,
        (
            (
                one.id, one.proposal, one.title, one.instrument_id, one.starts_on(today), one.ends_on(today),
                one.public_at(today) or "", "yes" if one.proprietary else "no",
                one.folder(today) / RAW, one.folder(today) / PROCESSED,
            )
            for one in EXPERIMENTS
        ),
    )  # fmt: skip


def teams(_today: date) -> str:
    """teams.csv."""
    rows = []
    for one in EXPERIMENTS:
        for login, role in one.team:
            account = SAMPLE_PEOPLE[login].account
            if account is None:
                raise ValueError(f"{login} has no account at the facility and cannot be in a team")
            rows.append((one.id, account.id, role))
    return _csv(TEAMS, rows)


def _csv(table: Table, rows: Iterable[tuple[object, ...]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    writer.writerows(rows)
    return text.getvalue()


def _words(values: Iterable[object]) -> str:
    return " ".join(str(value) for value in values)


FILES: Mapping[str, Callable[[date], str]] = MappingProxyType(
    {FILE: site, PEOPLE.file: people, EXPERIMENT_TABLE.file: experiments, TEAMS.file: teams}
)
