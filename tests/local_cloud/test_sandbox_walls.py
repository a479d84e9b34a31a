"""What a person can see, change and reach from inside a sandbox, tried from inside."""

import os
from dataclasses import replace
from pathlib import Path
from signal import SIGINT, SIGQUIT, SIGTSTP

import pytest

from visa.domain.resources import Account, Mark, Mount, MountMode, Power, VolumeSpec
from visa.errors import Refused


def test_raw_data_can_be_read_and_not_written(bench, experiment):
    told = bench.inside("cat /data/e1/raw/scan.dat; touch /data/e1/raw/new; rm -f /data/e1/raw/scan.dat")
    assert "1 2 3" in told
    assert told.count("Read-only file system") == 2
    assert [path.name for path in (experiment / "raw").iterdir()] == ["scan.dat"]


def test_processed_data_can_be_written(bench, experiment):
    bench.inside("echo done >/data/e1/processed/fit.txt")
    assert (experiment / "processed" / "fit.txt").read_text() == "done\n"


def test_the_workspace_is_the_home_and_keeps_what_is_written(bench):
    spec = bench.run("pwd; echo kept >kept.txt; echo $HOME")
    bench.wait((bench.home(spec) / "status").exists)
    assert (bench.home(spec) / "out").read_text().split() == ["/home/anna", "/home/anna"]
    assert (bench.home(spec) / "kept.txt").read_text() == "kept\n"


def test_nothing_else_of_the_host_can_be_written(bench):
    told = bench.inside(
        "for place in / /usr /usr/bin /etc /etc/visa /home /data /data/e1 /bin /proc /sys /dev /root /mnt; do"
        ' touch "$place/x" 2>/dev/null && echo "wrote $place"; done; echo end'
    )
    assert told == "end\n"


def test_what_is_written_to_scratch_folders_never_reaches_the_host(bench):
    told = bench.inside("for p in /tmp /var/tmp /dev/shm /run; do echo x >$p/visa-test-scratch && echo $p; done")
    assert len(told.split()) == 4
    assert not any(Path(p, "visa-test-scratch").exists() for p in told.split())


def test_other_peoples_workspaces_and_experiments_are_not_there(bench, tmp_path):
    secret = bench.home(bench.spec(account=Account("ben", 6102, 6102)))
    (secret / "secret.txt").write_text("ben's")
    search = "find / -path /usr -prune -o -path /proc -prune -o -name secret.txt -print 2>/dev/null"
    told = bench.inside(f"ls /home /data; ls {bench.root} {tmp_path}; {search}; echo end")
    assert told.split()[:4] == ["/data:", "e1", "/home:", "anna"]
    assert "secret.txt" not in told
    assert told.count("No such file") == 2


def test_the_hosts_people_and_secrets_are_not_there(bench):
    told = bench.inside("cat /etc/shadow /etc/ssh/* /root/* 2>&1; cut -d: -f1 /etc/passwd; ls /var/log /var/lib")
    assert "anna\nroot\nnobody\n" in told
    assert told.count("No such file") == 5


@pytest.mark.skipif(os.geteuid() != 0, reason="only root could give root's rights away")
def test_root_of_the_host_lends_nobody_its_rights(bench, experiment, pids):
    secret = experiment / "processed" / "root-only"
    secret.write_text("secret of the host")
    secret.chmod(0o600)
    told = bench.inside("cat /data/e1/processed/root-only; grep Cap /proc/self/status")
    assert "Permission denied" in told
    assert "secret" not in told
    assert told.count("0000000000000000") == 5
    (server,) = bench.cloud.survey().servers
    for pid in pids(bench, server.ref).values():
        status = Path(f"/proc/{pid}/status").read_text()
        assert "Uid:\t6101\t6101\t6101\t6101\n" in status
        assert "Gid:\t6101\t6101\t6101\t6101\n" in status


def test_the_person_is_the_account_of_the_facility(bench):
    told = bench.inside("id -u; id -g; id -un; getent passwd anna; stat -c %u .; cat /proc/self/status | grep Groups")
    assert told.split()[:3] == ["6101", "6101", "anna"]
    assert "anna:x:6101:6101:Anna Example:/home/anna:/bin/bash" in told
    assert "\n6101\n" in told


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a process other groups")
def test_the_groups_of_the_account_open_the_groups_folders(bench, experiment):
    folder = experiment / "processed" / "team"
    folder.mkdir()
    (folder / "team.txt").write_text("for the team")
    os.chown(folder, 0, 6200)
    folder.chmod(0o2770)
    work = "cat /data/e1/processed/team/team.txt; echo fit >/data/e1/processed/team/fit.txt"
    assert bench.inside(work) == "for the team"
    written = (folder / "fit.txt").stat()
    assert (written.st_uid, written.st_gid) == (6101, 6200)
    stranger = Account("ben", 6102, 6102, (6999,))
    assert bench.inside(work, account=stranger).count("Permission denied") == 2


