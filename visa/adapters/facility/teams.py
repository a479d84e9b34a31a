"""teams.csv: who belongs to which experiment. One line is one person in one experiment."""

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from visa.adapters.facility import cells
from visa.adapters.facility.keys import Known, once
from visa.adapters.facility.problems import Problems
from visa.adapters.facility.table import Column, Table


class TeamRole(StrEnum):
    """What a person is to an experiment. All have the same rights to its data."""

    PI = "pi"
    MEMBER = "member"
    COLLABORATOR = "collaborator"


EXPERIMENT = Column("experiment", cells.identifier, "Id of the experiment (experiments.csv).")
PERSON = Column("person", cells.identifier, "Id of the person (people.csv).")
ROLE = Column(
    "role",
    cells.one_of(TeamRole),
    "`pi` (exactly one an experiment), `member` of the team, or `collaborator` whom the pi added later.",
)

TEAMS = Table("teams.csv", (EXPERIMENT, PERSON, ROLE))


@dataclass(frozen=True)
class Teams:
    """The principal investigator and the whole team (principal first) by experiment."""

    pi: dict[str, str]
    others: dict[str, list[str]]
    complete: bool

    def of(self, experiment: str) -> tuple[str, ...]:
        """Everybody who has a member's rights."""
        return (self.pi[experiment], *self.others.get(experiment, ()))


def read_teams(content: bytes | None, experiments: Known, people: Known, problems: Problems) -> Teams:
    """The teams. Notes references that lead nowhere, people named twice, and second principal investigators."""
    rows = TEAMS.read(content, problems)
    once(TEAMS.file, rows, (EXPERIMENT, PERSON), problems)
    teams = Teams({}, defaultdict(list), complete=rows.complete and all(row.whole for row in rows.rows))
    for row in rows.rows:
        experiment, person = row.get(EXPERIMENT), row.get(PERSON)
        if experiment is not None and experiments.lack(experiment):
            problems.note(TEAMS.file, row.line, EXPERIMENT.name, f"no experiment has the id {experiment}")
        if person is not None and people.lack(person):
            problems.note(TEAMS.file, row.line, PERSON.name, f"no person has the id {person}")
    for row in rows.whole():
        if row[ROLE] is not TeamRole.PI:
            teams.others[row[EXPERIMENT]].append(row[PERSON])
        elif teams.pi.setdefault(row[EXPERIMENT], row[PERSON]) != row[PERSON]:
            first = teams.pi[row[EXPERIMENT]]
            problems.note(TEAMS.file, row.line, ROLE.name, f"{row[EXPERIMENT]} has a pi already: {first}")
    return teams
