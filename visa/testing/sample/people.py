"""The people of the sample facility: what the user office knows of them, and what the sign-in provider tells.

All are invented. Names are short, long and in several scripts, so that pages are tried with all of them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from visa.domain.access import Role
from visa.domain.facility import FacilityPerson

ISSUER_SCOPE = "sample.example"
FIRST_UID = 21001
FIRST_EXPERIMENT_GID = 31001
DATA_OWNER = 20999
"""Owner of all raw data on the storage: the data acquisition, and nobody who can sign in."""


@dataclass(frozen=True)
class SamplePerson:
    """Somebody who can sign in. `account` is None for a guest, whom the user office does not know.

    `claims` are what OpenID Connect's userinfo says; `note` tells in a line who that is.
    """

    claims: Mapping[str, str]
    note: str
    account: FacilityPerson | None


def _person(
    number: int,
    login: str,
    given: str,
    family: str,
    *,
    note: str,
    at: str,
    orcid: str | None = None,
    name: str = "",
    roles: tuple[Role, ...] = (),
    experiments: tuple[int, ...] = (),
    account: bool = True,
) -> SamplePerson:
    """One person; `experiments` are the numbers of those whose group on the storage they belong to."""
    name = name or f"{given} {family}"
    claims = {
        "sub": f"{login}@{ISSUER_SCOPE}",
        "name": name,
        "given_name": given,
        "family_name": family,
        "preferred_username": login,
        "email": f"{login}@{at}.example",
    }
    uid = FIRST_UID + number - 1
    return SamplePerson(
        claims=MappingProxyType(claims | ({"orcid": orcid} if orcid else {})),
        note=note,
        account=FacilityPerson(
            id=f"p{1000 + number}",
            name=name,
            email=claims["email"],
            orcid=orcid,
            login=login,
            uid=uid,
            gid=uid,
            gids=tuple(FIRST_EXPERIMENT_GID + experiment - 1 for experiment in experiments),
            roles=tuple(role.value for role in roles),
        )
        if account
        else None,
    )


_EVERYBODY = (
    _person(
        1, "okonkwo", "Amara", "Okonkwo", at="uni-lindholm", orcid="0000-0000-1000-0013",
        note="Principal investigator of the battery team: powder diffraction, tomography and magnetism",
        experiments=(1, 4, 5),
    ),
    _person(
        2, "groesslinger", "Matthäus", "Größlinger-Hülsenbusch", at="uni-lindholm", orcid="0000-0000-1000-0021",
        note="Member of the battery team, and collaborator on one experiment of the soft matter team",
        experiments=(1, 2, 4, 5),
    ),
    _person(
        3, "yamada", "葵", "山田", name="山田 葵 (Aoi Yamada)", at="institute-kaede", orcid="0000-0000-1000-003X",
        note="Principal investigator of the soft matter team: small-angle scattering and reflectometry",
        experiments=(2, 3, 6),
    ),
    _person(
        4, "solheim", "Ingrid", "Solheim", at="facility", orcid="0000-0000-1000-0048",
        note="Staff scientist of the facility, member of the soft matter team",
        roles=(Role.STAFF,), experiments=(2, 3, 6),
    ),
    _person(
        5, "wieczorek", "Tomasz", "Wieczorek", at="facility", orcid="0000-0000-1000-0056",
        note="Instrument scientist of Kestrel and Heron",
        roles=(Role.STAFF, Role.INSTRUMENT_SCIENTIST), experiments=(1, 2, 3, 4),
    ),
    _person(
        6, "raghunathan", "Priya", "Raghunathan", at="facility", orcid="0000-0000-1000-0064",
        note="IT support", roles=(Role.IT_SUPPORT,),
    ),
    _person(
        7, "benhaddou", "Leïla", "Benhaddou", at="facility", orcid="0000-0000-1000-0072",
        note="Administrator", roles=(Role.ADMIN,),
    ),
    _person(
        8, "albuquerque", "Diego", "Ferreira da Conceição Albuquerque", at="escola", account=False,
        note="Guest: signs in, but has no account at the facility; open data only",
    ),
)  # fmt: skip

SAMPLE_PEOPLE: Mapping[str, SamplePerson] = MappingProxyType(
    {person.claims["preferred_username"]: person for person in _EVERYBODY}
)
"""Everybody who can sign in, by login name."""

ACCOUNTS: tuple[FacilityPerson, ...] = tuple(person.account for person in _EVERYBODY if person.account)
"""Those whom the user office knows."""


def user_claims() -> tuple[str, ...]:
    """One JSON object a person, each an argument of `oidc-provider-mock --user-claims`."""
    return tuple(json.dumps(dict(person.claims), ensure_ascii=False) for person in _EVERYBODY)


def choices_json() -> str:
    """The people as the file that `python -m visa.testing.provider --people` reads."""
    entries = [{"claims": dict(person.claims), "note": person.note} for person in _EVERYBODY]
    return json.dumps(entries, ensure_ascii=False, indent=2)
