"""facility.yaml: the version of the layout, the facility's name, where its data are, and its instruments."""

import os
from dataclasses import dataclass
from pathlib import Path

import yaml

from visa.adapters.facility import cells
from visa.adapters.facility.document import Document, line_of
from visa.adapters.facility.keys import Known
from visa.adapters.facility.problems import Problems
from visa.domain.facility import Instrument

FILE = "facility.yaml"
VERSION = "1"

SITE_FIELDS = {
    "version": f"Version of this layout: {VERSION}.",
    "name": "Name of the facility.",
    "data_root": "Folder that holds the data of every experiment. Relative to this file's folder, or absolute.",
    "instruments": "List of instruments.",
}
INSTRUMENT_FIELDS = {
    "id": "Key of the instrument; experiments refer to it.",
    "name": "Name that people know it by.",
    "description": "What it measures, in a sentence.",
    "scientists": "Ids of its instrument scientists (people.csv), possibly none: []",
}


@dataclass(frozen=True)
class Site:
    """What facility.yaml says. `data_root` is absolute, None when it was wrong; `scientists` has line numbers."""

    data_root: Path | None
    instruments: tuple[Instrument, ...]
    known: Known
    scientists: tuple[tuple[int, str, str], ...]

    def check_scientists(self, people: Known, problems: Problems) -> None:
        """Note every instrument scientist who is not in people.csv."""
        for line, where, person in self.scientists:
            if people.lack(person):
                problems.note(FILE, line, where, f"no person has the id {person}")


def read_site(content: bytes | None, folder: Path, problems: Problems) -> Site:
    """The site as far as it is right. `folder` is where facility.yaml lies."""
    document = Document(FILE, problems)
    root = document.root(content)
    fields = document.fields(root, "", SITE_FIELDS) if root else {}
    document.leaf(fields.get("version"), "version", _version)
    document.leaf(fields.get("name"), "name", cells.text(200))
    data_root = document.leaf(fields.get("data_root"), "data_root", _data_root)
    absolute = Path(os.path.normpath(folder / data_root)) if data_root else None
    return _instruments(document, fields.get("instruments"), absolute)


def _version(value: str) -> str:
    if value != VERSION:
        raise ValueError(f"{cells.shown(value)} is not known to this release, which reads version {VERSION}")
    return value


def _data_root(value: str) -> str:
    path = os.path.normpath(cells.text(1000)(value))
    if path in ("/", "//", "."):
        raise ValueError(f"{cells.shown(value)} would put everything under the data")
    return path


def _instruments(document: Document, node: yaml.Node | None, data_root: Path | None) -> Site:
    instruments: list[Instrument] = []
    scientists: list[tuple[int, str, str]] = []
    lines: dict[str, int] = {}
    items = document.items(node, "instruments")
    if node is not None and not items:
        document.note(line_of(node), "instruments", "names no instrument")
    for where, item in items:
        fields = document.fields(item, where, INSTRUMENT_FIELDS)
        key = document.leaf(fields.get("id"), f"{where}.id", cells.identifier)
        name = document.leaf(fields.get("name"), f"{where}.name", cells.text(200))
        description = document.leaf(fields.get("description"), f"{where}.description", cells.text(2000))
        people = _people(document, fields.get("scientists"), f"{where}.scientists")
        scientists += people
        if key is not None and lines.setdefault(key, line_of(item)) != line_of(item):
            document.note(line_of(fields["id"]), f"{where}.id", f"{key} is on line {lines[key]} already")
        if key is not None and name is not None and description is not None:
            instruments.append(Instrument(key, name, description, tuple(dict.fromkeys(who for _, _, who in people))))
    complete = bool(items) and len(instruments) == len(items)
    return Site(data_root, tuple(instruments), Known(frozenset(lines), complete), tuple(scientists))


def _people(document: Document, node: yaml.Node | None, where: str) -> list[tuple[int, str, str]]:
    read = (
        (line_of(item), place, document.leaf(item, place, cells.identifier))
        for place, item in document.items(node, where)
    )
    return [(line, place, person) for line, place, person in read if person is not None]
