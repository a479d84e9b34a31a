"""A disk that boots from a folder: GPT, GRUB and one ext4 file system, without mounts, loop devices or a machine.

GRUB finds its way in three steps, of which the first two are numbers written here (GRUB's boot.h and diskboot.S):
sector 0 (boot.img) loads one sector of the BIOS boot partition, that one (the head of core.img) loads the rest of it,
and core.img holds all modules that it needs to read grub.cfg from the file system with our label.
"""

import struct
import subprocess
from pathlib import Path

LABEL = "visa-root"
SECTOR = 512
MIB = 1024 * 1024
GRUB_START, GRUB_SIZE = 1 * MIB, 1 * MIB
SYSTEM_START = 2 * MIB
TABLE_END = 1 * MIB  # the copy of the table at the end of the disk
ROOM = 768 * MIB  # free space until the machine's flavour brings more; cloud-init grows the partition then
GIB = 1024 * MIB

BIOS_BOOT = "21686148-6449-6E6F-744E-656564454649"
LINUX_ROOT_X86_64 = "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709"
KERNEL_SECTOR_AT = 0x5C  # in boot.img: where core.img begins, 64 bits
BLOCKLIST_AT = SECTOR - 12  # in core.img's first sector: where its second begins, 64 bits
CODE_END = 440  # of sector 0; what follows is the partition table's

MODULES = (
    "biosdisk",
    "part_gpt",
    "ext2",
    "search_label",
    "normal",
    "linux",
    "configfile",
    "serial",
    "terminal",
    "echo",
)
EARLY = f"search.fs_label {LABEL} root\nset prefix=($root)/boot/grub\n"
MENU = f"""\
serial --unit=0 --speed=115200
terminal_input console serial
terminal_output console serial
set timeout=0
menuentry "Debian" {{
    linux /vmlinuz root=LABEL={LABEL} ro console=tty0 console=ttyS0,115200n8
    initrd /initrd.img
}}
"""


def make(root: Path, image: Path) -> None:
    """Write the system in the folder `root` (with GRUB's modules in it) to a raw disk image.

    Raises `CalledProcessError` with the output of the program that failed.
    """
    core = _grub(root)
    used = int(_run("du", "--summarize", "--block-size=1", "--one-file-system", str(root)).split()[0])
    size = -(-(int(used * 1.05) + ROOM + SYSTEM_START + TABLE_END) // GIB) * GIB
    with image.open("wb") as disk:
        disk.truncate(size)
    _partition(image, size)
    blocks = (size - SYSTEM_START - TABLE_END) // 1024
    _run(
        "mke2fs", "-q", "-t", "ext4", "-L", LABEL, "-d", str(root), "-E", f"offset={SYSTEM_START}", str(image),
        f"{blocks}k",
    )  # fmt: skip
    _write_grub(image, (root / "usr/lib/grub/i386-pc/boot.img").read_bytes(), core)


def _grub(root: Path) -> bytes:
    """Make core.img by the system's own GRUB, and its menu."""
    grub = root / "boot/grub"
    grub.mkdir(parents=True, exist_ok=True)
    (grub / "grub.cfg").write_text(MENU)
    (grub / "early.cfg").write_text(EARLY)
    _run(
        "chroot", str(root), "grub-mkimage", "--format=i386-pc", "--prefix=/boot/grub", "--config=/boot/grub/early.cfg",
        "--output=/boot/grub/core.img", *MODULES,
    )  # fmt: skip
    (grub / "early.cfg").unlink()
    core = (grub / "core.img").read_bytes()
    (grub / "core.img").unlink()
    if len(core) > GRUB_SIZE:
        raise ValueError(f"core.img has {len(core)} bytes, and its partition {GRUB_SIZE}")
    return core


def _partition(image: Path, size: int) -> None:
    end = size - TABLE_END
    table = "\n".join((
        "label: gpt",
        f"start={GRUB_START // SECTOR}, size={GRUB_SIZE // SECTOR}, type={BIOS_BOOT}",
        f"start={SYSTEM_START // SECTOR}, size={(end - SYSTEM_START) // SECTOR}, type={LINUX_ROOT_X86_64}",
    ))  # fmt: skip
    _run("sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", str(image), given=table)


def _write_grub(image: Path, boot: bytes, core: bytes) -> None:
    first = GRUB_START // SECTOR
    head = bytearray(boot[:CODE_END])
    struct.pack_into("<Q", head, KERNEL_SECTOR_AT, first)
    rest = bytearray(core)
    struct.pack_into("<Q", rest, BLOCKLIST_AT, first + 1)
    with image.open("r+b") as disk:
        disk.write(head)
        disk.seek(GRUB_START)
        disk.write(rest)


def _run(*command: str, given: str | None = None) -> str:
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
    return done.stdout
