"""Inelastic neutron scattering by time of flight: spin waves of an antiferromagnet, as detectors × time channels.

Raw files hold what the detectors counted; the map over momentum and energy is reduced from them.
"""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from visa.testing.sample import nexus
from visa.testing.sample.nexus import Scan, group, process, put, show
from visa.testing.sample.run import Floats, Run

INCIDENT = 40.0  # meV
FIRST_PATH_M, SECOND_PATH_M = 9.8, 2.9
TWO_THETA = np.linspace(4.0, 134.0, 261)
TEMPERATURES = (5, 60, 180)
SPEED = 437.393  # m/s for 1 meV, times the root of the energy
CHANNEL_US = 3.0
TOF = np.arange(4380.0, 7400.0, CHANNEL_US)  # us
TOP, GAP = 26.0, 2.2  # meV: highest spin wave, and its gap
CELL = 3.86  # Å between neighbouring spins
BRAGG = ((1.41, 2), (2.02, 9), (2.3, 14), (2.86, 5), (3.26, 11), (4.04, 6), (4.61, 9), (5.2, 4))
"""Lines of the lattice: Q in 1/Å, power."""
GRID_Q, GRID_E = np.linspace(0.0, 8.6, 216), np.linspace(-30.0, 39.0, 346)


@dataclass(frozen=True)
class Geometry:
    """Momentum (1/Å) and energy transfer (meV) of every detector and time channel, and how much of it one counts."""

    q: Floats
    energy: Floats
    weight: Floats


def geometry() -> Geometry:
    """Of the instrument at `INCIDENT`."""
    after = (TOF + CHANNEL_US / 2) * 1e-6 - FIRST_PATH_M / (SPEED * np.sqrt(INCIDENT))
    final = (SECOND_PATH_M / after / SPEED) ** 2
    ki, kf = np.sqrt(INCIDENT / 2.0721), np.sqrt(final / 2.0721)
    angle = np.radians(TWO_THETA)[:, None]
    q = np.sqrt(ki**2 + kf**2 - 2 * ki * kf * np.cos(angle))
    width = 2 * final / after * CHANNEL_US * 1e-6
    weight = kf / ki * width
    return Geometry(np.asarray(q), INCIDENT - final, weight)


def scattering(temperature: float) -> Floats:
    """S(Q, E) over `GRID_Q` × `GRID_E`: elastic line with Bragg peaks, phonons, and spin waves."""
    q, energy = GRID_Q[:, None], GRID_E[None, :]
    bose = 1 / np.maximum(1 - np.exp(-abs(energy) / (temperature * 0.08617)), 1e-9)
    bose = np.where(energy < 0, bose - 1, bose)
    resolution = 0.55 + 0.012 * (INCIDENT - GRID_E[None, :]) / 10
    bragg = sum(power * np.exp(-(((q - centre) / 0.045) ** 2)) for centre, power in BRAGG)
    elastic = (0.55 + bragg) * np.exp(-((energy / resolution) ** 2)) * np.exp(-0.02 * q**2)
    phonons = 0.0011 * q**2 * np.exp(-0.02 * q**2) * bose
    phonons = phonons * (np.exp(-(((abs(energy) - 13) / 3.5) ** 2)) + 0.6 * np.exp(-(((abs(energy) - 21) / 3) ** 2)))
    order = max(1 - (temperature / 150) ** 3, 0.0)
    waves = spin_waves(0.9 + 3.5 * temperature / 60) * order * bose
    diffuse = (1 - order) * 0.22 * np.exp(-(((q - 1.15) / 0.5) ** 2)) * np.exp(-((energy / 7) ** 2))
    form = np.exp(-0.055 * q**2)
    return np.asarray(elastic + phonons + form * (0.9 * waves + diffuse) + 0.0016)


def spin_waves(width: float) -> Floats:
    """Square-lattice antiferromagnet averaged over 900 directions of Q; `width` (meV): resolution and damping."""
    turn = np.arange(900) + 0.5
    polar, azimuth = np.arccos(1 - 2 * turn / 900), turn * np.pi * (1 + 5**0.5)
    total = np.zeros((len(GRID_Q), len(GRID_E)))
    step = GRID_E[1] - GRID_E[0]
    for row, q in enumerate(GRID_Q):
        x, y = q * np.sin(polar) * np.cos(azimuth), q * np.sin(polar) * np.sin(azimuth)
        gamma = (np.cos(x * CELL) + np.cos(y * CELL)) / 2
        energy = np.sqrt(TOP**2 * (1 - gamma**2) + GAP**2)
        strength = (1 - gamma) / np.sqrt(np.maximum(1 - gamma**2, 0.004))
        both, limits = np.concatenate((energy, -energy)), (GRID_E[0], GRID_E[-1] + step)
        total[row] = np.histogram(both, len(GRID_E), limits, weights=np.tile(strength, 2))[0] / 900
    kernel = np.exp(-((np.arange(-60, 61) * step / width) ** 2))
    kernel /= kernel.sum() * step
    return np.array([np.convolve(row, kernel, "same") for row in total])


