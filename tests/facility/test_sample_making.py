"""Making the sample: the same each time, whole or not at all, and never at the cost of what is there."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from visa.adapters.facility.file import FileFacility
from visa.cli.main import cli
from visa.errors import Conflict
from visa.testing.sample import reflectivity, storage
from visa.testing.sample.experiments import EXPERIMENTS
from visa.testing.sample.make import RECORD, make_sample
from visa.testing.sample.people import DATA_OWNER
from visa.testing.sample.run import Run

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to others")
OPEN, CLOSED = "visitor/sc4102/heron/20221015", "visitor/ma6120/kestrel/20261122"


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def copy(sample: Path, tmp_path: Path) -> Path:
    """The sample, to be spoilt."""
    return shutil.copytree(sample, tmp_path / "copy")


def test_the_same_day_and_seed_give_the_same_bytes(sample, tmp_path, today):
    make_sample(tmp_path / "again", today=today, seed=7)
    assert digests(tmp_path / "again") == digests(sample)


def test_another_seed_gives_other_counts(tmp_path):
    for seed in (7, 8):
        (tmp_path / str(seed)).mkdir()
        run = Run(EXPERIMENTS[2], datetime(2026, 1, 1, tzinfo=UTC), np.random.default_rng(seed))
        reflectivity.raw(tmp_path / str(seed), run)
    first, second = (digests(tmp_path / seed) for seed in "78")
    assert first.keys() == second.keys()
    assert not set(first.values()) & set(second.values())


def test_a_second_call_changes_nothing_even_on_another_day(copy, today):
    results = copy / "data" / CLOSED / "PROCESSED_DATA"
    (results / "my_fit.txt").write_text("chi2 = 1.02")
    next(results.glob("*.nxs")).unlink()
    (copy / "teams.csv").write_text("edited by hand\n")
    before = digests(copy)
    made = make_sample(copy, today=date(2027, 5, 5), seed=99)
    assert digests(copy) == before
    assert (made.today, made.seed, made.written) == (today, 7, ())
    assert len(made.kept) == 12 + 4


def test_missing_folders_and_files_are_made_as_they_were(copy, sample):
    shutil.rmtree(copy / "data" / OPEN / "RAW_DATA")
    shutil.rmtree(copy / "data" / OPEN / "PROCESSED_DATA")
    (copy / "people.csv").unlink()
    made = make_sample(copy, today=date(2027, 5, 5), seed=99)
    assert made.written == (f"data/{OPEN}/RAW_DATA", f"data/{OPEN}/PROCESSED_DATA", "people.csv")
    assert digests(copy) == digests(sample)


def test_what_a_run_that_was_cut_off_left_is_cleared_away(copy, sample):
    raw = copy / "data" / OPEN / "RAW_DATA"
    raw.rename(raw.with_name("RAW_DATA.unfinished"))
    next(raw.with_name("RAW_DATA.unfinished").glob("*.nxs")).write_text("half")
    make_sample(copy, today=date(2027, 5, 5), seed=99)
    assert digests(copy) == digests(sample)


def test_a_failure_leaves_no_half_folder_behind(tmp_path, today, monkeypatch):
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(reflectivity, "_write_scan", fail)
    with pytest.raises(OSError, match="No space"):
        make_sample(tmp_path / "s", today=today, seed=7)
    assert not (tmp_path / "s/data" / OPEN / "RAW_DATA").exists()
    assert (tmp_path / "s/data" / CLOSED / "RAW_DATA").exists()
    assert not (tmp_path / "s/facility.yaml").exists()


def test_a_folder_that_holds_something_else_is_refused_untouched(tmp_path, today):
    (tmp_path / "thesis.tex").write_text("dear")
    with pytest.raises(Conflict, match="not empty"):
        make_sample(tmp_path, today=today, seed=7)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_two_calls_at_once_do_not_meet(copy, today):
    holder = os.open(copy, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    with pytest.raises(Conflict, match="already"):
        make_sample(copy, today=today, seed=7)
    os.close(holder)


def test_without_root_everything_has_plain_modes(tmp_path, monkeypatch):
    (tmp_path / "raw").mkdir(mode=0o700)
    (tmp_path / "raw/a.nxs").touch(mode=0o600)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    before = (tmp_path / "raw/a.nxs").stat().st_uid
    storage.give(tmp_path / "raw", storage.RAW_CLOSED, gid=31001)
    after = (tmp_path / "raw/a.nxs").stat()
    assert ((tmp_path / "raw").stat().st_mode & 0o7777, after.st_mode & 0o7777, after.st_uid) == (0o755, 0o644, before)


@needs_root
@pytest.mark.parametrize(
    ("place", "folder", "gid", "folder_mode", "file_mode"),
    [
        (CLOSED, "RAW_DATA", 31001, 0o750, 0o640),
        (CLOSED, "PROCESSED_DATA", 31001, 0o2770, 0o660),
        (OPEN, "RAW_DATA", 31003, 0o755, 0o644),
        (OPEN, "PROCESSED_DATA", 31003, 0o2775, 0o664),
    ],
)  # fmt: skip
def test_root_gives_data_the_owners_and_modes_of_a_facility(sample, place, folder, gid, folder_mode, file_mode):
    top = sample / "data" / place / folder
    for path in (top, *top.rglob("*")):
        seen = path.stat()
        assert (seen.st_uid, seen.st_gid) == (DATA_OWNER, gid)
        assert seen.st_mode & 0o7777 == (folder_mode if path.is_dir() else file_mode), path


def succeeds(command: list[str], uid: int, *gids: int) -> bool:
    done = subprocess.run(command, user=uid, group=uid, extra_groups=gids, capture_output=True, check=False)
    return done.returncode == 0


@needs_root
def test_a_member_reads_raw_and_writes_processed_and_a_stranger_neither(sample):
    raw, processed = (sample / "data" / CLOSED / name for name in ("RAW_DATA", "PROCESSED_DATA"))
    member, stranger = (21001, 31001), (21003, 31002, 31003)
    assert succeeds(["cat", f"{raw}/README.txt"], *member)
    assert not succeeds(["touch", f"{raw}/new"], *member)
    assert succeeds(["touch", f"{processed}/new"], *member)
    assert (processed / "new").stat().st_gid == 31001
    (processed / "new").unlink()
    assert not succeeds(["ls", str(raw)], *stranger)
    assert not succeeds(["ls", str(processed)], *stranger)


@needs_root
def test_everybody_reads_open_data_and_nobody_else_writes_it(sample):
    folder = sample / "data" / OPEN
    assert succeeds(["cat", f"{folder}/RAW_DATA/README.txt"], 200000)
    assert succeeds(["ls", f"{folder}/PROCESSED_DATA"], 200000)
    assert not succeeds(["touch", f"{folder}/PROCESSED_DATA/new"], 200000)


def test_the_command_makes_it_and_says_who_and_what(copy, tmp_path):
    people = tmp_path / "people.json"
    result = CliRunner().invoke(cli, ["sample", str(copy), "--people-file", str(people)])
    assert result.exit_code == 0, result.output
    assert "山田 葵 (Aoi Yamada)" in result.output
    assert "in0893  2026-05-07 – 2026-05-07  proprietary" in result.output
    assert "0 parts written, 16 were there already" in result.output
    assert '"preferred_username": "okonkwo"' in people.read_text()


def test_the_command_refuses_a_full_folder_in_one_line(tmp_path):
    (tmp_path / "x").touch()
    result = CliRunner().invoke(cli, ["sample", str(tmp_path)])
    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert "not empty" in result.output


def test_a_new_folder_is_a_facility_at_once(sample):
    assert (sample / RECORD).exists()
    assert len(FileFacility(sample).read().experiments) == 6
