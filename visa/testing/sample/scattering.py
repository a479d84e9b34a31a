"""Small-angle scattering of colloids that crystallise: smooth rings of a liquid turn into sharp, grainy ones."""

from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from visa.testing.sample import nexus
from visa.testing.sample.nexus import Scan, group, process, put, show
from visa.testing.sample.run import Floats, Run

SHAPE = (619, 487)
PIXEL_M = 172e-6
DISTANCE_M = 8.2
WAVELENGTH = 1.0  # Å
CENTRE = (325.6, 228.3)  # row, column
FRAMES = 48
STEP_S = 8.0
RADIUS, SPREAD, CELL = 640.0, 0.045, 2950.0  # Å: sphere, its relative spread, cubic cell of the crystal
SERIES = "sc5877_silica640_shearstop_0007"
GAP_ROWS = ((195, 212), (407, 424))


def q_map() -> tuple[Floats, Floats]:
    """Momentum transfer in 1/Å and azimuth in rad of every pixel."""
    rows, columns = np.indices(SHAPE, dtype=float)
    y, x = (rows - CENTRE[0]) * PIXEL_M, (columns - CENTRE[1]) * PIXEL_M
    two_theta = np.arctan(np.hypot(x, y) / DISTANCE_M)
    return np.asarray(4 * np.pi / WAVELENGTH * np.sin(two_theta / 2)), np.asarray(np.arctan2(y, x))


def mask() -> NDArray[np.bool_]:
    """Pixels without meaning: the gaps between modules, the beam stop and its arm."""
    rows, columns = np.indices(SHAPE)
    hidden = np.hypot(rows - CENTRE[0], columns - CENTRE[1]) < 11
    hidden |= (abs(columns - CENTRE[1] + 0.06 * (rows - CENTRE[0])) < 3) & (rows > CENTRE[0])
    for first, end in GAP_ROWS:
        hidden[first:end] = True
    return np.asarray(hidden)


def spheres(q: Floats) -> Floats:
    """Form factor of spheres with a spread of radii, 1 at q = 0."""
    radii = RADIUS * (1 + SPREAD * np.linspace(-3, 3, 31))
    weight = np.exp(-(np.linspace(-3, 3, 31) ** 2) / 2) * radii**6
    x = np.maximum(q[:, None] * radii, 1e-6)
    amplitude = 3 * (np.sin(x) - x * np.cos(x)) / x**3
    return np.asarray((amplitude**2 * weight).sum(axis=1) / weight.sum())


def order(q: Floats, crystal: float) -> Floats:
    """Structure factor between a dense liquid (crystal = 0) and a body-centred crystal (1)."""
    first = 2 * np.pi * np.sqrt(2) / CELL
    x = q / first
    liquid = (
        (1 - 0.92 * np.exp(-((x / 0.78) ** 4)))
        + 1.5 * np.exp(-(((x - 1) / 0.16) ** 2))
        + 0.35 * np.exp(-(((x - 1.85) / 0.25) ** 2))
    )
    sharp = np.full_like(q, 0.12)
    for squares, many in ((2, 12), (4, 6), (6, 24), (8, 12), (10, 24), (12, 8), (14, 48)):
        centre = 2 * np.pi * np.sqrt(squares) / CELL
        sharp += 2.6 * many / squares * np.exp(-squares / 9) * np.exp(-(((q - centre) / 1.1e-4) ** 2))
    return np.asarray((1 - crystal) * liquid + crystal * (sharp + 0.25 * liquid))


