"""Tomography of a coated tablet: projections with flat and dark fields (NXtomo), and slices made from them."""

from pathlib import Path

import h5py
import numpy as np

from visa.testing.sample import nexus
from visa.testing.sample.nexus import Scan, group, process, put, show
from visa.testing.sample.run import Floats, Run

HEIGHT, WIDTH = 112, 224
PIXEL_UM = 50.0
ANGLES = np.linspace(0, 180, 180, endpoint=False)
FLATS, DARKS = 6, 4
FULL_COUNTS, DARK_COUNTS = 11_000, 96
SERIES = "in0893_tablet_c17_tomo_0001"
SLICES = range(18, 94, 5)
ROWS, COLUMNS = np.arange(HEIGHT, dtype=float), np.arange(WIDTH, dtype=float)
AXIS = 109.5  # column of the rotation axis
Ball = tuple[float, float, float, float, float]
"""Centre x, y, z and radius in pixels, and absorption per pixel inside."""


def body(rng: np.random.Generator) -> list[Ball]:
    """Pores and grains of the tablet."""
    inside: list[Ball] = []
    while len(inside) < 75:
        x, y, z = rng.uniform(-1, 1, 3) * (82, 82, 38)
        radius = float(rng.gamma(3.0, 1.15)) + 1.2
        if np.hypot(x, y) + radius < 84:
            inside.append((x, y, z, radius, -0.012 if rng.random() < 0.6 else 0.016))
    return inside


def _disc(offset: Floats, half_height: float, radius: float, rows: Floats) -> Floats:
    """Length of the way through an upright cylinder with domed faces, in pixels; one row an element of `rows`."""
    across = np.sqrt(np.maximum(radius**2 - offset**2, 0))
    dome = np.clip((half_height - abs(rows)) / 9.0, 0, 1)[:, None]
    return np.asarray(2 * across[None, :] * np.sqrt(dome))


def _ball(at: float, height: float, radius: float, columns: Floats, rows: Floats) -> Floats:
    return np.asarray(
        2 * np.sqrt(np.maximum(radius**2 - (columns[None, :] - at) ** 2 - (rows[:, None] - height) ** 2, 0))
    )


def absorption(inside: list[Ball], angle: float) -> Floats:
    """Line integrals of one projection."""
    rows, columns = ROWS - HEIGHT / 2 + 0.5, COLUMNS - AXIS
    total = 0.011 * _disc(columns, 46, 92, rows) - 0.0035 * _disc(columns, 43, 88, rows)
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    total += 0.009 * _ball(91 * cos, 8, 5.0, columns, rows)  # a blister of the coating
    for x, y, z, radius, strength in inside:
        at = x * cos + y * sin
        low, high = np.searchsorted(columns, (at - radius, at + radius))
        top, bottom = np.searchsorted(rows, (z - radius, z + radius))
        total[top:bottom, low:high] += strength * _ball(at, z, radius, columns[low:high], rows[top:bottom])
    return np.asarray(total)


