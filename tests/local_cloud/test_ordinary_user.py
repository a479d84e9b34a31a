"""The cloud of an account without any rights: how somebody tries the platform on their own computer."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
USER = 6500
_SCRIPT = """
import json, sys, time
from pathlib import Path
from visa.adapters.cloud.local import LocalCloud, LocalImage
from visa.domain.resources import *
from visa.testing.clock import FrozenClock
root = Path(sys.argv[1])
raw = root / "raw"
raw.mkdir()
inside = "id -u; id -un; touch /data/e1/raw/x; mkdir -p shut && chmod 0 shut; cat /proc/net/route | wc -l; ls /home"
session = ("sh", "-c", f"({inside}) >out 2>&1; echo done >status; exec sleep infinity")
cloud = LocalCloud(root / "cloud", "mine", {"probe": LocalImage(session)}, FrozenClock(), grace_s=1)
anna = Account("anna", 6101, 6101, (6200,))
volume = cloud.create_volume(VolumeSpec(Mark("mine", "volume", "1"), 1, anna)).ref
mounts = (Mount(str(raw), "/data/e1/raw", MountMode.READ_ONLY),)
spec = ServerSpec(Mark("mine", "server", "1"), "x", "probe", 1, 256, volume, anna, mounts, "us")
ref = cloud.create_server(spec).ref

def wait(holds):
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, (cloud.survey(), (root / "cloud/servers" / ref / "log").read_text())
        time.sleep(0.02)

home = root / "cloud" / "volumes" / volume / "data"
wait(lambda: cloud.survey().servers[0].desktop_ready and (home / "status").exists())
cloud.set_mounts(ref, ())
info = json.loads((root / "cloud/servers" / ref / "info.json").read_text())
assert "/data/e1" not in Path(f"/proc/{info['child-pid']}/mountinfo").read_text(), "a lost mount is still there"
cloud.stop_server(ref)
wait(lambda: cloud.survey().servers[0].power is Power.STOPPED)
out = (home / "out").read_text().splitlines()
cloud.delete_server(ref)
wait(lambda: not cloud.survey().servers)
snapshot = cloud.snapshot_volume(volume, Mark("mine", "snapshot", "1")).ref
wait(lambda: cloud.survey().snapshots[0].state is VolumeState.AVAILABLE)
cloud.delete_snapshot(snapshot)
backup = cloud.create_backup(volume, Mark("mine", "backup", "1.2")).ref
wait(lambda: cloud.survey().backups[0].state is VolumeState.AVAILABLE)
cloud.delete_volume(volume)
volume = cloud.create_volume_from(backup, VolumeSpec(Mark("mine", "volume", "1"), 1, anna)).ref
wait(lambda: cloud.survey().volumes[0].state is VolumeState.AVAILABLE)
assert (home / "out").read_text().splitlines() == out, "what comes back is what was kept"
assert (home / "shut").stat().st_mode & 0o777 == 0
cloud.delete_backup(backup)
cloud.delete_volume(volume)
wait(lambda: not cloud.survey().volumes and not list((root / "cloud" / "bin").iterdir()))
print(json.dumps({"out": out, "memory": cloud.enforcement().memory, "note": cloud.enforcement().note}))
"""


def interpreter(as_user: list[str], environment: dict[str, str]) -> str:
    """A Python that this account may run: the one of the tests may lie in somebody's home."""
    for python in (sys.executable, "/usr/bin/python3"):
        # Twice, because setpriv still has root's way to a Python when it starts one.
        again = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]], check=True)"
        try_import = [*as_user, python, "-c", again, "import visa.adapters.cloud.local"]
        if subprocess.run(try_import, env=environment, cwd="/", capture_output=True, check=False).returncode == 0:
            return python
    pytest.skip("no Python here that an ordinary account may run with these packages")


def test_an_ordinary_user_runs_desktops_with_the_same_walls():
    packages = os.pathsep.join([str(REPOSITORY), *filter(None, sys.path)])
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": packages}
    as_user: list[str] = []
    if os.geteuid() == 0:
        as_user = ["setpriv", "--reuid", str(USER), "--regid", str(USER), "--clear-groups"]
    python = interpreter(as_user, environment)
    root = Path(tempfile.mkdtemp(prefix="visa-user-"))
    try:
        if as_user:
            os.chown(root, USER, USER)
        done = subprocess.run(
            [*as_user, python, "-c", _SCRIPT, str(root)],
            env=environment,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    finally:
        shutil.rmtree(root, ignore_errors=True)
    told = json.loads(done.stdout)
    assert told["out"][:2] == ["6101", "anna"]
    assert "Read-only file system" in told["out"][2]
    assert told["out"][3:] == ["1", "anna"]
    assert told["memory"] or "do not hold" in told["note"]
