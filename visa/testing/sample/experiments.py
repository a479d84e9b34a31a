"""The instruments and experiments of the sample facility. Days count from the day on which the sample is made."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import PurePath

from visa.adapters.facility.teams import TeamRole
from visa.domain.facility import Instrument
from visa.testing.sample.people import FIRST_EXPERIMENT_GID, SAMPLE_PEOPLE, SamplePerson

EMBARGO_YEARS = 3


@dataclass(frozen=True)
class Source:
    """The radiation of an instrument, in NeXus words."""

    name: str
    type: str
    probe: str


STORAGE_RING = Source("Sample Storage Ring", "Synchrotron X-ray Source", "x-ray")
SPALLATION = Source("Sample Spallation Source", "Spallation Neutron Source", "neutron")

INSTRUMENTS = (
    Instrument(
        "kestrel", "Kestrel", "Hard X-rays for powder diffraction and micro-tomography, with furnaces and cell cyclers",
        ("p1005",),
    ),
    Instrument(
        "heron", "Heron", "Small-angle X-ray scattering and reflectometry from soft matter and surfaces", ("p1005",)
    ),
    Instrument("osprey", "Osprey", "Time-of-flight neutron spectrometer and diffractometer, 5 K to 300 K", ()),
)  # fmt: skip

SOURCES = {"kestrel": STORAGE_RING, "heron": STORAGE_RING, "osprey": SPALLATION}


@dataclass(frozen=True)
class SampleExperiment:
    """One experiment. `began` is in days before today; `team` is by login, the principal investigator first."""

    number: int
    id: str
    proposal: str
    title: str
    instrument_id: str
    began: int
    days: int
    team: tuple[tuple[str, TeamRole], ...]
    proprietary: bool = False

    @property
    def gid(self) -> int:
        """The group that may read its raw data on the storage."""
        return FIRST_EXPERIMENT_GID + self.number - 1

    @property
    def people(self) -> tuple[tuple[SamplePerson, TeamRole], ...]:
        return tuple((SAMPLE_PEOPLE[login], role) for login, role in self.team)

    @property
    def instrument(self) -> Instrument:
        return next(one for one in INSTRUMENTS if one.id == self.instrument_id)

    def starts_on(self, today: date) -> date:
        return today - timedelta(days=self.began)

    def ends_on(self, today: date) -> date:
        return self.starts_on(today) + timedelta(days=self.days - 1)

    def public_at(self, today: date) -> date | None:
        """The end of the embargo, counted from the last day."""
        if self.proprietary:
            return None
        end = self.ends_on(today)
        year = end.year + EMBARGO_YEARS
        return date(year, 2, 28) if (end.month, end.day) == (2, 29) else end.replace(year=year)

    def is_open(self, today: date) -> bool:
        public_at = self.public_at(today)
        return public_at is not None and public_at <= today

    def first_shot(self, today: date) -> datetime:
        """When its first file was begun."""
        return datetime.combine(self.starts_on(today), time(9, 12), UTC)

    def folder(self, today: date) -> PurePath:
        """Below the data root: proposals, then instruments, then days, as at facilities."""
        day = self.starts_on(today).strftime("%Y%m%d")
        return PurePath("visitor", self.proposal.lower().replace("-", ""), self.instrument_id, day)


PI, MEMBER, COLLABORATOR = TeamRole.PI, TeamRole.MEMBER, TeamRole.COLLABORATOR

EXPERIMENTS = (
    SampleExperiment(
        1, "ma6120", "MA-6120", "Operando powder diffraction of a layered sodium-ion cathode during fast charging",
        "kestrel", 1, 4, (("okonkwo", PI), ("groesslinger", MEMBER)),
    ),
    SampleExperiment(
        2, "sc5877", "SC-5877", "Crystallisation of charged silica colloids after shear",
        "heron", 40, 2, (("yamada", PI), ("solheim", MEMBER), ("groesslinger", COLLABORATOR)),
    ),
    SampleExperiment(
        3, "sc4102", "SC-4102", "Swelling of polyelectrolyte multilayers in humid air, seen by X-ray reflectivity",
        "heron", 1500, 3, (("yamada", PI), ("solheim", MEMBER)),
    ),
    SampleExperiment(
        4, "in0893", "IN-0893", "Coating integrity of a compressed tablet (series C)",
        "kestrel", 200, 1, (("okonkwo", PI), ("groesslinger", MEMBER)), proprietary=True,
    ),
    SampleExperiment(
        5, "hc5511", "HC-5511",
        "Spin waves, their damping and their anisotropy in a sodium-doped layered nickelate between base temperature "
        "and the Néel point, measured on a polycrystalline sample of 11 g as a first step before crystals of useful "
        "size become available (continuation of HC-5208)",
        "osprey", 400, 5, (("okonkwo", PI), ("groesslinger", MEMBER)),
    ),
    SampleExperiment(
        6, "ls3360", "LS-3360", "Heavy water confined in mesoporous silica: freezing between 180 K and 300 K",
        "osprey", 1010, 3, (("yamada", PI), ("solheim", MEMBER)),
    ),
)  # fmt: skip