def raw(folder: Path, run: Run) -> None:
    """Projections, flat and dark fields in one stack, told apart by image_key."""
    rng, inside = run.rng, body(run.rng)
    rows, columns = np.indices((HEIGHT, WIDTH))
    beam = (
        np.exp(-(((rows - 52) / 95) ** 2)) * (1 + 0.03 * np.sin(columns / 9.0)) * rng.normal(1, 0.012, (HEIGHT, WIDTH))
    )
    stack = [FULL_COUNTS * beam * np.exp(-absorption(inside, angle)) + DARK_COUNTS for angle in ANGLES]
    stack += [FULL_COUNTS * beam + DARK_COUNTS] * FLATS
    stack += [np.full((HEIGHT, WIDTH), float(DARK_COUNTS))] * DARKS
    images = np.array([rng.poisson(np.maximum(image, 0)) for image in stack]).astype(np.uint16)
    keys = np.repeat([0, 1, 2], [len(ANGLES), FLATS, DARKS]).astype(np.int32)
    turned = np.concatenate((ANGLES, np.zeros(FLATS + DARKS)))
    scan = Scan(
        SERIES, "Tablet C17, full turn of 180 degrees", run.at(3600), run.at(3600 + len(stack) * 3), "Tablet C17"
    )
    with nexus.entry(folder, run, scan) as top:
        put(top, "definition", "NXtomo")
        detector = _detector(top)
        counts = put(detector, "data", images, long_name="Counts")
        key = put(detector, "image_key", keys)
        angle = put(top["sample"], "rotation_angle", turned.round(4), units="degree", long_name="Rotation angle")
        control = group(top, "control", "NXmonitor")
        put(control, "data", rng.normal(1e5, 150, len(stack)).round(), units="counts")
        image = np.arange(len(stack), dtype=np.int32)
        number = put(detector, "image_number", image, long_name="Image")
        axes = [number, detector["y"], detector["x"]]
        data = show(top, "data", signal=counts, axes=axes, title="Projections, flat and dark fields")
        for linked in (angle, key):
            linked.attrs["target"] = linked.name
            data[linked.name.rpartition("/")[2]] = linked


def _detector(top: h5py.Group) -> h5py.Group:
    detector = group(top["instrument"], "detector", "NXdetector")
    put(detector, "distance", 0.12, units="m")
    put(detector, "count_time", 1.5, units="s")
    put(detector, "x_rotation_axis_pixel_position", AXIS, units="pixel")
    for name, length in (("y", HEIGHT), ("x", WIDTH)):
        put(detector, f"{name}_pixel_size", PIXEL_UM * 1e-6, units="m")
        put(detector, name, (np.arange(length) * PIXEL_UM / 1e3).round(3), units="mm", long_name=f"Detector {name}")
    return detector


def reconstruct(sinogram: Floats) -> Floats:
    """A slice from line integrals (angle, column) by filtered back projection."""
    size = 512
    ramp = abs(np.fft.fftfreq(size)) * 2 * np.cos(np.pi * np.fft.fftfreq(size))
    filtered = np.real(np.fft.ifft(np.fft.fft(sinogram, size, axis=1) * ramp, axis=1))[:, :WIDTH]
    y, x = np.indices((WIDTH, WIDTH)) - (WIDTH - 1) / 2
    total = np.zeros((WIDTH, WIDTH))
    for angle, line in zip(np.radians(ANGLES), filtered, strict=True):
        total += np.interp(x * np.cos(angle) + y * np.sin(angle) + AXIS, np.arange(WIDTH), line, left=0, right=0)
    return np.asarray(total * np.pi / (2 * len(ANGLES)) / (PIXEL_UM * 1e-4))


def processed(folder: Path, source: Path, run: Run) -> None:
    """Some slices of the tablet, from the raw file."""
    with h5py.File(source / f"{SERIES}.nxs") as file:
        images, keys = file["entry/data/data"][()].astype(float), file["entry/data/image_key"][()]
    dark, flat = images[keys == 2].mean(axis=0), images[keys == 1].mean(axis=0)
    passed = np.clip((images[keys == 0] - dark) / (flat - dark), 1e-4, None)
    slices = np.array([reconstruct(-np.log(passed[:, row])) for row in SLICES], np.float32)
    scan = Scan(f"{SERIES}_slices", "Slices by filtered back projection", run.at(9000), run.at(9030), "Tablet C17")
    with nexus.entry(folder, run, scan) as top:
        made = process(
            top, program="filtered back projection", note="Ramp filter with cosine window", source=f"{SERIES}.nxs"
        )
        result = put(made, "absorption", slices, units="1/cm", long_name="Absorption")
        height = put(made, "height", np.array(SLICES) * PIXEL_UM / 1e3, units="mm", long_name="Height")
        across = ((np.arange(WIDTH) - (WIDTH - 1) / 2) * PIXEL_UM / 1e3).round(4)
        y = put(made, "y", across, units="mm", long_name="y")
        x = put(made, "x", across, units="mm", long_name="x")
        show(top, "data", signal=result, axes=[height, y, x], title="Slices of tablet C17")