def counts(temperature: float, rng: np.random.Generator) -> Floats:
    """What the detectors count at one temperature."""
    place = geometry()
    model = scattering(temperature)
    q_step, e_step = GRID_Q[1], GRID_E[1] - GRID_E[0]
    row = np.clip((place.q / q_step).astype(int), 0, len(GRID_Q) - 2)
    column = np.clip(
        ((np.broadcast_to(place.energy, place.q.shape) - GRID_E[0]) / e_step).astype(int), 0, len(GRID_E) - 1
    )
    part = place.q / q_step - row
    density = model[row, column] * (1 - part) + model[row + 1, column] * part
    efficiency = 1 + 0.06 * np.sin(np.arange(len(TWO_THETA)) * 1.7)[:, None]
    return np.asarray(rng.poisson(6000 * density * place.weight * efficiency + 0.02))


def scan_name(number: int, temperature: int) -> str:
    return f"hc5511_lnno_{temperature:03d}K_{48210 + number}"


def raw(folder: Path, run: Run) -> None:
    """One file for each temperature."""
    for number, temperature in enumerate(TEMPERATURES):
        begins = number * 36_000
        scan = Scan(
            scan_name(number, temperature), f"Na-doped La2NiO4, {temperature} K, Ei = {INCIDENT:g} meV", run.at(begins),
            run.at(begins + 32_400), "La1.9Na0.1NiO4 powder, 11 g",
            {"temperature": (float(temperature), "K"), "mass": (11.02, "g")},
        )  # fmt: skip
        with nexus.entry(folder, run, scan) as top:
            chopper = group(top["instrument"], "fermi_chopper", "NXfermi_chopper")
            put(chopper, "energy", INCIDENT, units="meV")
            put(chopper, "rotation_speed", 400.0, units="Hz")
            detector = group(top["instrument"], "detector", "NXdetector")
            put(detector, "distance", SECOND_PATH_M, units="m")
            put(top["instrument/source"], "distance", -FIRST_PATH_M, units="m")
            polar = put(detector, "polar_angle", TWO_THETA.round(4), units="degree", long_name="Scattering angle")
            tof = put(detector, "time_of_flight", TOF + CHANNEL_US / 2, units="us", long_name="Time of flight")
            counted = put(detector, "counts", counts(temperature, run.rng).astype(np.uint32), long_name="Counts")
            show(top, "data", signal=counted, axes=[polar, tof], title=f"Detectors, {temperature} K", logarithmic=True)


def processed(folder: Path, source: Path, run: Run) -> None:
    """The map over momentum and energy transfer of every raw file."""
    q_edges, e_edges = np.linspace(0.2, 8.0, 157), np.linspace(-20, 36, 141)
    place = geometry()
    energy = np.broadcast_to(place.energy, place.q.shape).ravel()
    weight = np.broadcast_to(place.weight, place.q.shape).ravel()
    norm = np.histogram2d(place.q.ravel(), energy, (q_edges, e_edges), weights=weight)[0]
    for number, temperature in enumerate(TEMPERATURES):
        name = scan_name(number, temperature)
        with h5py.File(source / f"{name}.nxs") as file:
            counted = file["entry/data/counts"][()].ravel()
        sums = np.histogram2d(place.q.ravel(), energy, (q_edges, e_edges), weights=counted)[0]
        reduced = np.divide(sums, norm, out=np.full_like(sums, np.nan), where=norm > 0).astype(np.float32)
        scan = Scan(f"{name}_sqw", f"S(Q, E) at {temperature} K", run.at(200_000), run.at(200_020), "La1.9Na0.1NiO4")
        with nexus.entry(folder, run, scan) as top:
            made = process(
                top, program="rebin", note="Counts by Q and E over ki/kf and channel width", source=f"{name}.nxs"
            )
            e = put(
                made,
                "energy_transfer",
                ((e_edges[1:] + e_edges[:-1]) / 2).round(5),
                units="meV",
                long_name="Energy transfer",
            )
            q = put(made, "Q", ((q_edges[1:] + q_edges[:-1]) / 2).round(5), units="1/angstrom", long_name="Q")
            result = put(made, "intensity", reduced.T.copy(), long_name="S(Q, E)")
            show(top, "data", signal=result, axes=[e, q], title=f"S(Q, E), {temperature} K", logarithmic=True)
