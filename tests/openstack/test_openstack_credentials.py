"""Who we are in the cloud: an application credential, by clouds.yaml and by the environment."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml

from tests.openstack.ground import CLOUDS, NAME, until
from visa.adapters.cloud.openstack import OpenStackCloud
from visa.domain.resources import Account, Mark, Power, ServerSpec, VolumeSpec, VolumeState
from visa.errors import Busy
from visa.settings import OpenStack

ANNA = Account("anna", 6101, 6101)


@pytest.fixture
def credential(ground) -> Iterator[dict[str, str]]:
    """What an operator is told to make: by the project's own user, revocable by itself, and no password in any file."""
    entry = yaml.safe_load(CLOUDS.read_text())["clouds"]["visa-test"]["auth"]
    keystone = entry["auth_url"].rstrip("/").removesuffix("/v3") + "/v3"
    user = {"name": entry["username"], "domain": {"name": entry["user_domain_name"]}, "password": entry["password"]}
    project = {"name": entry["project_name"], "domain": {"name": entry["project_domain_name"]}}
    order = {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": {"project": project}}
    signed_in = requests.post(f"{keystone}/auth/tokens", json={"auth": order}, timeout=30)
    signed_in.raise_for_status()
    headers = {"X-Auth-Token": signed_in.headers["X-Subject-Token"]}
    ours = f"{keystone}/users/{signed_in.json()['token']['user']['id']}/application_credentials"
    wish = {"application_credential": {"name": ground.deployment()}}
    made = requests.post(ours, json=wish, headers=headers, timeout=30).json()["application_credential"]
    yield {
        "auth_url": keystone,
        "application_credential_id": made["id"],
        "application_credential_secret": made["secret"],
    }
    requests.delete(f"{ours}/{made['id']}", headers=headers, timeout=30).raise_for_status()


def live_through(cloud: OpenStackCloud, deployment: str) -> None:
    """A workspace, a machine with it, the way back: every service is asked something by this credential."""
    volume = cloud.create_volume(VolumeSpec(Mark(deployment, "volume", "w"), 1, ANNA))
    until(lambda: [one.state for one in cloud.survey().volumes] == [VolumeState.AVAILABLE], "the volume")
    mark = Mark(deployment, "server", "i")
    server = cloud.create_server(ServerSpec(mark, "Anna's", NAME, 1, 128, volume.ref, ANNA, (), "us", flavour=NAME))
    until(lambda: [one.power for one in cloud.survey().servers] == [Power.ACTIVE], "the machine runs")
    cloud.stop_server(server.ref)
    until(lambda: [one.power for one in cloud.survey().servers] == [Power.STOPPED], "the machine has stopped")
    cloud.detach_volume(server.ref, volume.ref)
    until(lambda: [one.state for one in cloud.survey().volumes] == [VolumeState.AVAILABLE], "the volume is free")
    cloud.delete_server(server.ref)
    until(lambda: cloud.survey().servers == (), "the machine is gone")
    until(lambda: _deleted(cloud, volume.ref), "the volume is gone")
    assert cloud.usage() is not None
    assert cloud.offers().images


def _deleted(cloud: OpenStackCloud, ref: str) -> bool:
    try:
        cloud.delete_volume(ref)
    except Busy:
        return False
    return cloud.survey().volumes == ()


def test_an_application_credential_in_clouds_yaml_is_enough(ground, credential, tmp_path: Path, monkeypatch):
    entry = {"auth_type": "v3applicationcredential", "auth": credential, "region_name": "RegionOne"}
    file = tmp_path / "clouds.yaml"
    file.write_text(yaml.safe_dump({"clouds": {"ours": entry}}))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    deployment = ground.deployment()
    settings = OpenStack(cloud="ours", network=NAME, broker_cidrs=("127.0.0.1/32",), readiness="active")
    live_through(OpenStackCloud(settings, deployment), deployment)


def test_the_environment_alone_is_enough(ground, credential, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "none.yaml"))
    monkeypatch.setenv("OS_AUTH_TYPE", "v3applicationcredential")
    monkeypatch.setenv("OS_REGION_NAME", "RegionOne")
    for name, value in credential.items():
        monkeypatch.setenv(f"OS_{name.upper()}", value)
    deployment = ground.deployment()
    cloud = OpenStackCloud(OpenStack(network=NAME, broker_cidrs=("127.0.0.1/32",)), deployment)
    volume = cloud.create_volume(VolumeSpec(Mark(deployment, "volume", "w"), 1, ANNA))
    assert [one.ref for one in cloud.survey().volumes] == [volume.ref]
