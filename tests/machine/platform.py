"""The whole product on a real cloud, as a facility has it: its processes, TLS before the api, storage by NFS."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from tests.e2e.household import Household, household
from tests.machine.fileserver import exported
from tests.machine.front import tls_front
from tests.machine.ground import CABLE, HOST, MEMORY_MIB, NAME, VCPUS, RealGround
from tests.openstack.ground import CLOUDS
from visa.cli.demo import sample
from visa.store.tables import GuestReport, GuestToken, InstanceStatus

DEPLOYMENT = "machine-test"
IMAGE = "debian"


@dataclass
class Platform:
    """A running product, and the ground under it."""

    house: Household
    ground: RealGround
    storage: Path
    facility: Path

    @property
    def address(self) -> str:
        return self.house.address

    def said(self, instance_id: str) -> dict[str, object]:
        """The newest report of its machine; {} when there is none."""
        with self.house.runtime.sessions.read() as session:
            report = session.get(GuestReport, instance_id)
            return report.said if report else {}

    def tokens(self) -> int:
        with self.house.runtime.sessions.read() as session:
            return len(session.scalars(select(GuestToken)).all())

    def story(self, instance_id: str) -> str:
        """Where it is, for whoever reads why a test failed."""
        with self.house.runtime.sessions.read() as session:
            status = session.get(InstanceStatus, instance_id)
        consoles = [self.ground.console(server["id"])[-3000:] for server in self.ground.servers(DEPLOYMENT)]
        where = f"{status.phase} {status.code} {status.message}" if status else "no such instance"
        return "\n".join((where, json.dumps(self.said(instance_id)), *consoles))


@contextmanager
def platform(folder: Path, image: Path) -> Iterator[Platform]:
    """Ready for people within; its machines are removed in the end."""
    with ExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("OS_CLIENT_CONFIG_FILE", str(CLOUDS))
        ground = RealGround()
        ground.prepare(image.with_suffix(".json"))
        stack.callback(ground.remove, DEPLOYMENT)
        facility = folder / "house/facility"
        facility.parent.mkdir()
        sample.create(facility, today=datetime.now(UTC).date())
        storage = facility / "data"
        device = stack.enter_context(exported(storage, folder / "nfs", address=HOST, clients=CABLE))
        front_port, api_port = _free_port(HOST), _free_port("127.0.0.1")
        front = tls_front(folder, address=HOST, port=front_port, behind=api_port)
        certificate = stack.enter_context(front)
        environment = _environment(folder, storage, device, f"https://{HOST}:{front_port}", certificate)
        house = stack.enter_context(household(folder / "house", environment, api_port=api_port))
        _import(image)
        yield Platform(house, ground, storage, facility)


def _import(image: Path) -> None:
    """What an operator types; the settings are those of the running product."""
    visa = [sys.executable, "-c", "from visa.cli.main import main; main()"]
    command = [*visa, "image", "import", str(image), "--name", "Analysis desktop", "--id", IMAGE]
    subprocess.run(command, check=True)


def _environment(folder: Path, storage: Path, device: str, reached_at: str, certificate: Path) -> dict[str, str]:
    catalogue = folder / "catalogue.yaml"
    image = {"id": IMAGE, "name": "Analysis desktop", "cloud_name": "not imported yet"}
    flavour = {"id": "medium", "name": "Medium", "vcpus": VCPUS, "memory_mib": MEMORY_MIB, "cloud_name": NAME}
    catalogue.write_text(yaml.safe_dump({"images": [image], "flavours": [flavour]}))
    mounts = [{"prefix": str(storage), "kind": "nfs4", "device": f"{device}/{{rest}}", "options": ["vers=4.2"]}]
    return {
        "VISA_CATALOGUE": str(catalogue),
        "VISA_CLOUD__ADAPTER": "openstack",
        "VISA_CLOUD__DEPLOYMENT": DEPLOYMENT,
        "VISA_CLOUD__WORKSPACE_GIB": "1",
        "VISA_CLOUD__MOUNTS": json.dumps(mounts),
        "VISA_CLOUD__OPENSTACK__CLOUD": "visa-test",
        "VISA_CLOUD__OPENSTACK__NETWORK": NAME,
        "VISA_CLOUD__OPENSTACK__BROKER_CIDRS": json.dumps([f"{HOST}/32"]),
        "VISA_CLOUD__OPENSTACK__GUEST_API_URL": reached_at,
        "VISA_CLOUD__OPENSTACK__GUEST_CA_FILE": str(certificate),
    }


def _free_port(address: str) -> int:
    with socket.socket() as found:
        found.bind((address, 0))
        return int(found.getsockname()[1])
