"""The test cloud as tests use it: brought up when it is not there, with something to make machines from.

What tests look at as the cloud's administrator is asked for here by plain calls, so that nothing is proved by the
code that is under test.
"""

import itertools
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import yaml
from requests.adapters import BaseAdapter

from visa.adapters.cloud.openstack import OpenStackCloud
from visa.adapters.cloud.openstack.connect import Api, Json, Service
from visa.settings import OpenStack

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("VISA_TESTCLOUD_DIR", ROOT / ".testcloud"))
CLOUDS = FOLDER / "clouds.yaml"
NAME = "visa-test-plain"
PAUSE_S = 0.4
GIB = 1 << 30
_WORD_AT = 700 << 20
_WORD_BYTES = 64


@contextmanager
def up(virt: str = "fake") -> Iterator[None]:
    """The cloud answers within, with this driver; it is left as it was found, up or down."""
    if _answers() and (FOLDER / "run/virt").read_text() == virt:
        yield
        return
    _make("testcloud", virt)
    try:
        yield
    finally:
        _make("testcloud-down", virt)


def _make(target: str, virt: str) -> None:
    """What was given to the tests' own make as ARGS is not meant for this one."""
    subprocess.run(["make", "--no-print-directory", target, "ARGS=", f"VIRT={virt}"], cwd=ROOT, check=True)


def _answers() -> bool:
    if not CLOUDS.is_file():
        return False
    address = urlsplit(yaml.safe_load(CLOUDS.read_text())["clouds"]["visa-test"]["auth"]["auth_url"])
    try:
        socket.create_connection((address.hostname, address.port or 80), timeout=2).close()
    except OSError:
        return False
    return True


