"""Runs the programs of a step: their output goes to the log, a line about the step to the terminal."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

WIDTH = 100
LOOKS_WRONG = re.compile(r"error|fail|not found|cannot|unable|denied", re.IGNORECASE)


class StepFailed(Exception):
    """A step could not be done; the message says which, why and how to mend it, in one line."""


class Console:
    """What the person sees, and the log that keeps the rest. `steps_done` counts steps that had something to do."""

    def __init__(self, log: Path) -> None:
        self.log_path = log
        self.steps_done = 0
        self._log = log.open("w", errors="replace")
        self._live = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        self._step = ("", 0.0)

    def __enter__(self) -> "Console":
        return self

    def __exit__(self, *_: object) -> None:
        self._log.close()

    def say(self, line: str) -> None:
        clear = "\r\033[K" if self._live else ""
        print(clear + line, flush=True)

    @contextmanager
    def step(self, name: str, *, mend: str) -> Iterator[None]:
        """Announce a step and how long it took. `mend` is what to try when a program of it fails."""
        self._step = (name, time.monotonic())
        if not self._live:
            self.say(f"→ {name} …")
        try:
            yield
        except ProgramFailed as failure:
            raise StepFailed(f"{name} failed: {failure}. {mend} Everything it said: {self.log_path}") from failure
        self.steps_done += 1
        self.say(f"✓ {name}  {self._elapsed()}")

    def run(self, command: Sequence[str], *, env: dict[str, str] | None = None, cwd: str = ".") -> None:
        """Run one program to its end, showing its latest line. Raises `ProgramFailed`."""
        self._log.write(f"\n$ {' '.join(command)}\n")
        self._log.flush()
        latest, suspicious = "", ""
        try:
            process = subprocess.Popen(
                command,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
        except OSError as error:
            raise ProgramFailed(f"{command[0]}: {error.strerror}") from error
        with process:
            for line in process.stdout or ():
                self._log.write(line)
                latest = line.strip() or latest
                suspicious = latest if LOOKS_WRONG.search(latest) else suspicious
                self._show(latest)
        if process.returncode:
            said = (suspicious or latest or f"exit code {process.returncode}").rstrip(".")
            raise ProgramFailed(f"{Path(command[0]).name}: {said[:300]}")

    def _show(self, latest: str) -> None:
        if self._live:
            name, _ = self._step
            print(f"\r\033[K{f'… {name}  {self._elapsed()}  {latest}'[:WIDTH]}", end="", flush=True)

    def _elapsed(self) -> str:
        return f"{time.monotonic() - self._step[1]:.0f} s"


class ProgramFailed(Exception):
    """A program ended with an error; the message is the line of its output that most likely says why."""
