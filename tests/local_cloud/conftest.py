"""A local cloud of real sandboxes, and a way to run a script inside one and read what it found."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from visa.adapters.cloud.local import LocalCloud, LocalImage
from visa.adapters.cloud.local.processes import children_of
from visa.domain.resources import (
    Account,
    Mark,
    Mount,
    MountMode,
    Power,
    ServerSeen,
    ServerSpec,
    VolumeSpec,
)
from visa.testing.clock import FrozenClock

PATIENCE_S = 30
AS_ROOT = os.geteuid() == 0
ANNA = Account("anna", 6101, 6101, (6200, 6201), "Anna Example")
BEN = Account("ben", 6102, 6102, (), "Ben Example")
PLAIN = LocalImage(("sleep", "infinity"), geometry="320x200")
_REPORT = 'bash -c {script} >"$HOME/out" 2>&1; echo $? >"$HOME/status"; exec sleep infinity'


@dataclass
class Bench:
    """A cloud and what it holds. `open` gives a second view of it, as another process has it."""

    root: Path
    experiment: Path
    images: dict[str, LocalImage] = field(default_factory=lambda: {"plain": PLAIN})
    numbers: Iterator[str] = field(default_factory=lambda: iter(map(str, range(1, 10_000))))
    grace_s: float = 2

    def __post_init__(self) -> None:
        self.cloud = self.open()

    def open(self) -> LocalCloud:
        return LocalCloud(self.root, "bench", self.images, FrozenClock(), grace_s=self.grace_s)

    @property
    def mounts(self) -> tuple[Mount, ...]:
        return (
            Mount(str(self.experiment / "raw"), "/data/e1/raw", MountMode.READ_ONLY),
            Mount(str(self.experiment / "processed"), "/data/e1/processed", MountMode.READ_WRITE),
        )

    def volume(self, account: Account = ANNA) -> str:
        return self.cloud.create_volume(VolumeSpec(Mark("bench", "volume", next(self.numbers)), 5, account)).ref

    def spec(self, *, image: str = "plain", account: Account = ANNA) -> ServerSpec:
        mark = Mark("bench", "server", next(self.numbers))
        return ServerSpec(mark, "My desktop", image, 1, 1024, self.volume(account), account, self.mounts, "us")

    def home(self, spec: ServerSpec) -> Path:
        """The workspace as the host sees it."""
        return self.root / "volumes" / spec.volume_ref / "data"

    def server(self, spec: ServerSpec | None = None) -> ServerSeen:
        """A server whose desktop is ready."""
        ref = self.cloud.create_server(spec or self.spec()).ref
        return self.until(ref, lambda seen: seen.desktop_ready)

    def inside(self, script: str, *, account: Account = ANNA, **changes: object) -> str:
        """Run a bash script in a new sandbox as its session; what it wrote to both outputs."""
        spec = self.run(script, account=account, **changes)
        self.wait(lambda: (self.home(spec) / "status").exists() and bool((self.home(spec) / "status").read_text()))
        return (self.home(spec) / "out").read_text()

    def run(self, script: str, *, account: Account = ANNA, **changes: object) -> ServerSpec:
        """Start a sandbox that runs the script as its session."""
        name = f"script{next(self.numbers)}"
        quoted = "'" + script.replace("'", "'\\''") + "'"
        self.images[name] = LocalImage(("sh", "-c", _REPORT.format(script=quoted)), geometry="320x200")
        spec = replace(self.spec(image=name, account=account), **changes)
        self.cloud.create_server(spec)
        return spec

    def groups(self, ref: str) -> list[Path]:
        """The control groups of a server."""
        return [Path(name) for name in json.loads((self.root / "servers" / ref / "groups.json").read_text())]

    def kill_inside(self, ref: str, name: str) -> None:
        """Kill a program that the sandbox's first process started."""
        for pid in children_of(started(self, ref)["init"]):
            if Path(f"/proc/{pid}/comm").read_text().strip() == name:
                os.kill(pid, signal.SIGKILL)

    def seen(self, ref: str) -> ServerSeen | None:
        return next((seen for seen in self.cloud.survey().servers if seen.ref == ref), None)

    def until(self, ref: str, holds: Callable[[ServerSeen], bool]) -> ServerSeen:
        found: list[ServerSeen] = []

        def look() -> bool:
            seen = self.seen(ref)
            found[:] = [seen] if seen is not None else []
            return seen is not None and holds(seen)

        self.wait(look, found)
        return found[0]

    def until_power(self, ref: str, power: Power) -> ServerSeen:
        return self.until(ref, lambda seen: seen.power is power)

    def wait(self, holds: Callable[[], bool], told: object = "") -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline, f"waited {PATIENCE_S} s in vain; {told}"
            time.sleep(0.02)

    def clear(self) -> None:
        """End everything."""
        for seen in self.cloud.survey().servers:
            self.cloud.delete_server(seen.ref)
        self.wait(lambda: not self.cloud.survey().servers)


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    folder = tmp_path / "facility" / "e1"
    for name in ("raw", "processed"):
        (folder / name).mkdir(parents=True)
    (folder / "raw" / "scan.dat").write_text("1 2 3\n")
    (folder / "processed").chmod(0o777)
    return folder


@pytest.fixture
def bench(tmp_path: Path, experiment: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "cloud", experiment)
    yield made
    made.clear()


def started(bench: Bench, ref: str) -> dict[str, int]:
    """Pids of a server's sandbox: bwrap outside, and the first process inside."""
    folder = bench.root / "servers" / ref
    outer = int(json.loads((folder / "pid.json").read_text())["stat"].split()[0])
    return {"outer": outer, "init": json.loads((folder / "info.json").read_text())["child-pid"]}


@pytest.fixture
def pids() -> Callable[[Bench, str], dict[str, int]]:
    return started