@dataclass
class Ground:
    """One project of the test cloud, in which every test uses deployments of its own."""

    admin: Api = field(default_factory=lambda: Api(OpenStack(cloud="visa-test-admin")))
    member: Api = field(default_factory=lambda: Api(OpenStack(cloud="visa-test")))
    used: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _run: str = field(default_factory=lambda: secrets.token_hex(3))

    def prepare(self) -> None:
        """A network of the project, an image and a flavour for everybody: what an operator prepares."""
        self._ensure_flavour()
        self._ensure_image()
        self._ensure_network()

    def deployment(self) -> str:
        name = f"t{self._run}-{next(self._numbers)}"
        self.used.append(name)
        return name

    def settings(self, **changes: Any) -> OpenStack:
        given = {
            "cloud": "visa-test",
            "network": NAME,
            "broker_cidrs": ("127.0.0.1/32",),
            "readiness": "active",
            "backups": True,
        }
        return OpenStack(**(given | changes))

    def cloud(self, deployment: str, transport: BaseAdapter | None = None, **changes: Any) -> OpenStackCloud:
        return OpenStackCloud(self.settings(**changes), deployment, transport=transport)

    # What the administrator sees

    def servers(self, deployment: str) -> list[Json]:
        rows = self.admin.listed(Service.COMPUTE, "/servers/detail", "servers", all_tenants="true")
        return _of(rows, deployment)

    def volumes(self, deployment: str) -> list[Json]:
        rows = self.admin.listed(Service.VOLUME, "/volumes/detail", "volumes", all_tenants="true")
        return _of(rows, deployment)

    def backups(self, deployment: str) -> list[Json]:
        rows = self.admin.listed(Service.VOLUME, "/backups/detail", "backups", all_tenants="true")
        return _of(rows, deployment)

    def volumes_in_use(self) -> int:
        """Of the whole project, whoever left them there."""
        return len(self.member.listed(Service.VOLUME, "/volumes", "volumes"))

    def backups_in_use(self) -> int:
        """Of the whole project, likewise."""
        return len(self.member.listed(Service.VOLUME, "/backups", "backups"))

    def ports_of(self, server: str) -> list[Json]:
        return self.admin.listed(Service.NETWORK, "/ports", "ports", device_id=server)

    def reset_volume(self, ref: str, status: str) -> None:
        order = {"os-reset_status": {"status": status}}
        self.admin.post(Service.VOLUME, f"/volumes/{ref}/action", order).json()

    def reset_backup(self, ref: str, status: str) -> None:
        order = {"os-reset_status": {"status": status}}
        assert self.admin.call(Service.VOLUME, "POST", f"/backups/{ref}/action", json=order).ok
        until(lambda: self._backup(ref)["status"] == status, f"backup {status}")

    def _backup(self, ref: str) -> Json:
        return dict(self.member.get(Service.VOLUME, f"/backups/{ref}").json()["backup"])

    def reset_server(self, ref: str, state: str) -> None:
        self.admin.post(Service.COMPUTE, f"/servers/{ref}/action", {"os-resetState": {"state": state}}).json()

    def revoke(self, token: str) -> None:
        """The cloud forgets this token."""
        address = yaml.safe_load(CLOUDS.read_text())["clouds"]["visa-test"]["auth"]["auth_url"].rstrip("/")
        address = address if address.endswith("/v3") else f"{address}/v3"
        headers = {"X-Auth-Token": token, "X-Subject-Token": token}
        requests.delete(f"{address}/auth/tokens", headers=headers, timeout=30).raise_for_status()

    def clouds_with(self, folder: Path, **changes: str) -> Path:
        """A clouds.yaml in which these entries of our credentials are others."""
        clouds = yaml.safe_load(CLOUDS.read_text())
        clouds["clouds"]["visa-test"]["auth"].update(changes)
        changed = folder / "clouds.yaml"
        changed.write_text(yaml.safe_dump(clouds))
        return changed

    @contextmanager
    def quota(self, service: Service, **limits: int) -> Iterator[None]:
        """The project has these limits within, and none after."""
        self._set_quota(service, limits)
        try:
            yield
        finally:
            self._set_quota(service, dict.fromkeys(limits, -1))

    def _set_quota(self, service: Service, limits: dict[str, int]) -> None:
        project = self.member.project_id()
        asked = limits | ({"force": True} if service is Service.COMPUTE else {})  # also below what is in use
        reply = self.admin.call(service, "PUT", f"/os-quota-sets/{project}", json={"quota_set": asked})
        assert reply.ok, reply.text

    # What is prepared, and taken away at the end

    def _ensure_flavour(self) -> None:
        flavours = self.admin.listed(Service.COMPUTE, "/flavors", "flavors")
        if NAME not in {flavour["name"] for flavour in flavours}:
            order = {"name": NAME, "vcpus": 1, "ram": 128, "disk": 1}
            self.admin.post(Service.COMPUTE, "/flavors", {"flavor": order}).json()

    def _ensure_image(self) -> None:
        images = self.admin.listed(Service.IMAGE, "/images", "images", name=NAME)
        if not any(image["status"] == "active" for image in images):
            self.make_image(NAME, visibility="public")

    def make_image(self, name: str, *, visibility: str = "public") -> str:
        order = {"name": name, "disk_format": "raw", "container_format": "bare", "visibility": visibility}
        ref = str(self.admin.post(Service.IMAGE, "/images", order).json()["id"])
        content = {"Content-Type": "application/octet-stream"}
        sent = self.admin.call(Service.IMAGE, "PUT", f"/images/{ref}/file", data=b"\0" * 1024, headers=content)
        assert sent.ok, sent.text
        return ref

    def _ensure_network(self) -> None:
        if self.member.listed(Service.NETWORK, "/networks", "networks", name=NAME):
            return
        network = self.member.post(Service.NETWORK, "/networks", {"network": {"name": NAME}}).json()["network"]
        subnet = {"network_id": network["id"], "ip_version": 4, "cidr": "10.77.0.0/16", "gateway_ip": None}
        self.member.post(Service.NETWORK, "/subnets", {"subnet": subnet}).json()

    def clean(self) -> None:
        """Delete everything that tests made: machines first, then snapshots, then volumes and backups."""
        mine = set(self.used)
        self._delete(Service.COMPUTE, "/servers", "servers", mine)
        self._delete(Service.VOLUME, "/snapshots", "snapshots", mine)
        self._delete(Service.VOLUME, "/volumes", "volumes", mine)
        self._delete(Service.VOLUME, "/backups", "backups", mine)
        for group in self.member.listed(Service.NETWORK, "/security-groups", "security_groups", fields=["id", "name"]):
            if group["name"].removeprefix("visa-") in mine:
                self.member.delete(Service.NETWORK, f"/security-groups/{group['id']}")

    def remove_servers(self, deployment: str) -> None:
        """Delete its machines, and wait until they are gone."""
        self._delete(Service.COMPUTE, "/servers", "servers", {deployment})

    def _delete(self, service: Service, path: str, key: str, deployments: set[str]) -> None:
        asked: set[str] = set()

        def gone() -> bool:
            rows = [
                row
                for row in self.member.listed(service, f"{path}/detail", key)
                if row.get("metadata", {}).get("visa_deployment") in deployments
            ]
            for row in rows:
                if row["id"] not in asked and self.member.delete(service, f"{path}/{row['id']}").ok:
                    asked.add(row["id"])
            return not rows

        until(gone, f"{key} of {len(deployments)} deployments gone", patience_s=120, pause_s=1)


def put(ref: str, word: str) -> None:
    """Write a word into a volume that no machine has: far behind its beginning, where no file system would miss it."""
    with _volume(ref).open("r+b") as file:
        file.seek(_WORD_AT)
        file.write(word.encode().ljust(_WORD_BYTES, b"\0"))


def held(ref: str) -> str:
    """The word in a volume, which has to be as large as it says, or no file system in it could be mounted."""
    assert _volume(ref).stat().st_size == GIB
    with _volume(ref).open("rb") as file:
        file.seek(_WORD_AT)
        return file.read(_WORD_BYTES).rstrip(b"\0").decode()


def _volume(ref: str) -> Path:
    """The file that it is; what was written since a snapshot lies in one beside it, and is not meant."""
    return FOLDER / "fake/volumes" / f"volume-{ref}"


def _of(rows: list[Json], deployment: str) -> list[Json]:
    return [row for row in rows if row.get("metadata", {}).get("visa_deployment") == deployment]


def until(holds: Callable[[], Any], what: str, *, patience_s: float = 60, pause_s: float = PAUSE_S) -> Any:
    """Look again and again, gently: the real lists are expensive. Returns what held."""
    deadline = time.monotonic() + patience_s
    while not (came := holds()):
        assert time.monotonic() < deadline, f"waited {patience_s} s for: {what}"
        time.sleep(pause_s)
    return came
