"""The sample's NeXus files: a viewer finds what to plot, and what it plots is what such an instrument measures."""

from datetime import date, datetime
from pathlib import Path

import h5py
import numpy as np
import pytest

from visa.testing.sample import powder, reflectivity
from visa.testing.sample.experiments import EXPERIMENTS

MEASURES_NOTHING = {"image_key", "pixel_mask", "attenuator_transmission"}
COUNTS = {"counts", "data", "intensity", "I", "Idev", "I_errors", "frozen_share", "image_number", "concentration"}


def groups(node: h5py.Group) -> list[h5py.Group]:
    found = [node]
    node.visititems(lambda _, one: found.append(one) if isinstance(one, h5py.Group) else None)
    return found


def of_class(file: h5py.File, name: str) -> list[h5py.Group]:
    return [one for one in groups(file) if one.attrs.get("NX_class") == name]


def nexus(sample: Path) -> list[Path]:
    return sorted(sample.rglob("*.nxs"))


def one_file(sample: Path, name: str) -> h5py.File:
    [path] = sample.rglob(f"{name}.nxs")
    return h5py.File(path)


@pytest.fixture(params=[one.id for one in EXPERIMENTS])
def files(request, sample):
    """All files of one experiment, open."""
    opened = [h5py.File(path) for path in nexus(sample) if path.name.startswith(request.param)]
    assert len(opened) > 1
    yield opened
    for file in opened:
        file.close()


def test_every_group_has_a_class_and_every_file_one_whole_entry(files):
    for file in files:
        assert all(one.attrs.get("NX_class", "").startswith("NX") for one in groups(file)), file.filename
        [entry] = of_class(file, "NXentry")
        assert entry.name == "/entry"
        for name in ("NXinstrument", "NXsample", "NXsource", "NXuser", "NXdata"):
            assert of_class(file, name), f"{file.filename} has no {name}"
        assert file.attrs["file_name"] == Path(file.filename).name


def test_the_chain_of_defaults_leads_to_data_that_can_be_plotted(files):
    for file in files:
        node = file
        while node.attrs["NX_class"] != "NXdata":
            node = node[node.attrs["default"]]
        values = node[node.attrs["signal"]][()]
        assert values.size > 1
        assert np.nanmax(values) > np.nanmin(values), f"{file.filename} shows nothing"


def test_every_signal_has_axes_of_its_shape(files):
    for data in (one for file in files for one in of_class(file, "NXdata")):
        signal, axes = data[data.attrs["signal"]], list(data.attrs["axes"])
        assert len(axes) == signal.ndim, data
        for dimension, name in enumerate(axes):
            assert data[name].shape == (signal.shape[dimension],), f"{data} {name}"
            assert data.attrs[f"{name}_indices"] == dimension
            assert data[name].attrs["long_name"]
            assert (np.diff(data[name][()]) > 0).all() or (np.diff(data[name][()]) < 0).all(), f"{data} {name}"
        errors = f"{data.attrs['signal']}_errors"
        assert errors not in data or data[errors].shape == signal.shape


def test_links_name_their_target(files):
    for data in (one for file in files for one in of_class(file, "NXdata")):
        for field in (data[name] for name in data if name != "title"):
            assert data.file[field.attrs["target"]] == field


def test_numbers_have_units(files):
    for file in files:
        unitless = []

        def look(_: str, node: object, found: list[str] = unitless) -> None:
            if isinstance(node, h5py.Dataset) and node.dtype.kind in "iuf" and "units" not in node.attrs:
                found.append(node.name.rpartition("/")[2])

        file.visititems(look)
        assert set(unitless) <= MEASURES_NOTHING | COUNTS, file.filename


def test_entries_tell_their_experiment_people_and_times(files, today):
    for file in files:
        entry = file["entry"]
        proposal = entry["experiment_identifier"].asstr()[()]
        [experiment] = [one for one in EXPERIMENTS if one.proposal == proposal]
        assert entry["experiment_description"].asstr()[()] == experiment.title
        begins, ends = (datetime.fromisoformat(entry[name].asstr()[()]) for name in ("start_time", "end_time"))
        assert begins < ends
        assert experiment.starts_on(today) <= begins.date() <= experiment.ends_on(today)
        assert {one["name"].asstr()[()] for one in of_class(file, "NXuser")} == {
            person.claims["name"] for person, _ in experiment.people
        }
        assert entry["instrument/name"].asstr()[()] == experiment.instrument.name


def test_nothing_in_the_sample_was_measured_in_the_future(sample, today):
    for path in nexus(sample):
        with h5py.File(path) as file:
            assert datetime.fromisoformat(file["entry/end_time"].asstr()[()]).date() <= today


