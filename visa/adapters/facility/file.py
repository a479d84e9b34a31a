"""The facility port over a folder: facility.yaml, people.csv, experiments.csv and teams.csv.

docs/facility.md describes the files. Everything that is wrong in any of them is told at once, and then nothing of
this reading is used: the caller keeps the last good state.
"""

import os
from pathlib import Path

from visa.adapters.facility import experiments, site
from visa.adapters.facility.experiments import EXPERIMENTS
from visa.adapters.facility.people import PEOPLE, read_people
from visa.adapters.facility.problems import Problems
from visa.adapters.facility.snapshot import ReadFile, read_descriptor, take
from visa.adapters.facility.teams import TEAMS, read_teams
from visa.domain.facility import FacilityState

FILES = (site.FILE, PEOPLE.file, EXPERIMENTS.file, TEAMS.file)


class FileFacility:
    """Reads `root` anew at each call; implements `visa.ports.facility.Facility`."""

    def __init__(self, root: Path, *, read: ReadFile = read_descriptor) -> None:
        self.root = Path(os.path.abspath(root))
        self._read = read

    def read(self) -> FacilityState:
        """All files as they were at one moment. Raises `BadFiles` with every problem, `Fault` when unreadable."""
        contents = take(self.root, FILES, read=self._read)
        problems = Problems()
        place = site.read_site(contents[site.FILE], self.root, problems)
        people, known_people = read_people(contents[PEOPLE.file], problems)
        place.check_scientists(known_people, problems)
        rows, known_experiments = experiments.read_rows(contents[EXPERIMENTS.file], problems)
        teams = read_teams(contents[TEAMS.file], known_experiments, known_people, problems)
        paths = experiments.check(rows, place.known, teams, place.data_root, problems)
        problems.raise_if_any()
        return FacilityState(people, place.instruments, experiments.build(rows, teams, paths))
