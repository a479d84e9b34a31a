"""The sample facility in the demo's folder, and the table of people to sign in as."""

import json
import shutil
import textwrap
from pathlib import Path

WIDTH = 100


def create(facility: Path, people_file: Path) -> bool:
    """Make the sample facility unless it is there, and say whether it was made. Interrupted, it is begun anew."""
    from visa.testing.sample.make import make_sample
    from visa.testing.sample.people import choices_json

    people_file.write_text(choices_json())
    if facility.exists():
        return False
    unfinished = facility.with_name(facility.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    make_sample(unfinished)
    unfinished.rename(facility)
    return True


def table(people_file: Path, address: str) -> str:
    """The address and everybody who may sign in, for the terminal."""
    people = [(one["claims"]["name"], one.get("note", "")) for one in json.loads(people_file.read_text())]
    width = max(len(name) for name, _ in people) + 2
    lines = [f"  Open  {address}", "", "  and sign in as"]
    for name, note in people:
        first, *more = textwrap.wrap(note, max(30, WIDTH - width - 4)) or [""]
        lines += [f"    {name.ljust(width)}{first}", *(f"    {' ' * width}{line}" for line in more)]
    return "\n".join(lines)
