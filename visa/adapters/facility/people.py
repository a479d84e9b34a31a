"""people.csv: the accounts of the user office, with what the storage knows them by."""

from visa.adapters.facility import cells
from visa.adapters.facility.keys import Known, known, once
from visa.adapters.facility.problems import Problems
from visa.adapters.facility.table import Column, Table
from visa.domain.access import Role
from visa.domain.facility import FacilityPerson

ID = Column("id", cells.identifier, "Key of the person in the user office. Never given to somebody else.")
NAME = Column("name", cells.text(200), "Name as the person writes it, any script.")
EMAIL = Column("email", cells.email, "E-mail address. It may propose a link to a sign-in, and never makes one.")
ORCID = Column(
    "orcid",
    cells.optional(cells.orcid),
    "ORCID iD, or empty. A sign-in with the same verified iD is linked by itself when exactly one person has it "
    "(unless `identity.orcid_links` is false).",
)
LOGIN = Column("login", cells.login, "Login name on the facility's storage; the name of the home folder.")
UID = Column("uid", cells.uid, "Unix user id there, 1000 or more, one person each.")
GID = Column("gid", cells.gid, "Unix id of the primary group there, 1000 or more (or 100, users).")
GIDS = Column("gids", cells.gids, "Unix ids of the other groups, separated by spaces, or empty.")
ROLES = Column(
    "roles", cells.some_of(Role), f"Roles, separated by spaces, or empty: {', '.join(f'`{role}`' for role in Role)}."
)

PEOPLE = Table("people.csv", (ID, NAME, EMAIL, ORCID, LOGIN, UID, GID, GIDS, ROLES))


def read_people(content: bytes | None, problems: Problems) -> tuple[tuple[FacilityPerson, ...], Known]:
    """The people whose lines are right, and all ids that the file names. Equal keys are noted."""
    rows = PEOPLE.read(content, problems)
    for column in (ID, LOGIN, UID):
        once(PEOPLE.file, rows, (column,), problems)
    people = tuple(
        FacilityPerson(
            id=row[ID],
            name=row[NAME],
            email=row[EMAIL],
            orcid=row[ORCID],
            login=row[LOGIN],
            uid=row[UID],
            gid=row[GID],
            gids=row[GIDS],
            roles=tuple(role.value for role in row[ROLES]),
        )
        for row in rows.whole()
    )
    return people, known(rows, ID)
