"""docs/facility.md says of every field and column what the code says of it."""

from pathlib import Path

import pytest

from visa.adapters.facility.experiments import EXPERIMENTS
from visa.adapters.facility.people import PEOPLE
from visa.adapters.facility.problems import MOST_PER_FILE
from visa.adapters.facility.site import INSTRUMENT_FIELDS, SITE_FIELDS
from visa.adapters.facility.snapshot import MOST_BYTES
from visa.adapters.facility.teams import TEAMS

PAGE = (Path(__file__).parents[2] / "docs/facility.md").read_text()


@pytest.mark.parametrize("table", [PEOPLE, EXPERIMENTS, TEAMS], ids=lambda table: table.file)
def test_every_column_is_documented_in_its_place(table):
    section = PAGE.partition(f"### {table.file}")[2].partition("##")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert rows == [f"| `{column.name}` | {column.meaning} |" for column in table.columns]


def test_every_field_of_the_yaml_file_is_documented():
    section = PAGE.partition("### facility.yaml")[2].partition("##")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    fields = [*SITE_FIELDS.items(), *INSTRUMENT_FIELDS.items()]
    assert rows == [f"| `{name}` | {meaning} |" for name, meaning in fields]


def test_limits_in_the_documentation_are_those_in_force():
    assert f"first {MOST_PER_FILE} problems" in PAGE
    assert f"{MOST_BYTES // 1024**2} MiB" in PAGE
