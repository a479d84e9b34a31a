"""Neutron diffraction by time of flight: heavy water in mesoporous silica freezes while it is cooled."""

from pathlib import Path

import h5py
import numpy as np

from visa.testing.sample import nexus
from visa.testing.sample.lattice import Crystal, heavy_ice
from visa.testing.sample.nexus import Scan, group, process, put, show
from visa.testing.sample.run import Floats, Run

TEMPERATURES = np.arange(300.0, 175.0, -10.0)
BANKS = ((1, 35.0), (2, 90.0), (3, 152.0))  # number and scattering angle
PATH_M = 16.4
BINS = 1400
FREEZES = 232.0  # K, depressed by the pores
SERIES = "ls3360_mcm41_d2o_cool"


def per_spacing(two_theta: float) -> float:
    """Microseconds of flight for one Å of spacing."""
    return float(505.56 * PATH_M * np.sin(np.radians(two_theta / 2)))


def spacings(two_theta: float) -> Floats:
    """The Å that a bank sees, one a channel; channels grow with time as the resolution does."""
    shortest, longest = (0.9, 9.0) if two_theta < 60 else (0.7, 5.0) if two_theta < 120 else (0.5, 3.6)
    return np.geomspace(shortest, longest, BINS)


def pattern(d: Floats, temperature: float, *, sharpness: float) -> Floats:
    """Counts over spacing, before the spectrum of the source."""
    frozen = 1 / (1 + np.exp((temperature - FREEZES) / 4.0))
    q = 2 * np.pi / d
    glass = 1 + 0.55 * np.exp(-(((q - 1.55) / 0.33) ** 2)) + 0.3 * np.exp(-(((q - 5.2) / 1.0) ** 2))
    peak = 1.93 - 0.1 * (300 - temperature) / 120
    water = 0.55 * np.exp(-(((q - peak) / 0.42) ** 2)) + 0.22 * np.exp(-(((q - 4.1) / 0.9) ** 2))
    grown = 1 - 5.6e-5 * (273 - temperature)
    ice = _lines(heavy_ice(4.5225 * grown, 7.3670 * grown), d, sharpness=sharpness)
    return np.asarray(0.4 * glass + 0.6 * (1 - 0.85 * frozen) * water + 1.15 * frozen * ice)


def _lines(crystal: Crystal, d: Floats, *, sharpness: float) -> Floats:
    """Lines with a moderator's tail towards long times, widened by the smallness of the crystals."""
    centres, powers = crystal.lines(0.55, 6.0)
    powers = powers * centres**4
    total = np.zeros_like(d)
    for centre, power in zip(centres, powers / powers.max(), strict=True):
        width = centre * np.hypot(sharpness, 0.006 * centre)
        x = (d - centre) / width
        total += power * np.where(x < 0, np.exp(-(x**2) / 0.8), np.exp(-(x**2) / 2.2)) * 0.016 / (width / centre)
    return total


def raw(folder: Path, run: Run) -> None:
    """One file with the three banks, a pattern a temperature."""
    seconds = len(TEMPERATURES) * 2400
    scan = Scan(
        SERIES, "MCM-41 filled with D2O, 300 K to 180 K", run.at(1800), run.at(1800 + seconds), "D2O in MCM-41",
        {"pore_diameter": (3.9, "nm"), "mass": (2.4, "g")},
    )  # fmt: skip
    with nexus.entry(folder, run, scan) as top:
        log = group(top["sample"], "temperature_log", "NXlog")
        put(log, "time", np.arange(len(TEMPERATURES)) * 2400.0, units="s")
        put(log, "value", TEMPERATURES, units="K")
        kelvin = put(top["sample"], "temperature", TEMPERATURES, units="K", long_name="Temperature")
        for number, two_theta in reversed(BANKS):  # a viewer opens the last
            bank = group(top["instrument"], f"bank_{number}", "NXdetector")
            put(bank, "polar_angle", two_theta, units="degree")
            put(bank, "distance", 1.4, units="m")
            d = spacings(two_theta)
            flight = put(
                bank, "time_of_flight", (d * per_spacing(two_theta)).round(2), units="us", long_name="Time of flight"
            )
            spectrum = 2600 * d**-1.2 * np.exp(-0.08 / d**2) * np.exp(-((d / 9) ** 4))
            model = np.array([pattern(d, one, sharpness=0.02 / number) for one in TEMPERATURES]) * spectrum
            counted = put(bank, "counts", run.rng.poisson(model + 3).astype(np.uint32), long_name="Counts")
            show(
                top,
                f"bank_{number}",
                signal=counted,
                axes=[kelvin, flight],
                title=f"Bank {number}, {two_theta:g} degrees",
            )


def processed(folder: Path, source: Path, run: Run) -> None:
    """How much is frozen at every temperature: the area of ice lines between 3.4 and 4.0 Å in bank 1."""
    with h5py.File(source / f"{SERIES}.nxs") as file:
        counted, flight = file["entry/bank_1/counts"][()].astype(float), file["entry/bank_1/time_of_flight"][()]
    d = flight / per_spacing(BANKS[0][1])
    window = (d > 3.35) & (d < 4.1)
    area = (counted[:, window] - counted[0, window]).sum(axis=1)
    share = (area - area[:4].mean()) / (area[-2:].mean() - area[:4].mean())
    scan = Scan(f"{SERIES}_frozen", "Frozen share on cooling", run.at(40_000), run.at(40_001), "D2O in MCM-41")
    with nexus.entry(folder, run, scan) as top:
        made = process(
            top, program="line area", note="Gain of counts between 3.35 and 4.1 angstrom", source=f"{SERIES}.nxs"
        )
        kelvin = put(made, "temperature", TEMPERATURES, units="K", long_name="Temperature")
        frozen = put(made, "frozen_share", share.round(4), long_name="Frozen share")
        show(top, "data", signal=frozen, axes=[kelvin], title="Freezing in pores of 3.9 nm")
