"""What may take long and nobody waits for: removing what was thrown away, measuring how full volumes are.

One thread at a time over all processes that share a root; what a crash interrupts, the next look takes up again.
"""

import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from visa.adapters.cloud.local import files
from visa.adapters.cloud.local.launch import PATH
from visa.adapters.cloud.local.records import USAGE, Usage
from visa.adapters.cloud.local.store import as_owner
from visa.errors import Busy

_BUSY_VOLUME_S = 60.0
_QUIET_VOLUME_S = 3600.0
_KICK_S = 1.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Chores:
    bin: Path
    volumes: Path
    as_root: bool

    def abandoned(self) -> list[Path]:
        return files.abandoned(self.bin)

    def remove(self, path: Path) -> None:
        """Remove it with everything in it, whatever modes its owner has set."""
        self._run("rm", "-rf", "--one-file-system", "--", str(path))

    def measure(self, ref: str) -> None:
        folder = self.volumes / ref
        done = self._run("du", "-sx", "--block-size=1", "--", str(folder / "data"))
        if done.stdout and folder.exists():
            files.write_record(folder / "used.json", USAGE, Usage(int(done.stdout.split()[0])))

    def stale(self, attached: Mapping[str, str], refs: list[str]) -> list[str]:
        """Volumes whose size was measured too long ago: those in use more often."""
        now = time.time()
        return [
            ref
            for ref in refs
            if now - _measured_at(self.volumes / ref) > (_BUSY_VOLUME_S if ref in attached else _QUIET_VOLUME_S)
        ]

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A file that vanishes meanwhile is no failure, so the status is not asked."""
        return subprocess.run(
            [*as_owner(as_root=self.as_root), "nice", *command],
            env={"PATH": PATH, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        )


class Sweeper:
    """Does the chores in the background when it is kicked."""

    def __init__(self, chores: Chores) -> None:
        self._chores = chores
        self._busy = threading.Lock()
        self._kicked_at = 0.0

    def kick(self, attached: Mapping[str, str], refs: list[str]) -> None:
        """Look for work, and do it in a thread. Costs next to nothing when there is none or it is being done."""
        now = time.monotonic()
        if now - self._kicked_at < _KICK_S or not self._busy.acquire(blocking=False):
            return
        self._kicked_at = now
        garbage, stale = self._chores.abandoned(), self._chores.stale(attached, refs)
        if not garbage and not stale:
            self._busy.release()
            return
        threading.Thread(target=self._work, args=(garbage, stale), name="local-cloud-chores", daemon=True).start()

    def _work(self, garbage: list[Path], stale: list[str]) -> None:
        try:
            with files.locked(self._chores.bin, wait_s=0):
                for path in garbage:
                    self._chores.remove(path)
                for ref in stale:
                    self._chores.measure(ref)
        except Busy:
            return  # another process is at it
        except OSError as error:
            _log.warning("local cloud: chores broke off", reason=str(error))
        finally:
            self._busy.release()


def _measured_at(folder: Path) -> float:
    try:
        return (folder / "used.json").stat().st_mtime
    except FileNotFoundError:
        return 0.0
