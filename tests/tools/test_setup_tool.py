"""The set-up that runs before anything is installed: skips what is current, and names what failed and the way out."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETUP = ROOT / "tools" / "setup"


@pytest.fixture(autouse=True)
def setup_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The set-up's modules are scripts beside each other, and no package."""
    monkeypatch.syspath_prepend(str(SETUP))


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A copy of the set-up in an empty project."""
    (tmp_path / "tools" / "setup").mkdir(parents=True)
    (tmp_path / "config").mkdir()
    for file in SETUP.glob("*.py"):
        (tmp_path / "tools" / "setup" / file.name).write_text(file.read_text())
    (tmp_path / "config" / "debian-packages.txt").write_text("[venv]\n[run]\nno-such-package-anywhere\n[test]\n")
    return tmp_path


def run(folder: Path, env: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "tools/setup"],
        cwd=folder,
        env={**os.environ, "VISA_SKIP_PACKAGES": "", **env},
        capture_output=True,
        text=True,
        check=False,
    )


def program(folder: Path, name: str, script: str) -> None:
    """A stand-in for a system program, first on PATH."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_the_list_of_packages_has_its_groups():
    import debian

    groups = debian.read_list(ROOT / "config" / "debian-packages.txt")
    assert list(groups) == ["venv", "run", "test", "image", "machine"]
    assert "bubblewrap" in groups["run"]
    assert "chromium" in groups["test"]


def test_missing_packages_are_told_from_installed_ones():
    import debian

    assert debian.missing(["dpkg", "no-such-package-anywhere"]) == ["no-such-package-anywhere"]


def test_a_stamp_is_current_only_for_what_it_was_made_from(tmp_path: Path):
    import steps

    stamp = steps.Stamp(tmp_path / "stamp", "lock file 1")
    assert not stamp.is_current()
    stamp.write()
    assert stamp.is_current()
    assert not steps.Stamp(tmp_path / "stamp", "lock file 2").is_current()


def test_a_failing_program_ends_in_one_line_that_says_what_to_do(bare: Path, tmp_path: Path):
    fakes = tmp_path / "fakes"
    program(fakes, "dpkg", "exit 0")
    program(fakes, "apt-get", "echo 'E: Unable to locate package'; exit 100")
    program(fakes, "sudo", 'shift 0; [ "$1" = -n ] && exit 0; exec "$@"')
    done = run(bare, {"PATH": f"{fakes}:{os.environ['PATH']}"})
    assert done.returncode == 1
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("✗")]
    assert "E: Unable to locate package" in line
    assert "sudo apt-get update && sudo apt-get install --no-install-recommends no-such-package-anywhere" in line
    assert "setup.log" in line


def test_a_machine_that_is_no_debian_is_told_how_to_go_on(bare: Path, tmp_path: Path):
    done = run(bare, {"PATH": str(tmp_path / "nothing")})
    assert done.returncode == 1
    assert "VISA_SKIP_PACKAGES=1" in done.stdout


def test_an_interrupted_installation_is_begun_anew(bare: Path):
    import steps
    from console import Console

    folder = steps.Folder(bare)
    with Console(bare / "log") as console:
        steps.virtual_environment(console, folder)
        (folder.venv / "left-behind").touch()
        steps.virtual_environment(console, folder)
        assert (folder.venv / "left-behind").exists(), "a finished one is kept"
        (folder.venv / ".unfinished").touch()
        steps.virtual_environment(console, folder)
        assert not (folder.venv / "left-behind").exists()
    assert Path(folder.python).exists()
