"""Backups as tar files: what comes back, what counts, and what is left by a process that died or a disk that lied."""

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from tests.local_cloud.conftest import ANNA, AS_ROOT
from visa.adapters.cloud.local import archiver
from visa.adapters.cloud.local.backups import Backups
from visa.adapters.cloud.local.volumes import Volumes
from visa.domain.resources import Mark, VolumeSpec, VolumeState
from visa.errors import Busy, Refused

SPEC = VolumeSpec(Mark("bench", "volume", "w"), 5, ANNA)
MARK = Mark("bench", "backup", "w.1")


@pytest.fixture
def home(bench) -> Path:
    """The content of a volume, as the host sees it."""
    return bench.root / "volumes" / bench.cloud.create_volume(SPEC).ref / "data"


def backup(bench, state=VolumeState.AVAILABLE):
    """The backup of the volume, once it has come to this state."""
    made = bench.cloud.create_backup(bench.cloud.survey().volumes[0].ref, MARK)
    bench.wait(lambda: bench.cloud.survey().backups[0].state is state)
    assert bench.cloud.survey().backups[0].ref == made.ref
    return bench.cloud.survey().backups[0]


def delete_volume(bench):
    bench.cloud.delete_volume(bench.cloud.survey().volumes[0].ref)
    assert bench.cloud.survey().volumes == ()


def fill(bench, ref, state=VolumeState.AVAILABLE):
    bench.cloud.create_volume_from(ref, SPEC)
    bench.wait(lambda: bench.cloud.survey().volumes[0].state is state)
    return bench.cloud.survey().volumes[0]


def folder_of(bench, seen):
    return bench.root / "backups" / seen.ref


def test_everything_about_files_comes_back(bench, home):
    (home / "work").mkdir(mode=0o2770)
    (home / "work" / "fit.py").write_text("print()")
    (home / "work" / "run").symlink_to("fit.py")
    os.link(home / "work" / "fit.py", home / "work" / "same")
    os.mkfifo(home / "work" / "pipe")
    os.utime(home / "work" / "fit.py", ns=(1_234_567_890, 1_234_567_890_123_456_789))
    os.setxattr(home / "work" / "fit.py", "user.origin", b"beamline")
    (home / "größe\n-n").write_text("odd")
    with (home / "sparse").open("wb") as file:
        file.truncate(1 << 30)
        file.seek(700 << 20)
        file.write(b"peak")
    (home / "shut").mkdir(mode=0)
    (home / "private").write_text("x")
    (home / "private").chmod(0)
    if AS_ROOT:
        for path in (home / "work", home / "work" / "fit.py"):
            os.chown(path, ANNA.uid, 6200)
        (home / "work").chmod(0o2770)
    before = {path.relative_to(home): told(path) for path in [home, *home.rglob("*")]}
    ref = backup(bench).ref
    assert (bench.root / "backups" / ref / "data.tar").stat().st_size < 1 << 20, "holes take no room"
    delete_volume(bench)
    fill(bench, ref)
    assert {path.relative_to(home): told(path) for path in [home, *home.rglob("*")]} == before
    assert os.path.samefile(home / "work" / "fit.py", home / "work" / "same")
    assert os.getxattr(home / "work" / "fit.py", "user.origin") == b"beamline"
    with (home / "sparse").open("rb") as file:
        file.seek(700 << 20)
        assert file.read(4) == b"peak"
    assert (home / "sparse").stat().st_blocks * 512 < 1 << 20


def told(path):
    """All that a listing shows of a file; the times of a folder too."""
    seen = path.lstat()
    link = os.readlink(path) if path.is_symlink() else ""
    return seen.st_mode, seen.st_uid, seen.st_gid, seen.st_size, seen.st_mtime_ns, seen.st_nlink, link


def test_an_archive_that_lost_its_archiver_is_taken_up_again(bench, home, monkeypatch):
    (home / "a").write_text("thesis")
    monkeypatch.setattr(Backups, "_start_archiver", lambda *_: None)
    made = bench.cloud.create_backup(home.parent.name, MARK)
    (folder_of(bench, made) / "part").write_text("half")
    assert bench.open().survey().backups[0].state is VolumeState.CREATING
    monkeypatch.undo()
    bench.wait(lambda: bench.open().survey().backups[0].state is VolumeState.AVAILABLE)
    delete_volume(bench)
    fill(bench, made.ref)
    assert (home / "a").read_text() == "thesis"


def test_an_archiver_that_is_killed_in_the_middle_leaves_nothing_that_counts(bench, home):
    (home / "large").write_bytes(os.urandom(200 << 20))
    made = bench.cloud.create_backup(home.parent.name, MARK)
    folder = folder_of(bench, made)
    bench.wait((folder / "part").exists)
    os.kill(archiver_in(folder), signal.SIGKILL)
    assert not (folder / "digest.json").exists()
    bench.wait(lambda: bench.cloud.survey().backups[0].state is VolumeState.AVAILABLE)
    digest = json.loads((folder / "digest.json").read_text())
    assert digest["bytes"] == (folder / "data.tar").stat().st_size > 200 << 20


