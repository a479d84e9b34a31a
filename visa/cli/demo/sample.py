"""The sample facility in the demo's folder, and the table of people to sign in as."""

import json
import textwrap
import unicodedata
from datetime import date
from pathlib import Path

SEED = 7
WIDTH = 100
WIDE = frozenset("WF")
"""East Asian widths that take two columns of a terminal."""


def write_people(file: Path) -> None:
    """Tell the sign-in provider who there is."""
    from visa.testing.sample.people import choices_json

    text = choices_json()
    if not file.exists() or file.read_text() != text:
        file.write_text(text)


def create(facility: Path, *, today: date) -> bool:
    """Make the sample facility, or what is missing of it; says whether anything was. Quick once it is whole."""
    whole = facility.with_name(f"{facility.name}.whole")
    if whole.exists():
        return False
    from visa.testing.sample.make import make_sample  # brings NumPy and HDF5

    written = make_sample(facility, today=today, seed=SEED).written
    whole.touch()
    return bool(written)


def table(people_file: Path, address: str) -> str:
    """The address and everybody who may sign in, for the terminal."""
    people = [(one["claims"]["name"], one.get("note", "")) for one in json.loads(people_file.read_text())]
    width = max(columns(name) for name, _ in people) + 2
    lines = [f"  Open  {address}", "", "  and sign in as"]
    for name, note in people:
        first, *more = textwrap.wrap(note, max(30, WIDTH - width - 4)) or [""]
        lines.append(f"    {name}{' ' * (width - columns(name))}{first}")
        lines += [f"    {' ' * width}{line}" for line in more]
    return "\n".join(lines)


def columns(text: str) -> int:
    """How wide a terminal shows the text."""
    return sum(2 if unicodedata.east_asian_width(sign) in WIDE else 1 for sign in text)
