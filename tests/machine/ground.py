"""The test cloud with real machines, and what an operator prepares in it: a network and a size of machines."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from visa.adapters.cloud.openstack.connect import Api, Json, Service
from visa.settings import OpenStack

NAME = "visa-machine"
CABLE, HOST, GUESTS = "10.78.0.0/24", "10.78.0.1", {"start": "10.78.0.20", "end": "10.78.0.200"}
MEMORY_MIB, VCPUS = 2048, 2


@dataclass
class RealGround:
    """Plain calls, as the administrator and as the project that the product is given."""

    admin: Api = field(default_factory=lambda: Api(OpenStack(cloud="visa-test-admin")))
    member: Api = field(default_factory=lambda: Api(OpenStack(cloud="visa-test")))

    def prepare(self, about_image: Path) -> None:
        disk_gib = json.loads(about_image.read_text())["disk_gib"]
        names = {flavour["name"] for flavour in self.admin.listed(Service.COMPUTE, "/flavors", "flavors")}
        if NAME not in names:
            order = {"name": NAME, "vcpus": VCPUS, "ram": MEMORY_MIB, "disk": disk_gib + 1}
            self.admin.post(Service.COMPUTE, "/flavors", {"flavor": order}).json()
        if not self.member.listed(Service.NETWORK, "/networks", "networks", name=NAME):
            network = self.member.post(Service.NETWORK, "/networks", {"network": {"name": NAME}}).json()["network"]
            subnet = {
                "network_id": network["id"], "ip_version": 4, "cidr": CABLE, "gateway_ip": HOST, "enable_dhcp": False,
                "allocation_pools": [GUESTS],
            }  # fmt: skip
            self.member.post(Service.NETWORK, "/subnets", {"subnet": subnet}).json()

    def servers(self, deployment: str) -> list[Json]:
        rows = self.admin.listed(Service.COMPUTE, "/servers/detail", "servers", all_tenants="true")
        return [row for row in rows if row["metadata"].get("visa_deployment") == deployment]

    def volumes(self, deployment: str) -> list[Json]:
        rows = self.admin.listed(Service.VOLUME, "/volumes/detail", "volumes", all_tenants="true")
        return [row for row in rows if row["metadata"].get("visa_deployment") == deployment]

    def console(self, server: str) -> str:
        order = {"os-getConsoleOutput": {"length": 80}}
        return str(self.admin.post(Service.COMPUTE, f"/servers/{server}/action", order).json()["output"])

    def remove(self, deployment: str) -> None:
        """Delete its volumes; its machines are gone."""
        for volume in self.volumes(deployment):
            self.member.delete(Service.VOLUME, f"/volumes/{volume['id']}")
