"""A flavour's limits, tried by greed; and what is said where they do not hold."""

from dataclasses import replace
from pathlib import Path

import pytest

from visa.adapters.cloud.local.cgroups import Cgroups, Hierarchy, Resource, hierarchies

_V1_MOUNTS = """\
tmpfs /sys/fs/cgroup tmpfs rw 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0
"""


@pytest.fixture(scope="module")
def enforced(tmp_path_factory):
    return Cgroups(tmp_path_factory.mktemp("limits")).enforced


def test_a_memory_hog_is_killed_at_its_limit_and_the_desktop_stays(bench, enforced):
    if Resource.MEMORY not in enforced:
        pytest.skip("memory cannot be limited by this account here")
    hog = "/usr/bin/python3 -c 'x = bytearray(400 << 20); print(6 * 7)'; echo status $?"
    told = bench.inside(hog, memory_mib=256)
    assert told.endswith("status 137\n")
    assert bench.inside(hog, memory_mib=1024) == "42\nstatus 0\n"


def test_scratch_folders_cannot_eat_the_hosts_memory(bench):
    told = bench.inside("df --output=size -B1M /tmp /run /var /dev/shm | tail -n +2", memory_mib=512)
    assert [int(size) for size in told.split()] == [128] * 4


def test_a_burner_gets_no_more_than_its_cpus(bench, enforced):
    if Resource.CPU not in enforced:
        pytest.skip("CPU cannot be limited by this account here")
    burn = "for i in 1 2 3; do timeout 2 sh -c 'while :; do :; done' & done; wait; times"
    told = bench.inside(burn, vcpus=1)
    children = told.split()[-2]
    minutes, seconds = children.rstrip("s").split("m")
    assert 60 * float(minutes) + float(seconds) < 2.6  # two processors would have given it four seconds


def test_a_fork_bomb_hits_a_wall(bench, enforced):
    if Resource.TASKS not in enforced:
        pytest.skip("processes cannot be limited by this account here")
    groups = bench.groups(bench.server().ref)
    (limit,) = [int((group / "pids.max").read_text()) for group in groups if (group / "pids.max").exists()]
    assert limit < 10_000


def test_limits_are_set_anew_when_groups_exist_already(tmp_path, enforced):
    if Resource.MEMORY not in enforced:
        pytest.skip("memory cannot be limited by this account here")
    groups = Cgroups(tmp_path)
    try:
        for mib in (128, 64, 256):
            made = groups.make("s-1", vcpus=1, memory_mib=mib)
            (file,) = [f for g in made for f in (g / "memory.max", g / "memory.limit_in_bytes") if f.exists()]
            assert int(file.read_text()) == mib << 20
    finally:
        for group in made:
            group.rmdir()


def test_groups_of_version_1_are_found_where_this_process_stands():
    found = hierarchies(_V1_MOUNTS, "3:memory:/user\n2:cpu,cpuacct:/\n1:name=systemd:/x\n0::/\n")
    assert found == [
        Hierarchy(
            unified=False,
            mount=Path("/sys/fs/cgroup/memory"),
            own=Path("/sys/fs/cgroup/memory/user"),
            resources=frozenset({Resource.MEMORY}),
        ),
        Hierarchy(
            unified=False,
            mount=Path("/sys/fs/cgroup/cpu,cpuacct"),
            own=Path("/sys/fs/cgroup/cpu,cpuacct"),
            resources=frozenset({Resource.CPU}),
        ),
    ]


def test_groups_of_version_2_are_found():
    (found,) = hierarchies("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n", "0::/system.slice/visa.service\n")
    assert found.unified
    assert found.own == Path("/sys/fs/cgroup/system.slice/visa.service")


def test_what_does_not_hold_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr("visa.adapters.cloud.local.cgroups._usable_parents", lambda _: iter(()))
    groups = Cgroups(tmp_path)
    assert groups.enforced == frozenset()
    assert "memory and cpu do not hold" in groups.note()
    assert groups.make("s-1", vcpus=1, memory_mib=64) == ()


def test_a_flavour_is_seen_by_programs_that_ask(bench):
    assert bench.inside("echo $OMP_NUM_THREADS", vcpus=3) == "3\n"


def test_limits_follow_the_spec_of_each_server(bench, enforced):
    if Resource.MEMORY not in enforced:
        pytest.skip("memory cannot be limited by this account here")
    groups = bench.groups(bench.server(replace(bench.spec(), memory_mib=300)).ref)
    (limit,) = [f for g in groups for f in (g / "memory.max", g / "memory.limit_in_bytes") if f.exists()]
    assert int(limit.read_text()) == 300 << 20