def archiver_in(folder):
    """The process that works in this folder."""
    for process in Path("/proc").iterdir():
        try:
            works_here = process.name.isdigit() and (process / "cwd").readlink() == folder
            if works_here and b"archiver.py" in (process / "cmdline").read_bytes():
                return int(process.name)
        except OSError:
            continue  # it has ended, or is none of ours
    raise AssertionError(f"nobody works in {folder}")


def test_filling_that_was_interrupted_is_begun_anew_and_never_looks_done(bench, home, monkeypatch):
    (home / "a").write_text("thesis")
    ref = backup(bench).ref
    delete_volume(bench)
    monkeypatch.setattr(Volumes, "_start_filling", lambda *_: None)
    volume = bench.cloud.create_volume_from(ref, SPEC)
    (home.parent / "part").mkdir()
    (home.parent / "part" / "of another try").mkdir(mode=0)
    assert volume.state is VolumeState.CREATING
    with pytest.raises(Busy) as busy:
        bench.cloud.create_server(replace(bench.spec(), volume_ref=volume.ref))
    assert busy.value.code == "volume_not_ready"
    with pytest.raises(Busy):
        bench.cloud.delete_backup(ref)
    monkeypatch.undo()
    bench.wait(lambda: bench.cloud.survey().volumes != () and home.exists())
    assert [path.name for path in home.iterdir()] == ["a"]
    bench.cloud.delete_backup(ref)


def test_a_damaged_archive_is_told_and_fills_nothing(bench, home):
    (home / "a").write_text("thesis" * 1000)
    made = backup(bench)
    delete_volume(bench)
    archive = folder_of(bench, made) / "data.tar"
    content = bytearray(archive.read_bytes())
    content[2000] ^= 1
    archive.write_bytes(content)
    seen = fill(bench, made.ref, VolumeState.ERROR)
    assert "damaged" in seen.fault
    assert not home.exists()
    with pytest.raises(Refused) as refusal:
        bench.cloud.create_server(replace(bench.spec(), volume_ref=seen.ref))
    assert refusal.value.code == "volume_error"
    bench.cloud.delete_volume(seen.ref)
    content[2000] ^= 1
    archive.write_bytes(content)
    assert fill(bench, made.ref).fault == ""
    assert (home / "a").read_text() == "thesis" * 1000


@pytest.mark.parametrize("harm", [lambda file: file.unlink(), lambda file: os.truncate(file, 100)], ids=["lost", "cut"])
def test_an_archive_that_is_not_all_there_is_not_available(bench, home, harm):
    made = backup(bench)
    harm(folder_of(bench, made) / "data.tar")
    seen = bench.cloud.survey().backups[0]
    assert (seen.state, bool(seen.fault)) == (VolumeState.ERROR, True)
    delete_volume(bench)
    with pytest.raises(Refused) as refusal:
        bench.cloud.create_volume_from(made.ref, SPEC)
    assert refusal.value.code == "broken"
    assert bench.cloud.survey().volumes == ()


def test_a_disk_that_gives_back_something_else_is_noticed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(archiver, "_digest_of", lambda _: "another")
    with pytest.raises(archiver.Failure):
        archiver.keep({"step": "keep", "command": ["echo", "content"]})
    assert not (tmp_path / "digest.json").exists()


def test_a_backup_that_cannot_be_made_says_why(bench, home):
    home.rmdir()
    seen = backup(bench, VolumeState.ERROR)
    assert "data" in seen.fault
    bench.cloud.delete_backup(seen.ref)
    assert bench.cloud.survey().backups == ()


def test_a_volume_is_left_in_peace_while_it_is_copied(bench, home, monkeypatch):
    monkeypatch.setattr(Backups, "_start_archiver", lambda *_: None)
    made = bench.cloud.create_backup(home.parent.name, MARK)
    spec = replace(bench.spec(), volume_ref=home.parent.name)
    for order in (
        lambda: bench.cloud.create_server(spec),
        lambda: bench.cloud.delete_volume(home.parent.name),
        lambda: bench.cloud.delete_backup(made.ref),
        lambda: bench.cloud.snapshot_volume(home.parent.name, Mark("bench", "snapshot", "w.2")),
        lambda: bench.cloud.create_backup(home.parent.name, Mark("bench", "backup", "w.2")),
    ):
        with pytest.raises(Busy):
            order()
    monkeypatch.undo()
    bench.wait(lambda: bench.cloud.survey().backups[0].state is VolumeState.AVAILABLE)
    bench.server(spec)
