"""A person who prepares their own files so that we, who may do more, do it to somebody else."""

import os
from dataclasses import replace

import pytest

from visa.adapters.cloud.local.remount import Change, _enter
from visa.adapters.cloud.local.sources import check_sources
from visa.domain.resources import Account, Mark, Mount, MountMode, VolumeState
from visa.errors import Refused

ANNA = Account("anna", 6101, 6101)


def test_a_folder_that_becomes_a_link_while_it_is_copied_shows_nothing_of_others(bench, tmp_path):
    """The names in a folder are read first and opened later, by their whole paths."""
    secrets = tmp_path / "others"
    secrets.mkdir()
    (secrets / "second").write_text("of somebody else")
    volume = bench.volume()
    work = bench.root / "volumes" / volume / "data" / "work"
    work.mkdir()
    (work / "first").write_bytes(os.urandom(1 << 20) * 400)
    (work / "second").write_text("mine")
    made = bench.cloud.snapshot_volume(volume, Mark("bench", "snapshot", "1"))
    copy = bench.root / "snapshots" / made.ref
    bench.wait((copy / "part" / "work" / "first").exists)
    work.rename(work.with_name("away"))
    work.symlink_to(secrets)
    bench.wait(lambda: bench.cloud.survey().snapshots[0].state is not VolumeState.CREATING)
    found = copy / "data" / "work"
    assert found.is_symlink() or (found / "second").read_text() == "mine"


def test_a_mount_is_not_led_elsewhere_by_a_link_that_the_person_made(tmp_path):
    (tmp_path / "host").mkdir()
    link = tmp_path / "processed"
    link.symlink_to(tmp_path / "host")
    mounts = (Mount(str(link / "."), "/data/e1/processed", MountMode.READ_WRITE),)
    check_sources(mounts, ANNA)  # ours: facilities link their folders together
    if os.geteuid() == 0:
        os.chown(link, ANNA.uid, ANNA.gid, follow_symlinks=False)
    mine = ANNA if os.geteuid() == 0 else replace(ANNA, uid=os.geteuid())
    if os.geteuid() == 0:
        with pytest.raises(Refused) as refused:
            check_sources(mounts, mine)
        assert refused.value.code == "foreign_link"
    check_sources(mounts, replace(mine, uid=6102))


def test_what_a_sandbox_said_is_told_without_what_a_database_refuses(bench):
    server = bench.server()
    with (bench.root / "servers" / server.ref / "log").open("ab") as log:
        log.write(b"a\0b\x1b[31mc\td\n")
    assert bench.cloud.console(server.ref).endswith("a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[31mc\td\n")


def test_nothing_is_mounted_in_a_process_that_took_over_the_number_of_the_sandboxs_first():
    """It would change the host's own folders."""
    with pytest.raises(OSError, match="has ended"):
        _enter(Change(os.getpid(), 1, ("/data/e1/raw",), (), ANNA))


def test_the_machines_records_hold_no_secret(bench):
    spec = replace(bench.spec(), desktop_password="hunter2hunter2", guest_token="token-of-this-machine")
    ref = bench.cloud.create_server(spec).ref
    for record in (bench.root / "servers" / ref).glob("*.json"):
        text = record.read_text()
        assert "hunter2" not in text
        assert "token-of" not in text
