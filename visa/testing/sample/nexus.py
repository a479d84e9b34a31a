"""NeXus by h5py: files with one entry, its people, instrument and sample, and data that a viewer plots unasked.

Follows the NeXus base classes: @NX_class on every group, a chain of @default from the root to the data to plot,
@signal and @axes on NXdata, units on everything that has one. Knows no technique.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import ArrayLike

from visa.adapters.facility.teams import TeamRole
from visa.testing.sample.experiments import SOURCES
from visa.testing.sample.run import Run

ROLES = {
    TeamRole.PI: "principal_investigator",
    TeamRole.MEMBER: "co_investigator",
    TeamRole.COLLABORATOR: "co_investigator",
}
COMPRESS_FROM = 4096  # values; below, chunks cost more than they save


@dataclass(frozen=True)
class Scan:
    """What a file's entry says of itself. `seconds` is its length, `values` further fields of the sample with units."""

    name: str
    title: str
    begins: datetime
    ends: datetime
    sample: str
    values: Mapping[str, tuple[str | float, str]] = field(default_factory=dict)


@contextmanager
def entry(folder: Path, run: Run, scan: Scan) -> Iterator[h5py.Group]:
    """A new file `<scan.name>.nxs` with everything but the measurement, for the caller to put it in."""
    path = folder / f"{scan.name}.nxs"
    with h5py.File(path, "x") as file:
        file.attrs.update(
            NX_class="NXroot",
            default="entry",
            file_name=path.name,
            file_time=stamp(scan.ends),
            creator="visa sample",
            HDF5_Version=h5py.version.hdf5_version,
            h5py_version=h5py.version.version,
        )
        top = group(file, "entry", "NXentry")
        put(top, "title", scan.title)
        put(top, "entry_identifier", scan.name)
        put(top, "experiment_identifier", run.experiment.proposal)
        put(top, "experiment_description", run.experiment.title)
        put(top, "start_time", stamp(scan.begins))
        put(top, "end_time", stamp(scan.ends))
        put(top, "duration", int((scan.ends - scan.begins).total_seconds()), units="s")
        _people(top, run)
        _instrument(top, run)
        sample = group(top, "sample", "NXsample")
        put(sample, "name", scan.sample)
        for name, (value, units) in scan.values.items():
            put(sample, name, value, units=units)
        yield top


def _people(top: h5py.Group, run: Run) -> None:
    for number, (person, role) in enumerate(run.experiment.people, start=1):
        user = group(top, f"user_{number}", "NXuser")
        put(user, "name", person.claims["name"])
        put(user, "role", ROLES[role])
        put(user, "email", person.claims["email"])
        if "orcid" in person.claims:
            put(user, "ORCID", person.claims["orcid"])
        if person.account:
            put(user, "facility_user_id", person.account.id)


def _instrument(top: h5py.Group, run: Run) -> None:
    instrument = group(top, "instrument", "NXinstrument")
    put(instrument, "name", run.experiment.instrument.name)
    facility = SOURCES[run.experiment.instrument_id]
    source = group(instrument, "source", "NXsource")
    put(source, "name", facility.name)
    put(source, "type", facility.type)
    put(source, "probe", facility.probe)


def stamp(moment: datetime) -> str:
    """ISO 8601 as NeXus wants it."""
    return moment.isoformat(timespec="seconds")


def group(parent: h5py.Group, name: str, nx_class: str) -> h5py.Group:
    """A new group of a NeXus class."""
    made = parent.create_group(name)
    made.attrs["NX_class"] = nx_class
    return made


def put(parent: h5py.Group, name: str, value: ArrayLike, *, units: str = "", long_name: str = "") -> h5py.Dataset:
    """A new field. Large arrays are cut into one chunk an image (or into strips) and compressed without loss."""
    if isinstance(value, str):
        made = parent.create_dataset(name, data=value)
    else:
        data = np.asarray(value)
        packed = data.size >= COMPRESS_FROM
        chunks = (1, *data.shape[1:]) if data.ndim > 2 else packed
        options = {"chunks": chunks, "compression": "gzip", "compression_opts": 4, "shuffle": True} if packed else {}
        made = parent.create_dataset(name, data=data, **options)
    if units:
        made.attrs["units"] = units
    if long_name:
        made.attrs["long_name"] = long_name
    return made


def show(
    parent: h5py.Group,
    name: str,
    *,
    signal: h5py.Dataset,
    axes: Sequence[h5py.Dataset],
    title: str,
    errors: h5py.Dataset | None = None,
    logarithmic: bool = False,
) -> h5py.Group:
    """An NXdata of fields that lie elsewhere in the file, one axis a dimension, and the chain of defaults to it.

    Fields are linked, not copied; `target` names where each was first, as NeXus asks for.
    """
    data = group(parent, name, "NXdata")
    data.attrs["signal"] = _link(data, signal)
    data.attrs["axes"] = [_link(data, axis) for axis in axes]
    for dimension, axis in enumerate(axes):
        data.attrs[f"{_leaf(axis)}_indices"] = dimension
    if errors is not None:
        _link(data, errors, f"{_leaf(signal)}_errors")
    put(data, "title", title)
    data.attrs["interpretation"] = "spectrum" if len(axes) == 1 else "image"
    if logarithmic:
        data.attrs["SILX_style"] = '{"signal_scale_type": "log"}'
    node = data
    while node.name != "/":
        node.parent.attrs["default"] = _leaf(node)
        node = node.parent
    return data


def _link(data: h5py.Group, target: h5py.Dataset, name: str = "") -> str:
    name = name or _leaf(target)
    target.attrs["target"] = target.name
    data[name] = target
    return name


def _leaf(node: h5py.Group | h5py.Dataset) -> str:
    return str(node.name).rpartition("/")[2]


def process(top: h5py.Group, *, program: str, note: str, source: str) -> h5py.Group:
    """An NXprocess: which program made the result, from which file, how."""
    made = group(top, "process", "NXprocess")
    put(made, "program", program)
    put(made, "version", "1.0")
    described = group(made, "note", "NXnote")
    put(described, "description", note)
    put(described, "file_name", source)
    return made
