"""The sample facility in the demo's folder, and the table of people to sign in as."""

import json
import textwrap
from datetime import date
from pathlib import Path

SEED = 7
WIDTH = 100


def create(facility: Path, people_file: Path, *, today: date) -> bool:
    """Make the sample facility, or what is missing of it; says whether anything was."""
    from visa.testing.sample.make import make_sample
    from visa.testing.sample.people import choices_json

    people_file.write_text(choices_json())
    return bool(make_sample(facility, today=today, seed=SEED).written)


def table(people_file: Path, address: str) -> str:
    """The address and everybody who may sign in, for the terminal."""
    people = [(one["claims"]["name"], one.get("note", "")) for one in json.loads(people_file.read_text())]
    width = max(len(name) for name, _ in people) + 2
    lines = [f"  Open  {address}", "", "  and sign in as"]
    for name, note in people:
        first, *more = textwrap.wrap(note, max(30, WIDTH - width - 4)) or [""]
        lines += [f"    {name.ljust(width)}{first}", *(f"    {' ' * width}{line}" for line in more)]
    return "\n".join(lines)