def raw(folder: Path, run: Run) -> None:
    """One series of detector frames, from the stop of the shear on."""
    q, azimuth = q_map()
    hidden = mask()
    elapsed = np.arange(FRAMES) * STEP_S
    crystal = 1 - np.exp(-((elapsed / 150) ** 2.5))
    grain = _grain(run.rng, q, azimuth)
    frames = np.empty((FRAMES, *SHAPE), np.int32)
    line = np.linspace(0, q.max(), 6000)
    form = spheres(line)
    for number, share in enumerate(crystal):
        smooth = np.interp(q, line, 42_000 * form * order(line, float(share)) + 0.6)
        texture = 1 + share * 0.55 * grain
        frames[number] = np.where(hidden, -1, run.rng.poisson(smooth * np.maximum(texture, 0.05)))
    title = "Silica colloids 64 nm, 31 % by volume, after the stop of shear"
    values = {"concentration": (0.31, ""), "temperature": (293.15, "K")}
    scan = Scan(SERIES, title, run.at(7200), run.at(7200 + FRAMES * STEP_S), "SiO2-64 in water", values)
    with nexus.entry(folder, run, scan) as top:
        detector = _detector(top)
        counts = put(detector, "data", frames, long_name="Counts (-1: no pixel)")
        put(detector, "pixel_mask", hidden.astype(np.uint32))
        time = put(detector, "frame_time", elapsed, units="s", long_name="Time since the stop of shear")
        axes = [time, detector["y_pixel_offset"], detector["x_pixel_offset"]]
        show(top, "data", signal=counts, axes=axes, title="Frames after the stop of shear", logarithmic=True)


def _grain(rng: np.random.Generator, q: Floats, azimuth: Floats) -> Floats:
    """How unevenly crystals are turned, around zero: six-fold from the shear, and grains of their own."""
    total = 0.5 * np.cos(6 * azimuth)
    for fold in (11, 17, 23, 31, 44):
        phase, drift = rng.uniform(0, 2 * np.pi), rng.uniform(-1, 1) * 2500
        total = total + 0.32 * np.cos(fold * azimuth + phase + drift * q)
    return np.asarray(total * np.exp(-((q / 0.013) ** 2)))


def _detector(top: h5py.Group) -> h5py.Group:
    beam = group(top["instrument"], "beam", "NXbeam")
    put(beam, "incident_wavelength", WAVELENGTH, units="angstrom")
    detector = group(top["instrument"], "detector", "NXdetector")
    put(detector, "description", "Pixel detector, three modules, 172 um")
    put(detector, "distance", DISTANCE_M, units="m")
    put(detector, "beam_center_x", CENTRE[1], units="pixel")
    put(detector, "beam_center_y", CENTRE[0], units="pixel")
    put(detector, "count_time", 1.0, units="s")
    for name, length, centre in (("y", SHAPE[0], CENTRE[0]), ("x", SHAPE[1], CENTRE[1])):
        put(detector, f"{name}_pixel_size", PIXEL_M, units="m")
        offset = (np.arange(length) - centre) * PIXEL_M * 1e3
        put(detector, f"{name}_pixel_offset", offset.round(4), units="mm", long_name=f"Detector {name}")
    return detector


def processed(folder: Path, source: Path, run: Run) -> None:
    """Azimuthal averages of the raw frames: intensity over q for every frame, with errors."""
    with h5py.File(source / f"{SERIES}.nxs") as file:
        frames, time = file["entry/data/data"][()], file["entry/data/frame_time"][()]
        seen = file["entry/instrument/detector/pixel_mask"][()] == 0
    q = q_map()[0][seen]
    edges = np.linspace(0.0013, 0.034, 421)
    pixels = np.maximum(np.histogram(q, edges)[0], 1)
    sums = np.array([np.histogram(q, edges, weights=frame[seen])[0] for frame in frames])
    scan = Scan(f"{SERIES}_azimuthal", "Azimuthal averages", run.at(9000), run.at(9011), "SiO2-64 in water")
    with nexus.entry(folder, run, scan) as top:
        made = process(
            top, program="azimuthal average", note="Mean of unmasked pixels in rings", source=f"{SERIES}.nxs"
        )
        moment = put(made, "time", time, units="s", long_name="Time since the stop of shear")
        centre = put(made, "Q", ((edges[1:] + edges[:-1]) / 2).round(7), units="1/angstrom", long_name="q")
        mean = put(made, "I", (sums / pixels).astype(np.float32), long_name="Intensity")
        error = put(made, "Idev", (np.sqrt(sums) / pixels).astype(np.float32), long_name="Standard error")
        show(top, "data", signal=mean, axes=[moment, centre], errors=error, title="I(q, t)", logarithmic=True)
