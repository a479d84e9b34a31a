"""Settings of the clouds that instances run in."""

from itertools import combinations
from pathlib import Path
from typing import Literal

from pydantic import Field, IPvAnyNetwork

from visa.settings.base import Seconds, Section


class OpenStack(Section):
    """One project of an OpenStack cloud."""

    cloud: str = Field("", description="Name in clouds.yaml; empty takes the OS_* variables of the environment.")
    network: str = Field("", description="Network of the machines, by name or id; the broker must reach it.")
    security_group: str = Field(
        "", max_length=255, description="Name of our security group; empty is visa-<deployment>. Made when missing."
    )
    broker_cidrs: tuple[IPvAnyNetwork, ...] = Field(
        (), description="Addresses of the brokers, as networks: only they reach the desktops."
    )
    desktop_port: int = Field(5900, ge=1, le=65535, description="TCP port of the desktop inside a machine.")
    readiness: Literal["guest", "active"] = Field(
        "guest",
        description="When a machine counts as ready: guest (its guest service reports the desktop) or active (it runs; for images without the guest service).",
    )
    verify_tls: bool = Field(True, description="Check the cloud's certificates; false only for a trial.")
    ca_file: Path | None = Field(None, description="Certificates to trust instead of the system's.")
    timeout_s: Seconds = Field(30, description="How long one call may take to connect, and to answer.")
    availability_zone: str = Field("", description="Where machines are made; empty leaves it to the cloud.")
    volume_type: str = Field("", description="Type of the volumes of workspaces; empty is the cloud's default.")
    backups: bool = Field(
        False,
        description="The cloud has a backup service for volumes, to archive workspaces in; leave it on while something is archived.",
    )
    boot_volume: bool = Field(
        False, description="Machines boot from a disposable volume instead of a disk of their host."
    )
    config_drive: bool = Field(
        True, description="Hand the first settings over on a small disk too, so that no metadata service is needed."
    )
    timezone: str = Field("Etc/UTC", description="Time zone inside the machines, such as Europe/Paris.")
    user_data: Path | None = Field(
        None, description="Template for cloud-init instead of the shipped one: see docs/openstack.md."
    )
    guest_ca_file: Path | None = Field(
        None, description="Certificates (PEM) by which machines know the api; empty are those of their image."
    )
    guest_api_url: str = Field(
        "", description="Where machines reach the api, such as https://visa.example.org; empty is public_url."
    )


class Mounting(Section):
    """How machines of a real cloud reach the folders below a prefix of the facility's storage."""

    prefix: str = Field(
        pattern=r"^/", description="The folders that it covers; of several rules the longest prefix counts."
    )
    kind: str = Field(pattern=r"^[a-z0-9.]{1,20}$", description="Type for mount(8): nfs4, cifs, ceph; or bind.")
    device: str = Field(min_length=1, description="What is mounted; {rest} stands for the path after the prefix.")
    options: tuple[str, ...] = Field((), description="Options for mount(8) beside ro and rw.")


class Cloud(Section):
    """Where instances run."""

    name: str = Field(
        "main",
        pattern=r"^[a-z0-9-]{1,32}$",
        description="What the catalogue and reports call this cloud; workspaces are stored with it, so never change it later.",
    )
    adapter: Literal["local", "openstack"] = Field(
        "local", description="Kind of cloud: local (sandboxes on this machine) or openstack."
    )
    deployment: str = Field("visa", pattern=r"^[a-z0-9-]{1,32}$", description="Marks our resources in the cloud.")
    root: Path = Field(Path("var/cloud"), description="local: folder that holds volumes and sandboxes.")
    images: Path = Field(Path("images/local"), description="local: folder that holds the kinds of desktops.")
    workspace_gib: int = Field(20, ge=1, description="Size of a new workspace.")
    mounts: tuple[Mounting, ...] = Field(
        (), description="How machines with a guest service mount data: a list of {prefix, kind, device, options}."
    )
    guest_poll_s: int = Field(10, ge=1, le=60, description="How often a guest service reports, in seconds.")
    openstack: OpenStack = OpenStack()

    @property
    def place(self) -> tuple[str, str, str]:
        """What two clouds may not have in common: each would take the other's machines for its own."""
        where = self.openstack.cloud if self.adapter == "openstack" else str(self.root.resolve())
        return self.adapter, where, self.deployment


def refuse_twins(clouds: tuple[Cloud, ...]) -> None:
    """Raises `ValueError` when two clouds have one name, or are the same place."""
    for one, other in combinations(clouds, 2):
        if one.name == other.name:
            raise ValueError(f"more_clouds: two clouds have the name {one.name!r}")
        if one.place == other.place:
            raise ValueError(f"more_clouds: {one.name!r} and {other.name!r} are one and the same cloud")
