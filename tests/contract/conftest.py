"""One house for every adapter of the cloud port: what a test needs to order things from it and to wait for them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from visa.adapters.cloud.local import LocalCloud, LocalImage
from visa.domain.resources import (
    Account,
    Mark,
    Mount,
    MountMode,
    Power,
    ServerSeen,
    ServerSpec,
    SnapshotSeen,
    VolumeSeen,
    VolumeSpec,
    VolumeState,
)
from visa.ports.cloud import Cloud
from visa.testing.clock import FrozenClock, counting_ids
from visa.testing.cloud import FakeCloud

PATIENCE_S = 20
ANNA = Account("anna", 6101, 6101, (6200,), "Anna Example")


@dataclass
class House:
    """A cloud under test. `another(deployment)` is a second process's view of the same cloud."""

    cloud: Cloud
    another: Callable[[str], Cloud]
    data: Path
    numbers: Iterator[str] = field(default_factory=lambda: iter(map(str, range(1, 1000))))

    def volume_spec(self, *, deployment: str = "mine") -> VolumeSpec:
        return VolumeSpec(Mark(deployment, "volume", next(self.numbers)), 5, ANNA)

    def server_spec(self, volume_ref: str, *, deployment: str = "mine") -> ServerSpec:
        mark = Mark(deployment, "server", next(self.numbers))
        return ServerSpec(mark, "My desktop", "plain", 1, 512, volume_ref, ANNA, self.mounts, "us")

    @property
    def mounts(self) -> tuple[Mount, ...]:
        return (Mount(str(self.data), "/data/e1/raw", MountMode.READ_ONLY),)

    def volume(self) -> VolumeSeen:
        """A volume that may be used."""
        ref = self.cloud.create_volume(self.volume_spec()).ref
        return self.until_volume(ref, VolumeState.AVAILABLE)

    def server(self) -> ServerSeen:
        """A server whose desktop is ready."""
        ref = self.cloud.create_server(self.server_spec(self.volume().ref)).ref
        return self.until_ready(ref)

    def servers(self) -> dict[str, ServerSeen]:
        return {seen.ref: seen for seen in self.cloud.survey().servers}

    def volumes(self) -> dict[str, VolumeSeen]:
        return {seen.ref: seen for seen in self.cloud.survey().volumes}

    def snapshots(self) -> dict[str, SnapshotSeen]:
        return {seen.ref: seen for seen in self.cloud.survey().snapshots}

    def until_ready(self, ref: str) -> ServerSeen:
        self.until(lambda: ref in self.servers() and self.servers()[ref].desktop_ready, f"{ref} ready")
        return self.servers()[ref]

    def until_power(self, ref: str, power: Power) -> ServerSeen:
        self.until(lambda: self.servers()[ref].power is power, f"{ref} {power}")
        return self.servers()[ref]

    def until_volume(self, ref: str, state: VolumeState) -> VolumeSeen:
        self.until(lambda: self.volumes()[ref].state is state, f"{ref} {state}")
        return self.volumes()[ref]

    def until_gone(self, ref: str) -> None:
        self.until(lambda: ref not in self.servers() | self.volumes() | self.snapshots(), f"{ref} gone")

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Look again and again, as the scheduler does."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline, f"waited {PATIENCE_S} s for: {what}; saw {self.cloud.survey()}"
            time.sleep(0.02)


@contextmanager
def local_house(root: Path, data: Path) -> Iterator[House]:
    images = {"plain": LocalImage(("sleep", "infinity"), geometry="320x200")}

    def view(deployment: str) -> LocalCloud:
        return LocalCloud(root, deployment, images, FrozenClock(), grace_s=2)

    house = House(view("mine"), view, data)
    try:
        yield house
    finally:
        for deployment in ("mine", "theirs"):
            house.cloud = view(deployment)
            for ref in house.servers():
                house.cloud.delete_server(ref)
                house.until_gone(ref)


@contextmanager
def fake_house(data: Path) -> Iterator[House]:
    fake = FakeCloud("mine", FrozenClock(), counting_ids())

    def view(deployment: str) -> FakeCloud:
        if deployment == "mine":
            return fake
        return FakeCloud(deployment, FrozenClock(), counting_ids(deployment), neighbour=fake)

    yield House(fake, view, data)


@pytest.fixture(params=["fake", "local"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    data = tmp_path / "raw"
    data.mkdir()
    with fake_house(data) if request.param == "fake" else local_house(tmp_path / "cloud", data) as made:
        yield made