def test_there_is_no_way_to_a_network(bench):
    told = bench.inside("tail -n +3 /proc/net/dev | cut -d: -f1; cat /proc/net/route | tail -n +2; echo end")
    assert told.split() == ["lo", "end"]


def test_nothing_listens_on_tcp(bench):
    told = bench.inside("tail -n +2 /proc/net/tcp; tail -n +2 /proc/net/tcp6; echo end")
    assert told == "end\n"


def test_other_processes_of_the_host_are_not_there(bench):
    told = bench.inside("cat /proc/[0-9]*/comm | sort -u")
    assert set(told.split()) <= {"bash", "cat", "init.sh", "sh", "sort", "Xtigervnc", "setxkbmap", "xkbcomp"}


def test_no_environment_of_the_host_gets_in(bench, monkeypatch):
    monkeypatch.setenv("VISA_SECRET", "not for you")
    told = bench.inside("env; tr '\\0' '\\n' </proc/1/environ; tr '\\0' '\\n' </proc/$(pidof Xtigervnc)/environ")
    assert "VISA_SECRET" not in told
    names = {line.split("=")[0] for line in told.splitlines()}
    assert names >= {"HOME", "DISPLAY", "XDG_RUNTIME_DIR"}
    assert not names & {"PYTHONPATH", "VIRTUAL_ENV", "SUDO_USER", "SSH_AUTH_SOCK"}


def test_no_descriptor_of_the_host_gets_in(bench):
    told = bench.inside("for p in 1 self; do ls -l /proc/$p/fd | grep -o '[^ ]*$'; done")
    links = {link for link in told.split() if link.startswith("/") and not link.startswith(("/dev/null", "/proc"))}
    allowed = {"/etc/visa/init.sh", "/home/anna/out", "/home/anna/.xsession-errors", "/run/visa-quiet"}
    assert {link for link in links if not link.endswith("/log")} <= allowed


def test_the_runtime_folder_is_private_and_the_name_is_the_instances(bench):
    told = bench.inside('stat -c %a "$XDG_RUNTIME_DIR"; hostname', name="Ni powder: Fit #2")
    assert told.split() == ["700", "ni-powder-fit-2"]


def test_no_new_user_namespace_opens_the_kernel(bench):
    assert "failed" in bench.inside("unshare --user true")


def test_the_keyboard_is_the_chosen_one(bench):
    told = bench.inside("setxkbmap -query", keyboard="de(nodeadkeys)")
    assert told.split() == ["rules:", "evdev", "model:", "pc105", "layout:", "de", "variant:", "nodeadkeys"]


def test_ctrl_c_works_in_what_the_person_starts(bench):
    mask = int(bench.inside("grep SigIgn /proc/self/status").split()[1], 16)
    assert not [number for number in (SIGINT, SIGQUIT, SIGTSTP) if mask & 1 << (number - 1)]


def test_a_socket_put_in_place_of_the_desktops_leads_nowhere_else(bench):
    """Otherwise the broker would connect whoever opens this desktop to another person's."""
    victim = bench.server()
    target = victim.address.removeprefix("unix:")
    spec = bench.run(f"rm -f /run/visa/rfb.sock; ln -s {target} /run/visa/rfb.sock; pkill Xtigervnc")
    bench.wait(lambda: any(seen.volume_refs == (spec.volume_ref,) for seen in bench.cloud.survey().servers))
    attacker = next(seen for seen in bench.cloud.survey().servers if seen.volume_refs == (spec.volume_ref,))
    bench.until(attacker.ref, lambda seen: seen.power is not Power.ACTIVE or seen.desktop_ready)
    link = bench.root / "servers" / attacker.ref / "rfb.sock"
    assert not link.is_symlink()
    assert not link.exists() or link.stat().st_ino != Path(target).stat().st_ino


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"image": "unknown"}, "no_such_image"),
        ({"keyboard": "de; rm -rf /"}, "bad_keyboard"),
        ({"account": Account("../root", 6101, 6101)}, "bad_account"),
        ({"account": Account("anna", 0, 6101)}, "bad_account"),
        ({"account": Account("anna", 6101, 6101, (0,))}, "bad_account"),
        ({"mounts": (Mount("/etc", "/etc", MountMode.READ_WRITE),)}, "bad_mount"),
        ({"mounts": (Mount("/etc", "/data/../etc", MountMode.READ_ONLY),)}, "bad_mount"),
        ({"mounts": (Mount("/nowhere/at/all", "/data/e1/raw", MountMode.READ_ONLY),)}, "no_such_folder"),
    ],
)
def test_what_no_sandbox_can_be_is_refused(bench, change, code):
    with pytest.raises(Refused) as refusal:
        bench.cloud.create_server(replace(bench.spec(), **change))
    assert refusal.value.code == code
    assert bench.cloud.survey().servers == ()


def test_a_volume_for_the_administrator_is_refused(bench):
    with pytest.raises(Refused):
        bench.cloud.create_volume(VolumeSpec(Mark("bench", "volume", "x"), 1, Account("root", 0, 0)))
