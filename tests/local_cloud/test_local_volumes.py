"""Volumes and snapshots as folders: what is copied, who owns it, what a crash leaves."""

import os
import time
from dataclasses import replace

import pytest

from visa.adapters.cloud.local import files
from visa.adapters.cloud.local.servers import Servers
from visa.adapters.cloud.local.snapshots import Snapshots
from visa.domain.resources import Mark, Power, VolumeState
from visa.errors import Busy, Fault, Refused
from visa.testing.faults import Crash

MARK = Mark("bench", "snapshot", "1")


def snapshot(bench, ref):
    return next(seen for seen in bench.cloud.survey().snapshots if seen.ref == ref)


def test_a_snapshot_is_an_exact_copy(bench):
    volume = bench.volume()
    data = bench.root / "volumes" / volume / "data"
    (data / "work").mkdir()
    (data / "work" / "fit.py").write_text("print()")
    (data / "work" / "run").symlink_to("fit.py")
    (data / "private").write_text("x")
    (data / "private").chmod(0)
    made = bench.cloud.snapshot_volume(volume, MARK)
    bench.wait(lambda: snapshot(bench, made.ref).state is VolumeState.AVAILABLE)
    copy = bench.root / "snapshots" / made.ref / "data"
    assert (copy / "work" / "run").read_text() == "print()"
    assert (copy / "work" / "run").is_symlink()
    assert (copy / "private").stat().st_mode & 0o777 == 0
    assert copy.stat().st_uid == data.stat().st_uid


def test_a_copy_that_lost_its_copier_is_taken_up_again(bench, monkeypatch):
    volume = bench.volume()
    monkeypatch.setattr(Snapshots, "_start_copier", lambda *_: None)
    made = bench.cloud.snapshot_volume(volume, MARK)
    assert snapshot(bench, made.ref).state is VolumeState.CREATING
    monkeypatch.undo()
    bench.wait(lambda: snapshot(bench, made.ref).state is VolumeState.AVAILABLE)


def test_a_copy_that_fails_is_shown_as_an_error(bench, monkeypatch):
    volume = bench.volume()
    monkeypatch.setattr("visa.adapters.cloud.local.snapshots._COPY_TRIES", 1)
    (bench.root / "volumes" / volume / "data").rmdir()
    made = bench.cloud.snapshot_volume(volume, MARK)
    bench.wait(lambda: snapshot(bench, made.ref).state is VolumeState.ERROR)


def test_a_volume_is_not_deleted_while_it_is_copied(bench, monkeypatch):
    volume = bench.volume()
    monkeypatch.setattr(Snapshots, "_start_copier", lambda *_: None)
    bench.cloud.snapshot_volume(volume, MARK)
    with pytest.raises(Refused) as refusal:
        bench.cloud.delete_volume(volume)
    assert refusal.value.code == "has_snapshots"
    assert len(bench.cloud.survey().volumes) == 1


def test_how_full_a_volume_is_becomes_known(bench):
    volume = bench.volume()
    (bench.root / "volumes" / volume / "data" / "big").write_bytes(os.urandom(3 << 20))

    def used():
        (seen,) = bench.cloud.survey().volumes
        return seen.used_bytes

    bench.wait(lambda: used() is not None)
    assert 3 << 20 <= used() < 4 << 20


def test_a_damaged_record_is_an_error_and_not_an_absence(bench):
    volume = bench.volume()
    record = bench.root / "volumes" / volume / "mark.json"
    text = record.read_text()
    record.write_text(text[:20])
    with pytest.raises(Fault) as fault:
        bench.cloud.survey()
    assert volume in fault.value.detail
    record.write_text(text)
    assert [seen.ref for seen in bench.cloud.survey().volumes] == [volume]


def test_half_made_folders_of_a_crash_are_never_seen_and_are_removed(bench, monkeypatch):
    def die(folder):
        (folder / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        files.appear(bench.root / "bin", bench.root / "volumes" / "v-x", die)
    assert bench.cloud.survey().volumes == ()
    (left,) = (bench.root / "bin").iterdir()
    assert files.abandoned(bench.root / "bin") == []  # it is too young to tell it from one that is being made
    old = time.time() - 60
    os.utime(left, (old, old))
    bench.wait(lambda: bench.cloud.survey().volumes == () and not left.exists())


def test_what_is_being_made_is_not_taken_for_garbage(tmp_path):
    making = tmp_path / "bin"
    making.mkdir()
    seen = []

    def fill(folder):
        os.utime(folder, (0, 0))
        seen.append(files.abandoned(making))

    assert files.appear(making, tmp_path / "made", fill)
    assert seen == [[]]


def test_a_folder_appears_once(tmp_path):
    making = tmp_path / "bin"
    making.mkdir()
    assert files.appear(making, tmp_path / "made", lambda folder: (folder / "a").touch())
    assert not files.appear(making, tmp_path / "made", lambda folder: (folder / "b").touch())
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["a"]


def test_a_lock_that_was_thrown_away_with_its_folder_is_not_taken_for_the_new_one(tmp_path):
    folder = tmp_path / "thing"
    folder.mkdir()
    with files.locked(folder):
        with pytest.raises(Busy), files.locked(folder, wait_s=0):
            pass
        folder.rename(tmp_path / "old")
        folder.mkdir()
        with files.locked(folder, wait_s=0):
            pass
    with pytest.raises(FileNotFoundError), files.locked(tmp_path / "never"):
        pass


def test_what_the_person_wrote_survives_the_machine(bench):
    spec = bench.run("echo precious >data.txt")
    bench.wait((bench.home(spec) / "status").exists)
    (server,) = bench.cloud.survey().servers
    bench.cloud.delete_server(server.ref)
    bench.wait(lambda: bench.cloud.survey().servers == ())
    (bench.home(spec) / "status").unlink()
    again = bench.run("cat data.txt")
    bench.wait((bench.home(again) / "status").exists)
    bench.clear()
    bench.images["reader"] = bench.images[again.image]
    reader = replace(spec, mark=Mark("bench", "server", "again"), image="reader")
    bench.cloud.create_server(reader)
    bench.wait((bench.home(reader) / "status").exists)
    assert (bench.home(reader) / "out").read_text() == "precious\n"


def test_a_claim_of_a_server_that_was_never_made_does_not_hold_the_volume(bench, monkeypatch):
    first = bench.spec()

    def die(*_):
        raise Crash

    monkeypatch.setattr(Servers, "make", die)
    with pytest.raises(Crash):
        bench.cloud.create_server(first)
    monkeypatch.undo()
    second = replace(bench.spec(), volume_ref=first.volume_ref)
    bench.server(second)
    with pytest.raises(Refused):
        bench.cloud.create_server(first)


def test_a_machine_whose_workspace_was_taken_never_starts_again(bench):
    server = bench.server()
    bench.cloud.stop_server(server.ref)
    bench.until_power(server.ref, Power.STOPPED)
    bench.cloud.detach_volume(server.ref, server.volume_refs[0])
    for order in (bench.cloud.start_server, bench.cloud.reboot_server):
        with pytest.raises(Refused) as refusal:
            order(server.ref, bench.mounts)
        assert refusal.value.code == "no_volume"
