"""The workspace's disk is formatted once, when it is blank, and never when it holds anything."""

import os
import subprocess
from pathlib import Path

import pytest
from visa_guest import workspace

from tests.guest.conftest import MIB

MOUNT = """
from pathlib import Path
from visa_guest import workspace
from visa_guest.run import Failed
target = Path(folder) / "home"
try:
    workspace.mount(Path(disk), target)
    came = "mounted"
except Failed as error:
    came = str(error)
"""


def test_a_blank_disk_is_formatted_once_and_keeps_what_is_written(inside, disk, tmp_path):
    given = {"disk": str(disk), "folder": str(tmp_path)}
    write = "\n(target / 'kept').write_text('beamtime')"
    assert inside(MOUNT + write, **given) == "mounted"
    assert inside(MOUNT + "\ncame = (target / 'kept').read_text()", **given) == "beamtime"


def test_the_volume_that_comes_back_after_a_crash_is_repaired_and_not_formatted(inside, disk, tmp_path):
    given = {"disk": str(disk), "folder": str(tmp_path)}
    crash = "\n(target / 'kept').write_text('beamtime'); import os; os.sync()"
    assert inside(MOUNT + crash, **given) == "mounted"
    subprocess.run(["debugfs", "-w", "-R", "set_super_value state 0", str(disk)], check=True, capture_output=True)
    assert inside(MOUNT + "\ncame = (target / 'kept').read_text()", **given) == "beamtime"


def at(disk: Path, position: int, content: bytes) -> None:
    with disk.open("r+b") as file:
        file.seek(position, os.SEEK_SET if position >= 0 else os.SEEK_END)
        file.write(content)


def other_file_system(disk: Path) -> None:
    subprocess.run(["mkfs.ext4", "-q", "-L", "somebody-elses", str(disk)], check=True)


def swap(disk: Path) -> None:
    subprocess.run(["mkswap", str(disk)], check=True, capture_output=True)


def partitions(disk: Path) -> None:
    entry = bytes((0x80, 0, 2, 0, 0x83, 0, 1, 0)) + (2048).to_bytes(4, "little") + (9000).to_bytes(4, "little")
    at(disk, 446, entry)
    at(disk, 510, b"\x55\xaa")


FULL = {
    "another file system": other_file_system,
    "swap": swap,
    "a partition table": partitions,
    "an encrypted volume": lambda disk: at(disk, 0, b"LUKS\xba\xbe\x00\x02" + b"\x01" * 600),
    "one byte at the beginning": lambda disk: at(disk, 4711, b"x"),
    "one byte at the very end": lambda disk: at(disk, -1, b"x"),
    "random bytes in the last MiB": lambda disk: at(disk, -MIB // 2, os.urandom(4096)),
}


@pytest.mark.parametrize("content", FULL)
def test_a_disk_that_holds_anything_is_left_as_it_is(inside, disk, tmp_path, content):
    FULL[content](disk)
    before = disk.read_bytes()
    said = inside(MOUNT, disk=str(disk), folder=str(tmp_path))
    assert "left as it is" in said or "ambi" in said
    assert disk.read_bytes() == before


@pytest.mark.parametrize("size_mib", [64, 300, 5000])
def test_a_workspace_whose_beginning_was_lost_is_not_blank(tmp_path, size_mib):
    disk = tmp_path / "disk"
    with disk.open("wb") as file:
        file.truncate(size_mib * MIB)
    assert workspace.is_zero(disk)
    subprocess.run(["mkfs.ext4", "-q", "-b", "4096", "-L", workspace.LABEL, str(disk)], check=True)
    at(disk, 0, bytes(4 * MIB))
    at(disk, -MIB, bytes(MIB))
    assert not workspace.is_zero(disk)


def test_a_disk_is_found_by_the_beginning_of_its_volumes_id(tmp_path):
    volume = "0f2d6c1e-aaaa-bbbb-cccc-0123456789ab"
    (tmp_path / "by-id").mkdir()
    for name in (f"virtio-{volume[:20]}", f"virtio-{volume[:20]}-part1", "virtio-other"):
        (tmp_path / name).touch()
        (tmp_path / "by-id" / name).symlink_to(tmp_path / name)
    assert workspace.find_disk(volume, tmp_path) == tmp_path / f"virtio-{volume[:20]}"
    assert workspace.find_disk("1" * 36, tmp_path) is None
    assert workspace.find_disk("", tmp_path) is None


def test_a_home_is_filled_once_and_then_theirs(inside, tmp_path):
    (tmp_path / "skel").mkdir()
    (tmp_path / "skel" / ".profile").write_text("hello")
    code = """
    from pathlib import Path
    from visa_guest.workspace import make_home
    home = Path(folder) / "ada"
    make_home(home, uid=10001, gid=10001, skeleton=Path(folder) / "skel")
    (home / ".profile").write_text("mine")
    make_home(home, uid=10001, gid=10001, skeleton=Path(folder) / "skel")
    came = [(home / ".profile").read_text(), home.stat().st_uid, oct(home.stat().st_mode)]
    """
    assert inside(code, folder=str(tmp_path)) == ["mine", 10001, "0o40700"]
