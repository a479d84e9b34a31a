"""Writing the sample facility: data first, then the files that tell of them, each whole or not at all.

A folder is written beside its place and renamed into it, so that a run that was cut off leaves nothing half. What is
there is never touched: a second call only adds folders and files that are missing, for the day and the seed of the
first, which it finds in `sample.json`.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

import numpy as np

from visa.errors import Conflict
from visa.testing.sample import freezing, powder, reflectivity, scattering, spectrometer, storage, tables, tomography
from visa.testing.sample.experiments import EXPERIMENTS, SampleExperiment
from visa.testing.sample.readme import readme
from visa.testing.sample.run import Run

RECORD = "sample.json"
UNFINISHED = ".unfinished"


@dataclass(frozen=True)
class Technique:
    """How an experiment's raw files are written, and its results made from them."""

    raw: Callable[[Path, Run], None]
    processed: Callable[[Path, Path, Run], None]


TECHNIQUES: Mapping[str, Technique] = MappingProxyType(
    {
        "ma6120": Technique(powder.raw, powder.processed),
        "sc5877": Technique(scattering.raw, scattering.processed),
        "sc4102": Technique(reflectivity.raw, reflectivity.processed),
        "in0893": Technique(tomography.raw, tomography.processed),
        "hc5511": Technique(spectrometer.raw, spectrometer.processed),
        "ls3360": Technique(freezing.raw, freezing.processed),
    }
)


@dataclass(frozen=True)
class Made:
    """What one call did: paths below the target, and the day and seed in force."""

    today: date
    seed: int
    written: tuple[str, ...]
    kept: tuple[str, ...]


def make_sample(target: Path, *, today: date, seed: int, tell: Callable[[str], None] = lambda _: None) -> Made:
    """Make the sample facility in `target`, or add what is missing there.

    The same day and seed give the same bytes. `tell` hears one line a step. Raises `Conflict` when `target` holds
    anything that is no sample, or while another call is at work there, and changes nothing then.
    """
    target.mkdir(parents=True, exist_ok=True)
    with _alone(target):
        today, seed = _record(target, today, seed)
        written: list[str] = []
        kept: list[str] = []
        for experiment in EXPERIMENTS:
            for folder, made in _data(target / tables.DATA, experiment, today, seed):
                (written if made else kept).append(str(folder.relative_to(target)))
                tell(f"{experiment.id}: {folder.name}: {_size(folder) if made else 'is there'}")
        for name, content in tables.FILES.items():
            made = _write_file(target / name, content(today))
            (written if made else kept).append(name)
            tell(f"{name}: {'written' if made else 'is there'}")
    return Made(today, seed, tuple(written), tuple(kept))


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    folder = os.open(target, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise Conflict(f"the sample in {target} is being made already") from error
    finally:
        os.close(folder)


def _record(target: Path, today: date, seed: int) -> tuple[date, int]:
    """The day and seed of the first call; this call's, noted, when it is the first."""
    record = target / RECORD
    if record.exists():
        noted = json.loads(record.read_text())
        return date.fromisoformat(noted["today"]), int(noted["seed"])
    if any(not one.name.endswith(UNFINISHED) for one in target.iterdir()):
        raise Conflict(f"{target} is not empty and holds no sample: choose another folder")
    _write_file(record, json.dumps({"today": today.isoformat(), "seed": seed}) + "\n")
    return today, seed


def _data(root: Path, experiment: SampleExperiment, today: date, seed: int) -> Iterator[tuple[Path, bool]]:
    """Both folders of one experiment, and whether each was made now."""
    place = root / experiment.folder(today)
    _way_to(place, root)
    technique, is_open = TECHNIQUES[experiment.id], experiment.is_open(today)
    raw, processed = place / tables.RAW, place / tables.PROCESSED

    def run(part: int) -> Run:
        return Run(experiment, experiment.first_shot(today), np.random.default_rng([seed, experiment.number, part]))

    def write_raw(folder: Path) -> None:
        (folder / "README.txt").write_text(readme(experiment, today))
        technique.raw(folder, run(0))
        storage.give(folder, storage.RAW_OPEN if is_open else storage.RAW_CLOSED, gid=experiment.gid)

    def write_processed(folder: Path) -> None:
        technique.processed(folder, raw, run(1))
        storage.give(folder, storage.PROCESSED_OPEN if is_open else storage.PROCESSED_CLOSED, gid=experiment.gid)

    yield raw, _write_folder(raw, write_raw)
    yield processed, _write_folder(processed, write_processed)


def _way_to(place: Path, root: Path) -> None:
    """The folders down to `place`, which everybody may walk through whatever the caller's umask is."""
    place.mkdir(parents=True, exist_ok=True)
    for folder in (root, *(root / part for part in place.relative_to(root).parents), place):
        folder.chmod(storage.PLAIN_FOLDER)


def _write_folder(folder: Path, write: Callable[[Path], None]) -> bool:
    """Whether the folder was made; one that is there is left alone, whatever is in it."""
    if folder.exists():
        return False
    part = folder.with_name(folder.name + UNFINISHED)
    if part.exists():
        shutil.rmtree(part)
    part.mkdir(mode=0o700)  # closed while it is written
    write(part)
    part.rename(folder)
    return True


def _write_file(file: Path, content: str) -> bool:
    if file.exists():
        return False
    part = file.with_name(file.name + UNFINISHED)
    part.write_text(content)
    part.chmod(storage.PLAIN_FILE)
    part.rename(file)
    return True


def _size(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return f"{len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.1f} MB"
