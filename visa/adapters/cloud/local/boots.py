"""Booting one server: what a sandbox is given before its first process runs, and the launch itself."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from visa.adapters.cloud.local import files, launch, sandbox
from visa.adapters.cloud.local.cgroups import Cgroups
from visa.adapters.cloud.local.desktop import SOCKET
from visa.adapters.cloud.local.images import LocalImage
from visa.adapters.cloud.local.orders import account_files
from visa.adapters.cloud.local.records import NAMES, SPEC
from visa.adapters.cloud.local.server import Server
from visa.domain.hostnames import hostname_of
from visa.domain.resources import ServerSpec
from visa.errors import Refused

_INIT = Path(__file__).with_name("init.sh")


@dataclass(frozen=True)
class House:
    """What all servers share. `as_root`: sandboxes run as the persons' own accounts instead of ours."""

    folder: Path
    volumes: Path
    bin: Path
    deployment: str
    images: Mapping[str, LocalImage]
    cgroups: Cgroups
    grace_s: float
    as_root: bool

    def check(self, spec: ServerSpec) -> None:
        """Whether this house could ever run it. Raises `Refused`."""
        if spec.image not in self.images:
            raise Refused(f"There is no image {spec.image!r} here.", code="no_such_image")


def boot(house: House, server: Server, *, number: int, lock_fd: int) -> None:
    """Start the boot that was ordered. Raises `Refused` when the server or its image is gone."""
    spec = files.read_record(server.folder / "spec.json", SPEC)
    order = server.order()
    if spec is None or order is None:
        raise Refused("There is no such machine (any more).", code="gone")
    house.check(spec)
    plan = _prepare(house, server, replace(spec, mounts=order.mounts))
    shown = sandbox.binds(plan, tuple(sorted(path.name for path in plan.etc.iterdir())))
    groups = house.cgroups.make(server.ref, vcpus=spec.vcpus, memory_mib=spec.memory_mib)
    files.write_record(server.folder / "groups.json", NAMES, tuple(map(str, groups)))
    visible = launch.staged(shown) if house.as_root else shown
    launch.start(
        launch.Launch(
            folder=server.folder,
            boot=number,
            groups=groups,
            command=tuple(sandbox.arguments(plan, visible)),
            binds=tuple(shown),
            account=spec.account if house.as_root else None,
        ),
        lock_fd,
    )


def _prepare(house: House, server: Server, spec: ServerSpec) -> sandbox.Plan:
    """Fresh folders for a boot: nothing of an earlier one is left where the person could have written."""
    run, etc = server.folder / "run", server.folder / "etc"
    files.throw_away(run, house.bin, durable=False)
    (server.folder / SOCKET).unlink(missing_ok=True)
    run.mkdir(mode=0o700)
    etc.mkdir(exist_ok=True)
    if house.as_root:
        os.chown(run, spec.account.uid, spec.account.gid)
    hostname = hostname_of(spec.name)
    machine_id = server.ref.removeprefix("s-").ljust(32, "0")
    for name, text in account_files(spec.account, hostname=hostname, machine_id=machine_id).items():
        (etc / name).write_text(text)
        (etc / name).chmod(0o644)
    image = house.images[spec.image]
    return sandbox.Plan(
        spec=spec,
        session=image.session,
        geometry=image.geometry,
        home=house.volumes / spec.volume_ref / "data",
        run=run,
        etc=etc,
        init=_INIT,
        defaults=image.defaults,
        grace_s=house.grace_s,
    )
