"""`make bench-openstack`: many instances requested at once, beside a bare script that makes the same things.

Both make a volume and a server for each, on the same test cloud, one after the other, with as many calls at a time. The
peer is as fast as openstacksdk allows: it waits with lists, as the product does, and checks nothing. Read the ratio.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import openstack
import pytest
import structlog

from tests.openstack import ground as testcloud
from tests.openstack.flaky import Flaky
from tests.openstack.ground import NAME, PAUSE_S, Ground
from tests.openstack.scene import Scene, open_scene
from visa.services import instances
from visa.services.reconcile import run_pass
from visa.store import migrate
from visa.store.session import open_engine, open_sessions

COUNT = int(os.environ.get("VISA_BENCH_INSTANCES", "100"))
CALLS = 8


class Counting(Flaky):
    """Counts every call, those that only read too."""

    calls = 0

    def send(self, request, *args, **options):  # type: ignore[no-untyped-def]
        self.calls += 1
        return super().send(request, *args, **options)


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with pytest.MonkeyPatch.context() as environment, testcloud.up(), TemporaryDirectory() as folder:
        environment.setenv("OS_CLIENT_CONFIG_FILE", str(testcloud.CLOUDS))
        ground = Ground()
        ground.prepare()
        bare_s = _bare(ground)
        scene, transport = _open(ground, Path(folder))
        alone = _steady(scene, transport)
        ours_s, made_calls = _ours(scene, transport)
        steady = _steady(scene, transport)
        ended_calls = _end(scene, transport)
        ground.clean()
    print(f"{COUNT} instances on a real OpenStack, {CALLS} calls at a time")
    print(f"  bare openstacksdk   {bare_s:7.1f} s")
    print(f"  visa                {ours_s:7.1f} s   ratio {ours_s / bare_s:.2f}")
    print(f"  calls an instance   {made_calls / COUNT:7.1f}     from request to running, all lists included")
    print(f"                      {ended_calls / COUNT:7.1f}     to delete it and see it gone")
    print(f"  calls a pass        {steady:7.1f}     when nothing is to be done, with {COUNT} instances")
    print(f"                      {alone:7.1f}     with none")


def _bare(ground: Ground) -> float:
    """Volumes, then servers with them, then wait until all run."""
    cloud = openstack.connect(cloud="visa-test")
    deployment = ground.deployment()
    network = cloud.network.find_network(NAME)
    image, flavour = cloud.image.find_image(NAME), cloud.compute.find_flavor(NAME)
    marks = {"visa_deployment": deployment, "visa_kind": "server", "visa_id": "bare"}

    def volume(number: int) -> str:
        made = cloud.block_storage.create_volume(name=f"{deployment}-{number}", size=1, metadata=marks)
        return str(made.id)

    def server(number: int, volume_id: str) -> str:
        boot = {"source_type": "image", "destination_type": "local", "uuid": image.id, "boot_index": 0}
        data = {"source_type": "volume", "destination_type": "volume", "uuid": volume_id, "boot_index": -1}
        made = cloud.compute.create_server(
            name=f"{deployment}-{number}",
            flavor_id=flavour.id,
            image_id=image.id,
            networks=[{"uuid": network.id}],
            block_device_mapping=[boot | {"delete_on_termination": True}, data],
            metadata=marks,
        )
        return str(made.id)

    began = time.monotonic()
    with ThreadPoolExecutor(CALLS) as pool:
        volumes = list(pool.map(volume, range(COUNT)))
        wanted = set(volumes)
        testcloud.until(
            lambda: wanted <= {one.id for one in cloud.block_storage.volumes() if one.status == "available"},
            "volumes",
            patience_s=1800,
        )
        servers = set(pool.map(server, range(COUNT), volumes))
    testcloud.until(
        lambda: servers <= {one.id for one in cloud.compute.servers() if one.status == "ACTIVE"},
        "servers",
        patience_s=1800,
    )
    took_s = time.monotonic() - began
    ground.clean()
    return took_s


def _open(ground: Ground, folder: Path) -> tuple[Scene, Counting]:
    engine = open_engine(f"sqlite:///{folder / 'visa.db'}")
    migrate.upgrade(engine)
    transport = Counting()
    return open_scene(ground, open_sessions(engine), flaky=transport, calls=CALLS, instances=COUNT), transport


def _ours(scene: Scene, transport: Counting) -> tuple[float, int]:
    before, began = transport.calls, time.monotonic()
    for _ in range(COUNT):
        scene.create()
    _until_all(scene, "running")
    return time.monotonic() - began, transport.calls - before


def _end(scene: Scene, transport: Counting) -> int:
    before = transport.calls
    for instance_id in scene.ids("running"):
        scene.does(instances.delete, instance_id)
    _until_all(scene, "gone")
    return transport.calls - before


def _steady(scene: Scene, transport: Counting) -> float:
    before = transport.calls
    for _ in range(5):
        run_pass(scene.work)
    return (transport.calls - before) / 5


def _until_all(scene: Scene, phase: str) -> None:
    """As the scheduler does: at once again while there is something to do, else after a short while."""
    deadline = time.monotonic() + 1800
    while len(scene.ids(phase)) < COUNT:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(scene.ids(phase))} of {COUNT} {phase}")
        report = scene.pass_once()
        if report is None or not report.progressed:
            time.sleep(PAUSE_S)
