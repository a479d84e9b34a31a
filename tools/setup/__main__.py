"""Make this folder ready to run: `python3 tools/setup` (with --tests: ready to test; --guacd, --image, --machine).

Needs nothing but Python's standard library. Each step leaves a stamp of what it was made from and is skipped while
that has not changed, so it costs a fraction of a second when all is done. May be interrupted and run again at any time.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file is run by whatever python3 is
    sys.exit("This needs Python 3.11 or newer; this one is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12")

import argparse
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console import Console, StepFailed
from debian import install_packages
from guacd import guacd
from steps import STEPS, Folder

INTERRUPTED = 130


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/setup", description="Make this folder ready to run.")
    parser.add_argument("--tests", action="store_true", help="also install what only tests need")
    parser.add_argument("--guacd", action="store_true", help="also get a guacd; tests have one anyway")
    parser.add_argument("--image", action="store_true", help="also install what builds the image")
    parser.add_argument("--machine", action="store_true", help="also install what boots it")
    arguments = parser.parse_args()
    folder = Folder(Path(__file__).resolve().parents[2])
    os.chdir(folder.root)
    folder.cache.mkdir(exist_ok=True)
    wanted = {"test": arguments.tests, "image": arguments.image, "machine": arguments.machine}
    groups = ("run", *(group for group, given in wanted.items() if given))
    begun = time.monotonic()
    with only_one(folder.cache / "setup.lock"), Console(folder.cache / "setup.log") as console:
        try:
            install_packages(console, Path("config/debian-packages.txt"), groups)
            for step in STEPS:
                step(console, folder)
            if arguments.guacd or arguments.tests:
                guacd(console, folder)
        except StepFailed as failure:
            console.say(f"✗ {failure}")
            return 1
        except KeyboardInterrupt:
            console.say("Interrupted. What is done is kept: the same command goes on from here.")
            return INTERRUPTED
    if console.steps_done:
        console.say(f"✓ Set-up done in {time.monotonic() - begun:.0f} s")
    return 0


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold the set-up of this folder; a second one waits until the first is through."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up of this folder is under way; waiting for it …", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
