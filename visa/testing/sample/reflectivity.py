"""X-ray reflectivity of a swelling polymer film: Kiessig fringes that close up as the film takes up water."""

from pathlib import Path

import h5py
import numpy as np

from visa.testing.sample import nexus
from visa.testing.sample.nexus import Scan, group, process, put, show
from visa.testing.sample.run import Floats, Run

WAVELENGTH = 1.127  # Å
POINTS = 641
THETA = np.linspace(0.04, 2.6, POINTS)  # degrees
HUMIDITY = (5, 25, 45, 65, 80, 93)
FLUX = 3.0e9  # photons per second in the direct beam
SUBSTRATE_DENSITY = 2.007e-5  # scattering length densities in 1/Å^2
ATTENUATORS = (1e-6, 1e-4, 1e-2, 1.0)
STEP_UP = 0.05  # a filter goes out when the rate behind it falls below this part of what the counter stands


def thickness(humidity: float) -> float:
    """Å; swelling as polyelectrolytes do it, slowly first and steeply near saturation."""
    wet = humidity / 100
    return 402.0 * (1 + 0.12 * wet + 0.30 * wet**6)


def reflectivity(q: Floats, humidity: float) -> Floats:
    """Parratt's recursion through air, film, oxide and silicon, with Névot–Croce roughness."""
    film = 1.22e-5 - 0.25e-5 * (thickness(humidity) / 402.0 - 1)
    density = np.array([0.0, film, 1.88e-5, SUBSTRATE_DENSITY]) - 1e-8j * np.array([0, 1.5, 20, 25])
    depths = np.array([0.0, thickness(humidity), 12.0])
    roughness = np.array([6.5, 4.0, 2.5])
    k = np.sqrt((q[:, None] / 2) ** 2 - 4 * np.pi * density + 0j)
    r = np.zeros(len(q), complex)
    for layer in (2, 1, 0):
        above, below = k[:, layer], k[:, layer + 1]
        step = (above - below) / (above + below) * np.exp(-2 * above * below * roughness[layer] ** 2)
        phase = np.exp(2j * below * depths[layer + 1]) if layer < 2 else 1.0
        r = (step + r * phase) / (1 + step * r * phase)
    return np.asarray(abs(r) ** 2)


def momentum(theta: Floats) -> Floats:
    """1/Å for degrees."""
    return np.asarray(4 * np.pi / WAVELENGTH * np.sin(np.radians(theta)))


def scan_name(number: int, humidity: int) -> str:
    return f"sc4102_pem24_rh{humidity:02d}_{number:04d}"


def raw(folder: Path, run: Run) -> None:
    """One scan for each humidity, with the attenuators that the counter needs."""
    for number, humidity in enumerate(HUMIDITY, start=1):
        begins = run.at(number * 5400)
        scan = Scan(
            scan_name(number, humidity), f"Specular scan, 24 bilayers, {humidity} % relative humidity", begins,
            run.at(number * 5400 + POINTS * 2), "PSS/PDADMAC 24 bilayers on Si(100)",
            {"relative_humidity": (float(humidity), "%"), "temperature": (296.2, "K")},
        )  # fmt: skip
        with nexus.entry(folder, run, scan) as top:
            _write_scan(top, run.rng, humidity)


def _write_scan(top: h5py.Group, rng: np.random.Generator, humidity: int) -> None:
    footprint = np.minimum(np.sin(np.radians(THETA)) / np.sin(np.radians(0.19)), 1.0)
    rate = FLUX * footprint * reflectivity(momentum(THETA), humidity)
    filters = np.array([max(t for t in ATTENUATORS if one * t <= 2e5 or t == ATTENUATORS[0]) for one in rate])
    counts = rng.poisson(rate * filters + 0.08)
    monitor = rng.poisson(1.0e6 * (1 + 0.004 * np.sin(np.arange(POINTS) / 70)))
    beam = group(top["instrument"], "monochromator", "NXmonochromator")
    put(beam, "wavelength", WAVELENGTH, units="angstrom")
    attenuator = group(top["instrument"], "attenuator", "NXattenuator")
    put(attenuator, "attenuator_transmission", filters)
    detector = group(top["instrument"], "detector", "NXdetector")
    put(detector, "count_time", 1.0, units="s")
    raw_counts = put(detector, "counts", counts.astype(np.uint32), long_name="Counts")
    angle = put(top["sample"], "rotation_angle", THETA.round(5), units="degree", long_name="Incidence angle")
    watch = group(top, "monitor", "NXmonitor")
    put(watch, "data", monitor.astype(np.uint32))
    show(top, "counts", signal=raw_counts, axes=[angle], title="Counts behind the attenuators", logarithmic=True)
    scaled = put(detector, "intensity", counts / filters / (monitor / 1e6), long_name="Counts without attenuators")
    show(top, "data", signal=scaled, axes=[angle], title=f"Specular reflectivity, {humidity} % RH", logarithmic=True)


def processed(folder: Path, source: Path, run: Run) -> None:
    """Film thickness of every raw scan, from the period of its fringes."""
    found = []
    for number, humidity in enumerate(HUMIDITY, start=1):
        with h5py.File(source / f"{scan_name(number, humidity)}.nxs") as file:
            found.append(period_thickness(file["entry/data/intensity"][()], file["entry/data/rotation_angle"][()]))
    scan = Scan(
        "sc4102_pem24_thickness",
        "Film thickness over humidity",
        run.at(90_000),
        run.at(90_002),
        "PSS/PDADMAC 24 bilayers",
    )
    with nexus.entry(folder, run, scan) as top:
        made = process(
            top,
            program="fringe period",
            note="Fourier transform of R q^4 between 0.06 and 0.3 1/angstrom",
            source="*.nxs",
        )
        humid = put(made, "relative_humidity", np.array(HUMIDITY, float), units="%", long_name="Relative humidity")
        result = put(made, "thickness", np.array(found).round(2), units="angstrom", long_name="Film thickness")
        show(top, "data", signal=result, axes=[humid], title="The film swells")


def period_thickness(intensity: Floats, theta: Floats) -> float:
    """Å. Inside the film q is shortened by its critical edge, which moves the fringes."""
    q = np.sqrt(np.maximum(momentum(theta) ** 2 - 16 * np.pi * 1.2e-5, 0))
    grid = np.linspace(0.06, 0.3, 400)
    fringes = np.interp(grid, q, np.log(np.maximum(intensity, 1e-3) * momentum(theta) ** 4))
    fringes = (fringes - np.polyval(np.polyfit(grid, fringes, 4), grid)) * np.hanning(len(grid))
    depths = np.linspace(250, 900, 2601)
    power = abs(np.exp(1j * depths[:, None] * grid) @ fringes)
    return float(depths[power.argmax()])
