"""What a facility tells us: its people, instruments and experiments. The vocabulary of the facility port."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class FacilityPerson:
    """An account of the facility's user office. `id` is its key there; `login`, `uid` and `gids` those of its storage.

    `roles` holds visa roles: "staff", "instrument_scientist", "it_support", "admin".
    """

    id: str
    name: str
    email: str
    orcid: str | None
    login: str
    uid: int
    gid: int
    gids: tuple[int, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Instrument:
    id: str
    name: str
    description: str
    scientist_ids: tuple[str, ...]


@dataclass(frozen=True)
class Experiment:
    """One measuring campaign. `team_ids` includes the principal investigator.

    `public_at` is the end of the embargo (None: not known, so never public); `proprietary` never opens.
    """

    id: str
    proposal: str
    title: str
    instrument_id: str
    starts_on: date
    ends_on: date
    pi_id: str
    team_ids: tuple[str, ...]
    public_at: date | None
    proprietary: bool
    raw_path: str
    processed_path: str


@dataclass(frozen=True)
class FacilityState:
    """One consistent reading of the whole source."""

    people: tuple[FacilityPerson, ...]
    instruments: tuple[Instrument, ...]
    experiments: tuple[Experiment, ...]
