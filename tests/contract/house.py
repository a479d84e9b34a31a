"""One house for every adapter of the cloud port: what a test needs to order things from it and to wait for them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from visa.adapters.cloud.local import LocalCloud, LocalImage
from visa.domain.resources import (
    Account,
    BackupSeen,
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
from visa.errors import Busy
from visa.ports.cloud import Cloud
from visa.testing.clock import FrozenClock, counting_ids
from visa.testing.cloud import FakeCloud

T = TypeVar("T")
ANNA = Account("anna", 6101, 6101, (6200,), "Anna Example")


@dataclass
class House:
    """A cloud under test. `another(deployment)` is a second process's view of the same cloud.

    `put` writes a word into a volume that no server has, and `held` reads it from there, past the port.
    `mine` and `theirs` are two deployments in it. `pause_s` is how long to wait between two looks: a real cloud is
    slow, and minds being asked.
    """

    cloud: Cloud
    another: Callable[[str], Cloud]
    data: Path
    put: Callable[[str, str], None]
    held: Callable[[str], str]
    mine: str = "mine"
    theirs: str = "theirs"
    image: str = "plain"
    flavour: str = "small"
    volume_gib: int = 5
    patience_s: float = 20
    pause_s: float = 0.02
    numbers: Iterator[str] = field(default_factory=lambda: iter(map(str, range(1, 1000))))

    def volume_spec(self, *, deployment: str | None = None) -> VolumeSpec:
        return VolumeSpec(Mark(deployment or self.mine, "volume", next(self.numbers)), self.volume_gib, ANNA)

    def server_spec(self, volume_ref: str, *, deployment: str | None = None) -> ServerSpec:
        mark = Mark(deployment or self.mine, "server", next(self.numbers))
        return ServerSpec(
            mark, "My desktop", self.image, 1, 512, volume_ref, ANNA, self.mounts, "us", flavour=self.flavour
        )

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

    def backups(self) -> dict[str, BackupSeen]:
        return {seen.ref: seen for seen in self.cloud.survey().backups}

    def accepted(self, order: Callable[[], T]) -> T:
        """What an order returns once the cloud is not busy any more: its caller tries again, as the scheduler does."""
        answers: list[T] = []

        def taken() -> bool:
            try:
                answers.append(order())
            except Busy:
                self.cloud.survey()
                return False
            return True

        self.until(taken, "an order that is accepted")
        return answers[0]

    def until_ready(self, ref: str) -> ServerSeen:
        self.until(lambda: ref in self.servers() and self.servers()[ref].desktop_ready, f"{ref} ready")
        return self.servers()[ref]

    def until_power(self, ref: str, power: Power) -> ServerSeen:
        self.until(lambda: self.servers()[ref].power is power, f"{ref} {power}")
        return self.servers()[ref]

    def until_volume(self, ref: str, state: VolumeState) -> VolumeSeen:
        self.until(lambda: self.volumes()[ref].state is state, f"{ref} {state}")
        return self.volumes()[ref]

    def until_backup(self, ref: str, state: VolumeState) -> BackupSeen:
        self.until(lambda: self.backups()[ref].state is state, f"{ref} {state}")
        return self.backups()[ref]

    def states_until(self, ref: str, state: VolumeState) -> set[VolumeState]:
        """Every state in which a volume was seen until it came to this one."""
        states: set[VolumeState] = set()

        def there() -> bool:
            states.add(self.volumes()[ref].state)
            return state in states

        self.until(there, f"{ref} {state}")
        return states

    def until_gone(self, ref: str) -> None:
        def gone() -> bool:
            survey = self.cloud.survey()
            everything = (*survey.servers, *survey.volumes, *survey.snapshots, *survey.backups)
            return ref not in {seen.ref for seen in everything}

        self.until(gone, f"{ref} gone")

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Look again and again, as the scheduler does."""
        deadline = time.monotonic() + self.patience_s
        while not holds():
            assert time.monotonic() < deadline, f"waited {self.patience_s} s for: {what}; saw {self.cloud.survey()}"
            time.sleep(self.pause_s)


@contextmanager
def local_house(root: Path, data: Path) -> Iterator[House]:
    images = {"plain": LocalImage(("sleep", "infinity"), geometry="320x200")}

    def view(deployment: str) -> LocalCloud:
        return LocalCloud(root, deployment, images, FrozenClock(), grace_s=2)

    def file(ref: str) -> Path:
        return root / "volumes" / ref / "data" / "word"

    def put(ref: str, word: str) -> None:
        file(ref).write_text(word)

    house = House(view("mine"), view, data, put, lambda ref: file(ref).read_text())
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

    yield House(fake, view, data, fake.contents.__setitem__, fake.contents.__getitem__)
