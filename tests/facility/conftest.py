"""A small right set of facility files, to be spoilt one place at a time; and the sample facility."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from visa.adapters.facility.file import FileFacility
from visa.domain.facility import FacilityState
from visa.errors import BadFiles
from visa.testing.sample.make import make_sample

GOOD: Mapping[str, str] = {
    "facility.yaml": """\
version: 1
name: Little Facility
data_root: /srv/data
instruments:
  - id: d1
    name: D1
    description: Powder
    scientists: [p3]
  - id: d2
    name: D2
    description: Reflectometer
    scientists: []
""",
    "people.csv": """\
id,name,email,orcid,login,uid,gid,gids,roles
p1,Ana,ana@uni.example,0000-0002-1825-0097,ana,2001,2001,3001,
p2,Bo,bo@uni.example,,bo,2002,2002,3001 3002,
p3,Cy,cy@facility.example,,cy,2003,100,,staff instrument_scientist
""",
    "experiments.csv": """\
id,proposal,title,instrument,starts_on,ends_on,public_at,proprietary,raw_path,processed_path
e1,P-1,First,d1,2026-01-10,2026-01-12,2029-01-12,no,v/1/RAW,v/1/PRO
e2,P-2,Second,d2,2026-02-10,2026-02-10,,yes,/srv/data/v/2/RAW,/srv/data/v/2/PRO
""",
    "teams.csv": """\
experiment,person,role
e1,p1,pi
e1,p2,member
e2,p2,pi
e2,p3,collaborator
""",
}


class Folder:
    """A folder of facility files that a test may change."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, text in GOOD.items():
            self.put(name, text.encode())

    def put(self, name: str, content: bytes) -> None:
        (self.root / name).write_bytes(content)

    def change(self, name: str, old: str, new: str) -> None:
        """Replace text that must be there."""
        text = (self.root / name).read_text()
        assert old in text
        self.put(name, text.replace(old, new, 1).encode())

    def read(self) -> FacilityState:
        return FileFacility(self.root).read()

    def problems(self) -> list[tuple[str, str]]:
        """(place and field, message) of everything that is wrong."""
        with pytest.raises(BadFiles) as caught:
            self.read()
        return [(f"{one.file}:{one.line} {one.field}".rstrip(), one.message) for one in caught.value.problems]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def sample() -> Iterator[Path]:
    """The sample facility, made once. Below /tmp itself, so that other users can reach it as they would in a demo."""
    folder = Path(tempfile.mkdtemp(prefix="visa-sample-"))
    folder.chmod(0o755)
    make_sample(folder, today=TODAY, seed=7)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def today() -> date:
    return TODAY
