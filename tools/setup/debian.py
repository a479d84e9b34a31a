"""Installs the Debian packages of the one list that are missing, as root or through sudo."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from console import Console, StepFailed

SKIP = "VISA_SKIP_PACKAGES"
APT = (
    "apt-get", "install", "--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0",
)  # fmt: skip
QUIET = {"DEBIAN_FRONTEND": "noninteractive"}


def install_packages(console: Console, listing: Path, groups: Sequence[str]) -> None:
    """Bring the listed groups onto this machine. Raises `StepFailed` with the command to run when that may not be."""
    if os.environ.get(SKIP):
        return
    wanted = read_list(listing)
    names = [name for group in (*_venv_group(), *groups) for name in wanted[group]]
    if not shutil.which("dpkg-query") or not shutil.which("apt-get"):
        raise StepFailed(f"This is no Debian: install the programs of {listing} yourself, then set {SKIP}=1")
    lacking = missing(names)
    if not lacking:
        return
    by_hand = f"sudo apt-get update && sudo apt-get install --no-install-recommends {' '.join(lacking)}"
    prefix = _as_root(by_hand)
    with console.step(f"Debian packages ({len(lacking)} missing)", mend=f"By hand: {by_hand}"):
        console.run([*prefix, "dpkg", "--configure", "-a"], env=QUIET)  # mends an earlier, interrupted installation
        console.run([*prefix, "apt-get", "update"])
        console.run([*prefix, "env", "DEBIAN_FRONTEND=noninteractive", *APT, *lacking])


def read_list(listing: Path) -> dict[str, list[str]]:
    """The groups of the list, each with its packages."""
    groups: dict[str, list[str]] = {}
    current: list[str] = []
    for line in listing.read_text().splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("["):
            current = groups.setdefault(text.strip("[]"), [])
        elif text:
            current.append(text)
    return groups


def missing(names: Sequence[str]) -> list[str]:
    """Those of the packages that are not fully installed."""
    answer = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *names],
        capture_output=True,
        text=True,
        check=False,  # it fails when one is unknown, and still lists the others
    )
    installed = {line.split()[0] for line in answer.stdout.splitlines() if line.endswith(" installed")}
    return [name for name in names if name not in installed]


def _venv_group() -> tuple[str, ...]:
    return () if importlib.util.find_spec("ensurepip") else ("venv",)


def _as_root(by_hand: str) -> list[str]:
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        raise StepFailed(f"Debian packages are missing and there is no sudo here. As root: {by_hand}")
    ask = ["sudo", "-v"] if sys.stdin.isatty() else ["sudo", "-n", "true"]
    if subprocess.run(ask, check=False).returncode:
        raise StepFailed(f"Debian packages are missing and sudo is not allowed. As root: {by_hand}")
    return ["sudo"]