def test_silicon_lines_are_where_bragg_puts_them(sample):
    with one_file(sample, powder.CALIBRATION) as file:
        counts, angle = file["entry/data/counts"][()], file["entry/data/two_theta"][()]
    for squares in (3, 8, 11):
        expected = 2 * np.degrees(np.arcsin(powder.WAVELENGTH * np.sqrt(squares) / 2 / 5.43123))
        near = abs(angle - expected) < 0.15
        assert abs(angle[near][counts[near].argmax()] - expected) < 0.01


def test_the_sheets_of_the_battery_collapse_and_come_back(sample):
    with one_file(sample, f"{powder.OPERANDO}_sheets") as file:
        distance = file["entry/data/sheet_distance"][()]
    assert distance[0] == pytest.approx(11.15 / 2, abs=0.01)
    assert distance[len(distance) // 2] == pytest.approx(10.35 / 2, abs=0.02)
    assert distance[-1] == pytest.approx(distance[0], abs=0.02)


def test_fringes_give_the_thickness_that_made_them(sample):
    with one_file(sample, "sc4102_pem24_thickness") as file:
        humidity, found = file["entry/data/relative_humidity"][()], file["entry/data/thickness"][()]
    expected = [reflectivity.thickness(one) for one in humidity]
    assert found == pytest.approx(expected, rel=0.02)


def test_colloids_show_the_crystals_lines_only_after_a_while(sample):
    with one_file(sample, "sc5877_silica640_shearstop_0007_azimuthal") as file:
        q, intensity = file["entry/data/Q"][()], file["entry/data/I"][()]
    line = abs(q - 2 * np.pi * np.sqrt(6) / 2950) < 1.5e-4
    beside = (abs(q - 2 * np.pi * np.sqrt(6) / 2950) > 3.5e-4) & (abs(q - 2 * np.pi * np.sqrt(6) / 2950) < 6e-4)
    contrast = intensity[:, line].mean(axis=1) / intensity[:, beside].mean(axis=1)
    assert contrast[-1] > 1.8 * contrast[0]


def test_slices_show_a_denser_coating_around_the_tablet(sample):
    with one_file(sample, "in0893_tablet_c17_tomo_0001_slices") as file:
        middle = file["entry/data/absorption"][6]
    y, x = np.indices(middle.shape) - (np.array(middle.shape)[:, None, None] - 1) / 2
    radius = np.hypot(x, y)
    coating, inside, outside = (
        np.median(middle[(radius > a) & (radius < b)]) for a, b in ((89, 91), (20, 80), (100, 110))
    )
    assert coating > 1.3 * inside
    assert abs(outside) < 0.1 * inside


def test_the_stack_of_the_tomography_tells_its_images_apart(sample):
    with one_file(sample, "in0893_tablet_c17_tomo_0001") as file:
        data = file["entry/data"]
        keys, images = data["image_key"][()], data["data"]
        assert file["entry/definition"].asstr()[()] == "NXtomo"
        assert images.shape[0] == len(keys) == len(data["rotation_angle"])
        means = {key: images[int(np.flatnonzero(keys == key)[0])].mean() for key in (0, 1, 2)}
    assert means[2] < 150 < means[0] < means[1]


def test_spin_waves_end_at_their_highest_energy_and_fade_when_warm(sample):
    def top_and_above(kelvin: int, number: int) -> float:
        with one_file(sample, f"hc5511_lnno_{kelvin:03d}K_{number}_sqw") as file:
            e, q = file["entry/data/energy_transfer"][()], file["entry/data/Q"][()]
            counted = file["entry/data/intensity"][()]
        near = (q > 2) & (q < 4)
        waves = np.nanmean(counted[(e > 23) & (e < 26.5)][:, near])
        return float(waves / np.nanmean(counted[(e > 31) & (e < 34)][:, near]))

    assert top_and_above(5, 48210) > 10
    assert top_and_above(180, 48212) < 5


def test_the_water_freezes_below_its_bulk_freezing_point(sample):
    with one_file(sample, "ls3360_mcm41_d2o_cool_frozen") as file:
        kelvin, share = file["entry/data/temperature"][()], file["entry/data/frozen_share"][()]
    half = kelvin[abs(share - 0.5).argmin()]
    assert 220 <= half <= 250


def test_days_in_a_leap_year_have_an_end_of_embargo():
    last = EXPERIMENTS[0]
    leap = date(2028, 2, 26)
    assert last.ends_on(leap) == date(2028, 2, 28)
    assert last.public_at(date(2028, 2, 27)) == date(2031, 2, 28)
