"""Builds the image: a Debian from its packages (mmdebstrap), the roles of ansible/image.yml, and a disk that boots.

    sudo make image            writes build/image/visa-debian-12.qcow2, and beside it what is in it

It needs root, because the files of a system belong to many accounts, and no virtual machine, loop device or mount
that outlives it. One that is up to date with its recipe is left as it is; packages that Debian has renewed since are
no reason (`--fresh` is).
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import disk

ROOT = Path(__file__).resolve().parents[2]
SUITE, NAME = "bookworm", "visa-debian-12"
TOOLS = {
    "mmdebstrap": "mmdebstrap",
    "mke2fs": "e2fsprogs",
    "sfdisk": "fdisk",
    "qemu-img": "qemu-utils",
    "ansible-playbook": "the virtual environment: call this by `make image`",
}
RECIPE = ("ansible/image.yml", "ansible/connection_plugins", "ansible/roles/image_*", "images/debian", "images/guest")
BASE = (
    "linux-image-cloud-amd64", "initramfs-tools", "zstd", "systemd-sysv", "udev", "dbus", "python3", "python3-apt",
    "grub-pc-bin", "netbase", "systemd-resolved",
)  # fmt: skip
OPTIONS = (
    '--aptopt=APT::Install-Recommends "false"',
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
)
# What no two machines may have alike; each makes its own when it first starts.
OWN_TO_EACH = (
    "etc/ssh/ssh_host_*", "etc/xrdp/*key*", "etc/xrdp/cert.pem", "etc/ssl/private/*",
    "etc/ssl/certs/ssl-cert-snakeoil*", "var/lib/systemd/random-seed", "var/lib/dbus/machine-id",
)  # fmt: skip


def main() -> int:
    options = argparse.ArgumentParser(description="Build the Debian image.")
    options.add_argument("--out", type=Path, default=ROOT / "build/image", help="folder for the image")
    options.add_argument("--fresh", action="store_true", help="build it also when the recipe has not changed")
    given = options.parse_args()
    image = given.out / f"{NAME}.qcow2"
    about = given.out / f"{NAME}.json"
    recipe = digest_of_recipe()
    if not given.fresh and image.exists() and about.exists() and json.loads(about.read_text())["recipe"] == recipe:
        print(f"✓ {image} is up to date")
        return 0
    if wrong := what_is_missing():
        print(f"✗ {wrong}", file=sys.stderr)
        return 1
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=given.out, prefix=".building-") as folder:
        work = Path(folder)
        try:
            packages = build(work)
        except subprocess.CalledProcessError as error:
            print(f"✗ {error.cmd[0]} ended with {error.returncode}:\n{error.output}", file=sys.stderr)
            return 1
        about.unlink(missing_ok=True)  # an interruption from here on leaves an image that is built anew
        (work / "image.qcow2").rename(image)
    about.write_text(json.dumps(describe(image, recipe, packages), indent=1) + "\n")
    print(f"✓ {image}  {image.stat().st_size >> 20} MiB")
    return 0


def build(work: Path) -> list[str]:
    """Make image.qcow2 in the folder `work`. Returns the packages in it, as name and version."""
    root = work / "root"
    with step("Debian and the roles"):
        install(root)
    packages = run("chroot", str(root), "dpkg-query", "--show", "--showformat=${Package} ${Version}\n").splitlines()
    with step("Settings of the disk"):
        settle(root)
    with step("The disk"):
        disk.make(root, work / "image.raw")
    with step("The image, compressed"):
        run("qemu-img", "convert", "-W", "-m", "8", "-c", "-O", "qcow2", f"{work}/image.raw", f"{work}/image.qcow2")
    return packages


def install(root: Path) -> None:
    """Let mmdebstrap make the system, and Ansible finish it while mmdebstrap keeps /proc and the network there."""
    playbook = (
        f"ansible-playbook --connection chroot --inventory image, --extra-vars ansible_host=$1"
        f" --extra-vars ansible_python_interpreter=/usr/bin/python3 {ROOT}/ansible/image.yml"
    )
    environment = os.environ | {"ANSIBLE_CONFIG": f"{ROOT}/ansible/ansible.cfg"}
    command = [
        "mmdebstrap", "--mode=root", "--variant=minbase", *OPTIONS, f"--include={','.join(BASE)}",
        '--customize-hook=cp --remove-destination /etc/resolv.conf "$1/etc/"',  # systemd-resolved does not run here
        f"--customize-hook={playbook} >&2", SUITE, str(root),
    ]  # fmt: skip
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-40:])
        raise subprocess.CalledProcessError(done.returncode, command, tail)


def settle(root: Path) -> None:
    """Take away what each machine has to make for itself, and say which disk is which."""
    for pattern in OWN_TO_EACH:
        for path in root.glob(pattern):
            path.unlink()
    (root / "etc/machine-id").write_text("uninitialized\n")
    (root / "etc/fstab").write_text(f"LABEL={disk.LABEL} / ext4 defaults,noatime,errors=remount-ro 0 1\n")
    (root / "etc/resolv.conf").unlink(missing_ok=True)
    (root / "etc/resolv.conf").symlink_to("/run/systemd/resolve/stub-resolv.conf")


def describe(image: Path, recipe: str, packages: list[str]) -> dict[str, object]:
    with image.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    size = json.loads(run("qemu-img", "info", "--output=json", str(image)))["virtual-size"]
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return {
        "name": NAME, "sha256": digest, "disk_gib": -(-size // 2**30), "made_at": made, "recipe": recipe,
        "packages": packages,
    }  # fmt: skip


def digest_of_recipe() -> str:
    """Of all files that the image is made from, with their names."""
    digest = hashlib.sha256()
    found = [path for pattern in (*RECIPE, "images/local/xfce/xdg") for path in ROOT.glob(pattern)]
    files = [file for path in found for file in ([path] if path.is_file() else path.rglob("*"))]
    for file in sorted(file for file in files if file.is_file() and "__pycache__" not in file.parts):
        digest.update(f"{file.relative_to(ROOT)}\0{file.stat().st_mode & 0o111}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def what_is_missing() -> str:
    if os.geteuid() != 0:
        return "This needs root: the files of a system belong to many accounts."
    missing = [package for program, package in TOOLS.items() if shutil.which(program) is None]
    return f"Please install {', '.join(missing)}." if missing else ""


def run(*command: str) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
    return done.stdout


@contextmanager
def step(name: str) -> Iterator[None]:
    began = time.monotonic()
    print(f"→ {name} …", flush=True)
    yield
    print(f"✓ {name}  {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
