"""Powder diffraction of a battery while it is charged: sheets of MnO2 move apart as sodium leaves, then collapse."""

from pathlib import Path

import h5py
import numpy as np

from visa.testing.sample import nexus
from visa.testing.sample.lattice import Crystal, aluminium, silicon, sodium_manganate
from visa.testing.sample.nexus import Scan, group, process, put, show
from visa.testing.sample.run import Floats, Run

WAVELENGTH = 0.4066  # Å
TWO_THETA = np.arange(1.5, 21.5, 0.005)
PATTERNS = 180
EXPOSURE_S = 15.0
STEP_S = 20.0
OPERANDO, CALIBRATION = "ma6120_nmo_cell03_charge2C", "ma6120_si640_calibration"


def pattern(crystal: Crystal, *, width: float, mixing: float = 0.6) -> Floats:
    """Intensity over `TWO_THETA`, the strongest line 1 high. `width` in degrees; pseudo-Voigt lines."""
    spacings, powers = crystal.lines(1.05, 16.0)
    theta = np.arcsin(WAVELENGTH / 2 / spacings)
    powers = powers / (np.sin(theta) ** 2 * np.cos(theta))
    total = np.zeros_like(TWO_THETA)
    for centre, power, angle in zip(np.degrees(2 * theta), powers, theta, strict=True):
        full = width * np.sqrt(1 + 30 * np.tan(angle) ** 2)
        low, high = np.searchsorted(TWO_THETA, (centre - 60 * full, centre + 60 * full))
        x = (TWO_THETA[low:high] - centre) / (full / 2)
        shape = mixing / (1 + x**2) + (1 - mixing) * np.exp(-np.log(2) * x**2)
        total[low:high] += power / full * shape
    return np.asarray(total / total.max())


def _background() -> Floats:
    """Air, the cell's windows, and the electrolyte's broad hump."""
    x = TWO_THETA
    return np.asarray(
        180 * np.exp(-x / 3.5) + 95 * np.exp(-(((x - 5.6) / 1.4) ** 2)) + 40 * np.exp(-(((x - 10) / 4) ** 2)) + 22
    )


def state_of_charge() -> tuple[Floats, Floats]:
    """Sodium content and cell voltage of every pattern: charge, a rest at the top, discharge."""
    ramp = np.concatenate((np.linspace(0, 1, PATTERNS // 2 - 10), np.ones(20), np.linspace(1, 0, PATTERNS // 2 - 10)))
    sodium = 0.67 - 0.45 * ramp
    voltage = 2.35 + 1.35 * ramp + 0.45 / (1 + np.exp(-(ramp - 0.86) * 28)) - 0.16 * np.tanh((ramp - 0.28) * 9)
    voltage[PATTERNS // 2 + 10 :] -= 0.14
    return sodium, voltage


def raw(folder: Path, run: Run) -> None:
    """A calibration pattern of silicon and the series on the cell."""
    calm = 9000 * pattern(silicon(), width=0.012) + 0.3 * _background()
    begins = run.at(0)
    scan = Scan(CALIBRATION, "Silicon powder, NIST 640-like, calibration", begins, run.at(60), "Si 640")
    with nexus.entry(folder, run, scan) as top:
        detector, angle = _detector(top, 60.0)
        counts = put(detector, "counts", run.rng.poisson(calm).astype(np.uint32), long_name="Counts")
        show(top, "data", signal=counts, axes=[angle], title="Silicon calibration")
    sodium, voltage = state_of_charge()
    elapsed = np.arange(PATTERNS) * STEP_S
    series = [run.rng.poisson(_cell(x)).astype(np.uint32) for x in sodium]
    values: dict[str, tuple[str | float, str]] = {"chemical_formula": ("Na0.67MnO2", ""), "temperature": (298.0, "K")}
    title = "P2-Na0.67MnO2 pouch cell 03, charge and discharge at 2C"
    scan = Scan(OPERANDO, title, run.at(900), run.at(900 + PATTERNS * STEP_S), "NMO cell 03", values)
    with nexus.entry(folder, run, scan) as top:
        detector, angle = _detector(top, EXPOSURE_S)
        counts = put(detector, "counts", np.array(series), long_name="Counts")
        time = put(detector, "time", elapsed, units="s", long_name="Time since the start of charge")
        cycler = group(top["sample"], "voltage_log", "NXlog")
        put(cycler, "time", elapsed, units="s", long_name="Time since the start of charge")
        put(cycler, "value", voltage.round(4), units="V")
        show(top, "voltage", signal=cycler["value"], axes=[cycler["time"]], title="Cell voltage")
        show(top, "data", signal=counts, axes=[time, angle], title="Operando diffraction, NMO cell 03")


def _cell(sodium: float) -> Floats:
    """Expected counts of the cell at one sodium content; below 0.32 sheets without sodium appear (c collapses)."""
    a = 2.884 - 0.06 * (0.67 - sodium)
    c = 11.15 + 0.62 * min(0.67 - sodium, 0.35)
    collapsed = 1 / (1 + np.exp((sodium - 0.27) * 60))
    cathode = (1 - collapsed) * pattern(sodium_manganate(a, c, sodium), width=0.028)
    if collapsed > 1e-3:
        cathode = cathode + collapsed * 0.8 * pattern(sodium_manganate(a, 10.35, 0.05), width=0.075, mixing=0.9)
    return np.asarray(2600 * cathode + 1100 * pattern(aluminium(), width=0.015) + _background())


def _detector(top: h5py.Group, exposure_s: float) -> tuple[h5py.Group, h5py.Dataset]:
    beam = group(top["instrument"], "monochromator", "NXmonochromator")
    put(beam, "wavelength", WAVELENGTH, units="angstrom")
    detector = group(top["instrument"], "detector", "NXdetector")
    put(detector, "description", "Curved strip detector, 4000 strips")
    put(detector, "count_time", exposure_s, units="s")
    return detector, put(detector, "two_theta", TWO_THETA.round(4), units="degree", long_name="Two theta")


def processed(folder: Path, source: Path, run: Run) -> None:
    """The position of the (002) line in every pattern, read from the raw file, as the distance between sheets."""
    with h5py.File(source / f"{OPERANDO}.nxs") as file:
        counts = file["entry/data/counts"][()].astype(float)
        angle, time = file["entry/data/two_theta"][()], file["entry/data/time"][()]
    window = (angle > 3.75) & (angle < 4.65)
    peak = counts[:, window] - np.median(counts[:, window], axis=1, keepdims=True)
    weight = np.where(peak > 0.5 * peak.max(axis=1, keepdims=True), peak, 0)
    centre = (weight * angle[window]).sum(axis=1) / weight.sum(axis=1)
    distance = WAVELENGTH / 2 / np.sin(np.radians(centre / 2))
    scan = Scan(
        f"{OPERANDO}_sheets", "Distance of the sheets from the (002) line", run.at(9000), run.at(9004), "NMO cell 03"
    )
    with nexus.entry(folder, run, scan) as top:
        made = process(
            top, program="peak centre", note="Centre of the upper half of the (002) line", source=f"{OPERANDO}.nxs"
        )
        when = put(made, "time", time, units="s", long_name="Time since the start of charge")
        result = put(made, "sheet_distance", distance.round(5), units="angstrom", long_name="Sheet distance")
        show(top, "data", signal=result, axes=[when], title="Sheets move apart, then collapse")
