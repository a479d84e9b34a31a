"""The workspace: a disk that is formatted once, when it is blank, and never when it holds anything at all."""

import os
from pathlib import Path

from visa_guest.run import Failed, run

LABEL = "visa-home"
SERIAL_LENGTH = 20  # as much of a volume's id as a virtio disk shows as its serial number
MIB = 1024 * 1024
GROUP = 128 * MIB  # of ext4
PLACES = 100
_NOTHING_FOUND = 2  # blkid's exit code


def find_disk(volume_id: str, disks: Path = Path("/dev/disk")) -> Path | None:
    """The disk of this volume, by its serial number; None while it is not there."""
    serial = volume_id[:SERIAL_LENGTH]
    named = sorted((disks / "by-id").glob(f"*{serial}*")) if serial else []
    whole = [path for path in named if "-part" not in path.name.rpartition(serial)[2]]
    labelled = disks / "by-label" / LABEL
    found = whole or ([labelled] if labelled.exists() else [])
    return found[0].resolve() if found else None


def mount(device: Path, target: Path) -> None:
    """Mount it at `target`, after making a file system if it is blank. Raises `Failed`; nothing was changed then."""
    if target.is_mount():
        return
    known = probe(device)
    if not known:
        if not is_zero(device):
            raise Failed(f"{device} holds something that is no file system; it was left as it is")
        run("mkfs.ext4", "-q", "-L", LABEL, str(device), timeout_s=600)
    elif (known.get("TYPE"), known.get("LABEL")) != ("ext4", LABEL):
        what = known.get("TYPE") or known.get("PTTYPE") or "something unknown"
        raise Failed(f"{device} holds {what}, which is not a workspace; it was left as it is")
    else:
        run("e2fsck", "-p", str(device), ok=(0, 1), timeout_s=600)
    target.mkdir(parents=True, exist_ok=True)
    run("mount", "-t", "ext4", "-o", "nosuid,nodev,noatime", str(device), str(target))


def probe(device: Path) -> dict[str, str]:
    """What the device's own bytes say that it is; {} when they say nothing. Raises `Failed` when they contradict."""
    said = run("blkid", "--probe", "--output", "export", str(device), ok=(0, _NOTHING_FOUND))
    return dict(line.split("=", 1) for line in said.splitlines() if "=" in line)


def is_zero(device: Path) -> bool:
    """Whether nobody has written to it yet: zeros in its first and last MiB, wherever ext4 keeps copies of its
    superblock, and in a hundred places between. A file system whose beginning was lost is not blank.
    """
    with device.open("rb") as disk:
        size = disk.seek(0, os.SEEK_END)
        for start in sorted({0, max(0, size - MIB), *_copies(size), *range(0, size, max(MIB, size // PLACES))}):
            disk.seek(start)
            if any(disk.read(MIB)):
                return False
    return size > 0


def _copies(size: int) -> set[int]:
    """Where ext4 of 4 KiB blocks has copies of its superblock: in the groups 1 and all powers of 3, 5 and 7."""
    groups = {1} | {base**power for base in (3, 5, 7) for power in range(1, 32)}
    return {group * GROUP for group in groups if group * GROUP < size}


def make_home(home: Path, *, uid: int, gid: int, skeleton: Path = Path("/etc/skel")) -> None:
    """The person's own folder, filled once. One that is there is left alone: its content is theirs."""
    if home.is_symlink() or home.exists():
        return
    new = home.with_name(f".new-{home.name}")
    run("rm", "-rf", str(new))
    run("cp", "-a", str(skeleton), str(new))
    run("chown", "-R", f"{uid}:{gid}", str(new))
    new.chmod(0o700)
    new.rename(home)
