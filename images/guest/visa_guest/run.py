"""Running programs of the system: their last words are the reason when they fail."""

import subprocess
from collections.abc import Sequence

TIMEOUT_S = 60
_WORDS = 300


class Failed(Exception):
    """A program failed or took too long; the message is for people."""


def run(*command: str, ok: Sequence[int] = (0,), timeout_s: float = TIMEOUT_S) -> str:
    """What it printed. Raises `Failed`."""
    return run_bytes(*command, ok=ok, timeout_s=timeout_s).decode(errors="replace")


def run_bytes(*command: str, ok: Sequence[int] = (0,), timeout_s: float = TIMEOUT_S, given: bytes = b"") -> bytes:
    """The same for a program that reads or prints bytes."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout_s, check=False, input=given)
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{command[0]} took longer than {timeout_s:.0f} s") from error
    except OSError as error:
        raise Failed(f"{command[0]}: {error.strerror}") from error
    if done.returncode not in ok:
        words = " ".join((done.stderr or done.stdout).decode(errors="replace").split())[-_WORDS:]
        raise Failed(words or f"{command[0]} ended with {done.returncode}")
    return done.stdout
