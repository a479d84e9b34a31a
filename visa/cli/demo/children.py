"""Runs programs side by side: each in its own process group with its own log, all stopped together.

A program also ends when its supervisor is killed (setpriv's parent-death signal), so that nothing is left behind.
Knows nothing of what the programs are.
"""

import os
import queue
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from visa.cli.demo.readiness import Ask, NotReady, wait_until
from visa.errors import VisaError

GRACE_S = 10.0
TAIL_LINES = 15


class ChildFailed(VisaError):
    """A program ended by itself or did not become ready; the message holds the end of its log."""

    code = "child_failed"


class Stopped(Exception):
    """A stop was requested while something was waited for."""


@dataclass(frozen=True)
class Program:
    """What to run, and how to ask it whether it is ready."""

    name: str
    command: Sequence[str]
    ready: Ask
    cwd: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Running:
    program: Program
    process: subprocess.Popen[bytes]
    log: Path


class Children:
    """The programs of one supervisor. Events (a program's name when it ended, None to stop) arrive in one queue."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: list[Running] = []
        self._events: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._stop = threading.Event()

    def start(self, program: Program) -> None:
        """Start it and return at once. Its earlier log is kept beside the new one. Raises `Stopped`."""
        if self._stop.is_set():
            raise Stopped
        log = self._logs / f"{program.name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        with log.open("wb") as output:
            process = subprocess.Popen(
                _leashed(program.command),
                cwd=program.cwd,
                env={**os.environ, **program.env},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        running = Running(program, process, log)
        self._running.append(running)
        threading.Thread(target=self._report_end, args=(running,), daemon=True).start()

    def wait_ready(self, name: str) -> None:
        """Wait until the program answers. Raises `ChildFailed`, or `Stopped`."""
        running = next(one for one in self._running if one.program.name == name)
        try:
            wait_until(running.program.ready, alive=lambda: running.process.poll() is None, stop=self._stop)
        except NotReady as error:
            if self._stop.is_set():
                raise Stopped from error
            raise ChildFailed(f"{name} did not start: {error}\n{tail(running.log)}") from error

    def wait(self) -> None:
        """Return when `request_stop` was called. Raises `ChildFailed` when a program ends by itself."""
        name = self._events.get()
        if name is None:
            return
        running = next(one for one in self._running if one.program.name == name)
        code = running.process.returncode
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        raise ChildFailed(f"{name} {how}; the end of {running.log}:\n{tail(running.log)}")

    def request_stop(self) -> None:
        """May be called from a signal handler."""
        self._stop.set()
        self._events.put(None)

    def stop_all(self, grace_s: float = GRACE_S) -> list[str]:
        """Ask every program to end, then make it. Returns the names of those that had to be killed."""
        for running in self._running:
            _signal_group(running.process, signal.SIGTERM)
        deadline = time.monotonic() + grace_s
        killed = [one.program.name for one in self._running if not _ended(one.process, deadline - time.monotonic())]
        for running in self._running:
            _signal_group(running.process, signal.SIGKILL)  # also what a program left in its group
            running.process.wait()
        self._running.clear()
        return killed

    def pids(self) -> dict[str, int]:
        return {running.program.name: running.process.pid for running in self._running}

    def _report_end(self, running: Running) -> None:
        running.process.wait()
        self._events.put(running.program.name)


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log, indented."""
    text = log.read_text(errors="replace").splitlines()[-lines:]
    return "\n".join(f"    {line}" for line in text) or "    (its log is empty)"


def _leashed(command: Sequence[str]) -> list[str]:
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return list(command)
    still_ours = f'[ "$PPID" = {os.getpid()} ] && exec "$@"'  # a supervisor that is dead by now sends no signal
    return [setpriv, "--pdeathsig", "TERM", "sh", "-c", still_ours, "sh", *command]


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def _ended(process: subprocess.Popen[bytes], timeout_s: float) -> bool:
    try:
        process.wait(max(0.0, timeout_s))
    except subprocess.TimeoutExpired:
        return False
    return True
