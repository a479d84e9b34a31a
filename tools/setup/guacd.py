"""A guacd of one's own below `.cache/guacd`, for tests and trials: where no package of this Debian has one.

Debian 11 was the last with a guacd. Its packages are fetched from the mirror that this machine's apt uses anyway, with
a state of apt of their own, so that the system's is not touched, and unpacked into one folder; they bring their own C
library, and are started with that one's loader. See docs/decisions/0020.
"""

import os
import platform
import shutil
import subprocess
from pathlib import Path

from console import Console, StepFailed
from steps import NETWORK, Folder, Stamp

RELEASE = "bullseye"
PACKAGES = ("guacd", "libguac-client-vnc0", "libguac-client-rdp0", "libguac-client-ssh0")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
UNNEEDED = ("usr/share", "var", "etc", "bin", "sbin", "usr/bin")
BY_HAND = "Install guacd 1.3 or newer yourself, so that it is on PATH, or name it in VISA_GUACD."
LAUNCHER = """#!/bin/sh
# guacd with the C library and the plugins that lie beside it.
here=$(dirname "$(readlink -f "$0")")
libraries=$here/lib/x86_64-linux-gnu:$here/usr/lib/x86_64-linux-gnu:$here/usr/lib/x86_64-linux-gnu/pulseaudio
exec "$here/lib/x86_64-linux-gnu/ld-2.31.so" --library-path "$libraries" "$here/usr/sbin/guacd" "$@"
"""


def guacd(console: Console, folder: Folder) -> None:
    """Unpack it, unless this machine has one. Raises `StepFailed` where that cannot be done."""
    if os.environ.get("VISA_GUACD") or shutil.which("guacd"):
        return
    home = folder.cache / "guacd"
    stamp = Stamp(home / ".made", f"{RELEASE} {' '.join(PACKAGES)} {LAUNCHER}")
    if stamp.is_current():
        return
    source = f"deb [signed-by={KEYRING}] {_mirror()} {RELEASE} main\n"
    fresh = folder.cache / "guacd.new"
    shutil.rmtree(fresh, ignore_errors=True)
    with console.step("guacd", mend=f"{NETWORK} {BY_HAND}"):
        apt = _private_apt(fresh / "apt", source)
        console.run(["apt-get", *apt, "update"])
        console.run(["apt-get", *apt, "install", "--download-only", "--yes", "--no-install-recommends", *PACKAGES])
        for package in sorted((fresh / "apt/cache/archives").glob("*.deb")):
            console.run(["dpkg", "--extract", str(package), str(fresh)])
        for name in ("apt", *UNNEEDED):
            shutil.rmtree(fresh / name)
        launcher = fresh / "guacd"
        launcher.write_text(LAUNCHER)
        launcher.chmod(0o755)
        console.run([str(launcher), "-v"])
        Stamp(fresh / ".made", stamp.made_from).write()
        shutil.rmtree(home, ignore_errors=True)
        fresh.rename(home)


def _mirror() -> str:
    """The mirror of Debian that this machine's apt uses."""
    if platform.machine() != "x86_64" or not shutil.which("apt-get") or not KEYRING.exists():
        raise StepFailed(f"guacd can be fetched on Debian and amd64 only. {BY_HAND}")
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Origin: Debian", "Label: Debian", "Component: main"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
    if not answer:
        raise StepFailed(f"apt knows no mirror of Debian: run apt-get update first. {BY_HAND}")
    return answer[0]


def _private_apt(home: Path, source: str) -> list[str]:
    """Options that make apt forget the system's own state, for which root is not needed."""
    for part in ("lists/partial", "cache/archives/partial"):
        (home / part).mkdir(parents=True)
    (home / "status").touch()
    (home / "sources.list").write_text(source)
    settings = {
        "Dir::Etc::SourceList": home / "sources.list",
        "Dir::Etc::SourceParts": "-",
        "Dir::State": home,
        "Dir::State::Lists": home / "lists",
        "Dir::State::Status": home / "status",
        "Dir::Cache": home / "cache",
        "APT::Architecture": "amd64",
        "APT::Sandbox::User": "root",
    }
    return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
