"""Desktops outlive whoever started them, and no death at any step leaves two of them or one that nobody sees."""

import json
import os
import pkgutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from visa.adapters.cloud.local import launch
from visa.adapters.cloud.local.processes import Process, runs, stat_of
from visa.domain.resources import Power
from visa.testing.faults import Crash

_OTHER_PROCESS = """
import sys, time
from pathlib import Path
from pydantic import TypeAdapter
from visa.adapters.cloud.local import LocalCloud, LocalImage
from visa.domain.resources import ServerSpec
from visa.testing.clock import FrozenClock
root, spec, start_at = sys.argv[1:]
images = {"plain": LocalImage(("sleep", "infinity"), geometry="320x200")}
cloud = LocalCloud(Path(root), "bench", images, FrozenClock(), grace_s=2)
time.sleep(max(0, float(start_at) - time.time()))
print(cloud.create_server(TypeAdapter(ServerSpec).validate_json(spec)).ref, flush=True)
sys.stdin.read()
"""


def other_process(bench, spec, *, start_at=0.0):
    from pydantic import TypeAdapter

    text = TypeAdapter(type(spec)).dump_json(spec).decode()
    return subprocess.Popen(
        [sys.executable, "-c", _OTHER_PROCESS, str(bench.root), text, str(start_at)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def sandboxes(bench):
    """Pids of the first processes of all sandboxes that write to a log below this test's root."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            is_init = words[:2] == [b"/bin/bash", b"/etc/visa/init.sh"]
            if is_init and (folder / "fd" / "1").readlink().is_relative_to(bench.root):
                found[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    return {pid for pid, parent in found.items() if parent not in found}  # a fork of one looks like it until it execs


def test_a_desktop_survives_sigkill_of_its_starter(bench, pids):
    starter = other_process(bench, bench.spec())
    ref = starter.stdout.readline().strip()
    starter.kill()
    starter.communicate()
    seen = bench.until(ref, lambda seen: seen.desktop_ready)
    init = pids(bench, ref)["init"]
    assert stat_of(init) is not None
    assert seen.power is Power.ACTIVE
    assert bench.open().survey().servers == (seen,)


def test_a_starter_killed_at_any_moment_leaves_one_visible_server_or_none(bench):
    """Killed after 0, 5, 10 … ms: before, within and after every step of making and starting a server."""
    for delay_ms in range(0, 60, 5):
        spec = bench.spec()
        moment = time.time() + 0.5
        starter = other_process(bench, spec, start_at=moment)
        time.sleep(max(0.0, moment + delay_ms / 1000 - time.time()))
        starter.kill()
        starter.communicate()
        ref = bench.cloud.create_server(spec).ref  # what the next scheduler does
        bench.until(ref, lambda seen: seen.desktop_ready)
        assert [seen.ref for seen in bench.cloud.survey().servers] == [ref]
        assert len(sandboxes(bench)) == 1
        bench.clear()
        assert sandboxes(bench) == set()


def test_two_processes_creating_the_same_mark_make_one_sandbox(bench, pids):
    for _ in range(3):
        spec = bench.spec()
        moment = time.time() + 1.5
        starters = [other_process(bench, spec, start_at=moment) for _ in range(3)]
        refs = {starter.stdout.readline().strip() for starter in starters}
        for starter in starters:
            starter.communicate("")
        assert len(refs) == 1
        (ref,) = refs
        bench.until(ref, lambda seen: seen.desktop_ready)
        assert sandboxes(bench) == {pids(bench, ref)["init"]}
        bench.clear()


@pytest.mark.parametrize("step", ["server.Server.write_order", "boots.House.check", "servers.boot"])
def test_a_crash_between_the_steps_of_creating_is_carried_on_by_the_next_look(bench, monkeypatch, step):
    spec = bench.spec()
    place = f"visa.adapters.cloud.local.{step}"
    real = pkgutil.resolve_name(place)
    calls = []

    def die(*args, **kwargs):
        if not calls:
            calls.append(1)
            raise Crash
        return real(*args, **kwargs)

    monkeypatch.setattr(place, die)
    with pytest.raises(Crash):
        bench.cloud.create_server(spec)
    shown = bench.cloud.survey().servers
    assert [seen.mark for seen in shown] in ([], [spec.mark])
    ref = shown[0].ref if shown else bench.cloud.create_server(spec).ref
    bench.until(ref, lambda seen: seen.desktop_ready)


def test_a_launcher_that_dies_before_it_is_known_is_replaced(bench, monkeypatch):
    monkeypatch.setattr(launch, "start", lambda *_: None)
    ref = bench.cloud.create_server(bench.spec()).ref
    assert bench.seen(ref).power is Power.BUILDING
    monkeypatch.undo()
    bench.until(ref, lambda seen: seen.desktop_ready)


def test_a_pid_that_another_process_has_now_is_not_taken_for_the_sandbox(bench, pids):
    ref = bench.server().ref
    record = bench.root / "servers" / ref / "pid.json"
    found = pids(bench, ref)
    bench.cloud.stop_server(ref)
    bench.until_power(ref, Power.STOPPED)
    started = json.loads(record.read_text())
    # This very test process gets the pid of the sandbox, as far as the record can tell.
    started["stat"] = started["stat"].replace(str(found["outer"]), str(os.getpid()), 1)
    record.write_text(json.dumps(started))
    assert bench.seen(ref).power is Power.STOPPED
    bench.cloud.delete_server(ref)  # would have killed this test
    assert bench.seen(ref) is None


def test_after_a_restart_of_the_machine_all_is_stopped_and_nothing_is_signalled(bench):
    ref = bench.server().ref
    folder = bench.root / "servers" / ref
    started = json.loads((folder / "pid.json").read_text())
    (folder / "pid.json").write_text(json.dumps({**started, "boot_id": "an earlier one"}))
    assert bench.seen(ref).power is Power.STOPPED
    (folder / "pid.json").write_text(json.dumps(started))  # so that the sandbox can be found and ended


def test_a_sandbox_whose_outer_process_is_killed_is_still_known_and_still_ended(bench, pids):
    ref = bench.server().ref
    found = pids(bench, ref)
    os.kill(found["outer"], signal.SIGKILL)
    bench.wait(lambda: stat_of(found["outer"]) is None)
    assert stat_of(found["init"]) is not None
    assert bench.seen(ref).power is Power.ACTIVE
    bench.cloud.delete_server(ref)
    bench.wait(lambda: stat_of(found["init"]) is None)
    assert bench.seen(ref) is None


def test_nothing_is_left_after_a_server_is_deleted(bench, pids):
    ref = bench.server().ref
    found = pids(bench, ref)
    groups = json.loads((bench.root / "servers" / ref / "groups.json").read_text())
    bench.cloud.delete_server(ref)
    assert not (bench.root / "servers" / ref).exists()
    bench.wait(lambda: all(stat_of(pid) is None for pid in found.values()))
    assert not any(Path(group).exists() for group in groups)


def test_what_was_thrown_away_is_removed_in_the_background(bench):
    volume = bench.volume()
    data = bench.root / "volumes" / volume / "data"
    (data / "locked").mkdir()
    (data / "locked" / "file").touch()
    (data / "locked").chmod(0)
    bench.cloud.delete_volume(volume)
    assert bench.cloud.survey().volumes == ()

    def emptied():
        bench.cloud.survey()
        return not list((bench.root / "bin").iterdir())

    bench.wait(emptied)


def test_a_program_that_will_not_end_is_ended_after_the_grace(bench):
    spec = bench.run("trap '' TERM; echo up >up; while :; do sleep 1; done")
    bench.wait((bench.home(spec) / "up").exists)
    (seen,) = bench.cloud.survey().servers
    asked_at = time.monotonic()
    bench.cloud.stop_server(seen.ref)
    assert time.monotonic() - asked_at < 1
    bench.until_power(seen.ref, Power.STOPPED)
    assert bench.grace_s - 0.5 < time.monotonic() - asked_at < bench.grace_s + 4


def test_a_sandbox_that_ignores_its_own_end_is_ended_from_outside(bench, pids):
    """The person may stop or trace the sandbox's first process; the deadline holds all the same."""
    ref = bench.server().ref
    init = pids(bench, ref)["init"]
    os.kill(init, signal.SIGSTOP)
    bench.cloud.stop_server(ref)
    assert bench.seen(ref).power is Power.STOPPING
    bench.until_power(ref, Power.STOPPED)
    assert stat_of(init) is None


def test_programs_get_the_time_to_save_their_work(bench):
    spec = bench.run("trap 'sleep 0.5; echo saved >saved; exit' TERM; echo up >up; while :; do sleep 0.1; done")
    bench.wait((bench.home(spec) / "up").exists)
    (seen,) = bench.cloud.survey().servers
    bench.cloud.stop_server(seen.ref)
    bench.until_power(seen.ref, Power.STOPPED)
    assert (bench.home(spec) / "saved").read_text() == "saved\n"


def test_a_desktop_that_ends_by_itself_is_stopped_and_starts_again(bench, pids):
    ref = bench.server().ref
    (session,) = Path(f"/proc/{pids(bench, ref)['init']}/task").glob("*/children")
    for pid in map(int, session.read_text().split()):
        os.kill(pid, signal.SIGKILL)
    bench.until_power(ref, Power.STOPPED)
    bench.cloud.start_server(ref, ())
    bench.until(ref, lambda seen: seen.desktop_ready)


def test_a_sandbox_that_cannot_start_says_why(bench):
    spec = replace(bench.spec(), keyboard="us")
    (bench.root / "volumes" / spec.volume_ref / "data").rmdir()
    ref = bench.cloud.create_server(spec).ref
    seen = bench.until_power(ref, Power.ERROR)
    assert "data" in seen.fault
    assert seen.desktop_ready is False
    bench.cloud.delete_server(ref)
    assert bench.seen(ref) is None


def test_mounts_are_those_of_the_last_start(bench):
    spec = bench.run("ls /data")
    bench.wait((bench.home(spec) / "status").exists)
    assert (bench.home(spec) / "out").read_text() == "e1\n"
    (bench.home(spec) / "status").unlink()
    (seen,) = bench.cloud.survey().servers
    bench.cloud.reboot_server(seen.ref, ())
    bench.until(seen.ref, lambda seen: seen.desktop_ready and (bench.home(spec) / "status").exists())
    assert (bench.home(spec) / "out").read_text() == ""


def test_a_lost_disk_is_an_error_and_not_an_empty_cloud(bench, tmp_path):
    from visa.errors import Fault

    bench.server()
    bench.root.rename(tmp_path / "away")
    bench.root.mkdir()
    with pytest.raises(Fault):
        bench.cloud.survey()
    bench.root.rmdir()
    (tmp_path / "away").rename(bench.root)
    assert len(bench.cloud.survey().servers) == 1


def test_a_process_is_itself_only_with_its_start_time():
    own = stat_of(os.getpid())
    assert runs(Process(own.pid, own.started))
    assert not runs(Process(own.pid, own.started + 1))
