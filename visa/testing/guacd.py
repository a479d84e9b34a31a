"""A real guacd for tests, benches and the demo, on a port of the loopback; ended with its context, children and all."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from visa.errors import Misconfigured

START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 10
TRY_EVERY_S = 0.02
UNPACKED = Path(__file__).parents[2] / ".cache" / "guacd" / "guacd"


@dataclass(frozen=True)
class Guacd:
    """Where it listens. `process` leads a process group of its own: guacd makes a process for each connection."""

    host: str
    port: int
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"


def executable() -> str | None:
    """guacd as VISA_GUACD names it, as it is on PATH, or as `make guacd` unpacked it; None without one."""
    named = os.environ.get("VISA_GUACD")
    if named:
        return named
    return shutil.which("guacd") or (str(UNPACKED) if UNPACKED.exists() else None)


@contextmanager
def running_guacd(folder: Path) -> Iterator[Guacd]:
    """Start one whose log lies in `folder`; yields when it listens. Raises `Misconfigured` where there is none."""
    program = executable()
    if program is None:
        raise Misconfigured("there is no guacd here: run `make guacd`, or name one in VISA_GUACD")
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host, port = probe.getsockname()
    log = folder / "guacd.log"
    with log.open("wb") as output:
        command = [program, "-f", "-b", host, "-l", str(port)]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _await_listening(host, port, process, log)
        yield Guacd(host, port, process)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(STOP_TIMEOUT_S)
        finally:
            _end_group(process.pid)


def _await_listening(host: str, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(TRY_EVERY_S)
        else:
            return
    raise RuntimeError(f"guacd did not start: {log.read_text(errors='replace')}")


def _end_group(group: int) -> None:
    """A connection's process that is stuck in its desktop does not heed a polite request."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
