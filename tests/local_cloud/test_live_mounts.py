"""Mounts of a running desktop are changed in place: what is lost goes at once, what is gained comes with its rights."""

import os
from pathlib import Path

import pytest

from tests.local_cloud.conftest import ANNA, AS_ROOT, started
from visa.domain.resources import Mount, MountMode, Power
from visa.errors import Refused

needs_root = pytest.mark.skipif(not AS_ROOT, reason="only root can bring a new folder into a running sandbox")


def inside(bench, ref: str, path: str) -> Path:
    """A path as the sandbox sees it."""
    return Path(f"/proc/{started(bench, ref)['init']}/root{path}")


def rights(bench, ref: str) -> dict[str, set[str]]:
    """What is mounted below /data, with the options of each mount."""
    lines = Path(f"/proc/{started(bench, ref)['init']}/mountinfo").read_text().splitlines()
    mounted = {line.split()[4]: set(line.split()[5].split(",")) for line in lines}
    return {target: options for target, options in mounted.items() if target.startswith("/data")}


def test_what_is_lost_goes_from_the_running_desktop(bench):
    server = bench.server()
    raw, processed = bench.mounts
    bench.cloud.set_mounts(server.ref, (processed,))
    assert set(rights(bench, server.ref)) == {processed.target}
    assert list(inside(bench, server.ref, raw.target).iterdir()) == []
    assert bench.seen(server.ref).mounts == (processed,)
    assert bench.seen(server.ref).desktop_ready


@needs_root
def test_what_is_gained_comes_with_its_rights(bench, tmp_path):
    server = bench.server()
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    (private / "run.nxs").write_text("data")
    os.chown(private, ANNA.uid, ANNA.gid)
    new = (
        Mount(str(private), "/data/e2/raw", MountMode.READ_ONLY),
        Mount(str(private), "/data/e2/processed", MountMode.READ_WRITE),
    )
    bench.cloud.set_mounts(server.ref, (*bench.mounts, *new))
    assert (inside(bench, server.ref, "/data/e2/raw") / "run.nxs").read_text() == "data"
    shown = rights(bench, server.ref)
    assert {"ro", "nosuid", "nodev"} <= shown["/data/e2/raw"]
    assert {"rw", "nosuid", "nodev"} <= shown["/data/e2/processed"]
    assert inside(bench, server.ref, "/data/e2").stat().st_uid == ANNA.uid


@needs_root
def test_a_right_to_write_is_taken_in_place(bench):
    server = bench.server()
    raw, processed = bench.mounts
    less = Mount(processed.source, processed.target, MountMode.READ_ONLY)
    bench.cloud.set_mounts(server.ref, (raw, less))
    assert "ro" in rights(bench, server.ref)[processed.target]


@needs_root
def test_the_sandboxs_own_root_stays_read_only(bench, tmp_path):
    server = bench.server()
    bench.cloud.set_mounts(server.ref, (Mount(str(tmp_path), "/data/e3/raw", MountMode.READ_ONLY),))
    lines = Path(f"/proc/{started(bench, server.ref)['init']}/mountinfo").read_text().splitlines()
    (root,) = [line.split()[5].split(",") for line in lines if line.split()[4] == "/"]
    assert "ro" in root


def test_asking_twice_changes_nothing(bench):
    server = bench.server()
    for _ in range(2):
        bench.cloud.set_mounts(server.ref, bench.mounts[:1])
    assert set(rights(bench, server.ref)) == {bench.mounts[0].target}


def test_what_is_missing_is_told_and_what_is_lost_goes_all_the_same(bench):
    server = bench.server()
    missing = Mount("/nowhere/at/all", "/data/e9/raw", MountMode.READ_ONLY)
    with pytest.raises(Refused) as refusal:
        bench.cloud.set_mounts(server.ref, (missing,))
    assert refusal.value.code == "no_such_folder"
    assert rights(bench, server.ref) == {}
    assert bench.seen(server.ref).mounts == ()


def test_a_stopped_desktop_starts_without_what_it_lost(bench):
    server = bench.server()
    bench.cloud.set_mounts(server.ref, bench.mounts[:1])
    bench.cloud.stop_server(server.ref)
    bench.until_power(server.ref, Power.STOPPED)
    bench.cloud.set_mounts(server.ref, ())
    bench.cloud.start_server(server.ref, bench.mounts[:1])
    bench.until(server.ref, lambda seen: seen.desktop_ready)
    assert set(rights(bench, server.ref)) == {bench.mounts[0].target}
