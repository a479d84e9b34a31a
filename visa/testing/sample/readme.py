"""README.txt in every raw folder: what somebody who lists the folder wants to know first."""

import textwrap
from datetime import date

from visa.adapters.facility.teams import TeamRole
from visa.testing.sample.experiments import SOURCES, SampleExperiment

FILES = {
    "ma6120": "A silicon pattern for calibration, and 180 patterns of a battery while it is charged and discharged.",
    "sc5877": "A stack of 48 detector frames (time x row x column; pixels without meaning are -1).",
    "sc4102": "Six specular scans, one for each relative humidity; counts and intensity without attenuators.",
    "in0893": "180 projections over 180 degrees, then flat and dark fields, in one stack (NXtomo, image_key).",
    "hc5511": "Counts by scattering angle and time of flight at 5, 60 and 180 K, incident energy 40 meV.",
    "ls3360": "Three detector banks, each temperature x time of flight, on cooling from 300 K to 180 K.",
}
ROLES = {TeamRole.PI: "principal investigator", TeamRole.MEMBER: "member", TeamRole.COLLABORATOR: "collaborator"}


def readme(experiment: SampleExperiment, today: date) -> str:
    """The text, wrapped for a terminal."""
    public_at = experiment.public_at(today)
    if experiment.proprietary:
        access = "Proprietary: never public."
    elif experiment.is_open(today):
        access = f"Public since {public_at}. Please cite the proposal."
    else:
        access = f"For the team only; public from {public_at} on."
    access += f" Raw data cannot be changed; put results where the desktop shows /data/{experiment.id}/processed."
    team = [f"  {person.claims['name']} ({ROLES[role]})" for person, role in experiment.people]
    lines = [
        *textwrap.wrap(f"{experiment.proposal}: {experiment.title}", 78),
        "",
        f"Instrument: {experiment.instrument.name}, {SOURCES[experiment.instrument_id].name}",
        f"Measured:   {experiment.starts_on(today)} to {experiment.ends_on(today)}",
        "Team:",
        *team,
        "",
        *textwrap.wrap(FILES[experiment.id], 78),
        "Files are NeXus (HDF5). In Python: h5py.File(name)['entry/data'].",
        "",
        *textwrap.wrap(access, 78),
        "All of this was invented by `visa sample`; nothing was measured.",
    ]
    return "\n".join(lines) + "\n"
