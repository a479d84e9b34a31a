"""What volumes and their copies have in common: where they lie, who may read them, and how work is started on them."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from visa.adapters.cloud.local.launch import PATH
from visa.adapters.cloud.local.sandbox import programs
from visa.errors import Refused


@dataclass(frozen=True)
class Store:
    """Where volumes and their copies lie. `as_root`: data belong to the persons' own accounts."""

    volumes: Path
    snapshots: Path
    backups: Path
    bin: Path
    deployment: str
    as_root: bool

    def alone_with(self, *binds: str) -> list[str]:
        """What a command needs in front to read and write everything in these places, and to see nothing else.

        It may read everything, and a person could put a link in a folder's place while it is at it. It has all the
        rights of root: over all files when we are root, over our own otherwise, whatever modes the person has set.
        """
        rights = ["--cap-add", "ALL"]
        if not self.as_root:
            rights = ["--unshare-user", "--uid", "0", "--gid", "0", *rights]
        return ["bwrap", *rights, *programs(), "--unshare-pid", "--proc", "/proc", *binds, "--"]


def as_owner(*, as_root: bool) -> tuple[str, ...]:
    """What a command needs in front to read everything in a volume, whatever modes the person has set."""
    return () if as_root else ("unshare", "--user", "--map-root-user", "--")


def start_detached(command: Sequence[str], *, folder: Path, lock_fd: int) -> None:
    """Start a command that outlives us, in this folder, and return at once. It holds this lock as long as it lives.

    The shell in between ends at once, so the command is nobody's child and nobody has to reap it.
    """
    subprocess.run(
        ["sh", "-c", 'exec 9<&0 </dev/null; "$@" >/dev/null 2>&1 & ', "sh", *command],
        stdin=lock_fd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={"PATH": PATH, "LC_ALL": "C"},
        start_new_session=True,
        check=True,
    )


def gone(what: str = "volume") -> Refused:
    return Refused(f"There is no such {what} (any more).", code="gone")
