"""What goes wrong in real clouds, as the person sees it and as it ends: nothing is lost, and it is said."""

import pytest
from sqlalchemy import update

from tests.openstack.flaky import forgets_token, like
from tests.openstack.ground import NAME
from visa.adapters.cloud.openstack.connect import Service
from visa.domain.instance import Phase
from visa.errors import Misconfigured, Refused
from visa.services import instances
from visa.store.tables import Image, WorkspaceStatus


def workspace_status(scene, instance_id):
    with scene.sessions.read() as session:
        return session.get_one(WorkspaceStatus, scene.workspace_of(instance_id))


def test_a_quota_that_is_used_up_is_said_and_the_next_try_works(scene, ground):
    with ground.quota(Service.COMPUTE, instances=0):
        instance = scene.create()
        status = scene.until_phase(instance, Phase.FAILED)
    assert (status.code, status.message) == ("quota", "The cloud's quota is used up.")
    assert ground.servers(scene.deployment) == []
    scene.does(instances.start, instance)
    scene.until_phase(instance, Phase.RUNNING)
    scene.assert_one_of_each(instance)


def test_a_quota_of_volumes_that_is_used_up_is_said(scene, ground):
    with ground.quota(Service.VOLUME, volumes=ground.volumes_in_use()):
        instance = scene.create()
        scene.until(lambda: workspace_status(scene, instance).code == "quota", "the workspace says why")
        scene.until_phase(instance, Phase.FAILED)
    assert ground.volumes(scene.deployment) == []


def test_an_image_that_is_gone_from_the_cloud_is_said(scene, ground):
    with scene.sessions.write() as session:
        session.execute(update(Image).values(cloud_name="was-deleted-yesterday"))
    instance = scene.create()
    status = scene.until_phase(instance, Phase.FAILED)
    assert status.code == "no_such_image"
    assert ground.servers(scene.deployment) == []
    assert [volume["status"] for volume in ground.volumes(scene.deployment)] == ["available"]


@pytest.mark.parametrize("stuck", ["detaching", "error"])
def test_a_volume_that_is_stuck_keeps_its_machine_until_it_is_safe(scene, ground, stuck):
    instance = scene.create()
    scene.until_phase(instance, Phase.RUNNING)
    (volume,) = ground.volumes(scene.deployment)
    scene.does(instances.stop, instance)
    scene.until_phase(instance, Phase.STOPPED)
    ground.reset_volume(volume["id"], stuck)
    scene.does(instances.delete, instance)
    scene.until(lambda: scene.status(instance).phase == Phase.DELETING, "the end begins")
    for _ in range(5):
        scene.pass_once()
    assert ground.servers(scene.deployment), "the machine went although its workspace was not seen safe"
    ground.reset_volume(volume["id"], "in-use")
    scene.hurry(instance)
    scene.until_phase(instance, Phase.GONE)
    assert [(one["id"], one["status"]) for one in ground.volumes(scene.deployment)] == [(volume["id"], "available")]


def test_wrong_credentials_change_nothing_and_cost_nobody_a_try(scene, ground, sessions, tmp_path, monkeypatch):
    instance = scene.create()
    scene.until_phase(instance, Phase.RUNNING)
    wrong = ground.clouds_with(tmp_path, password="wrong")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(wrong))
    scene.restart()
    report = scene.pass_once()
    assert report is not None
    assert report.blind
    assert "401" in report.alert
    scene.does(instances.delete, instance)
    for _ in range(3):
        scene.pass_once()
    assert scene.status(instance).attempts == 0
    assert ground.servers(scene.deployment)
    monkeypatch.undo()
    scene.restart()
    scene.until_phase(instance, Phase.GONE)


def test_a_cloud_that_nobody_wrote_down_is_a_mistake_in_the_settings(ground):
    with pytest.raises(Misconfigured):
        ground.cloud("some", cloud="not-there")


def test_a_token_that_ends_midway_is_renewed(scene, ground):
    scene.flaky.spoil(like(r"POST /v2.1/servers$"), forgets_token(ground.revoke))
    instance = scene.create_delete_restore()
    scene.assert_one_of_each(instance)
    assert scene.flaky.left == 0
    assert scene.status(instance).attempts == 0


def test_two_deployments_in_one_project_never_touch_each_other(scene, ground, sessions):
    mine = scene.create()
    scene.until_phase(mine, Phase.RUNNING)
    other = ground.cloud(ground.deployment())
    assert other.survey().servers == ()
    assert other.survey().volumes == ()
    scene.assert_one_of_each(mine)


def test_ports_in_a_group_that_an_operator_made_are_nobodys_leak(ground):
    deployment = ground.deployment()
    (network,) = ground.member.listed(Service.NETWORK, "/networks", "networks", name=NAME)
    order = {"name": f"visa-{deployment}", "description": "The operator's own"}
    group = ground.member.post(Service.NETWORK, "/security-groups", {"security_group": order}).json()["security_group"]
    wanted = {"network_id": network["id"], "security_groups": [group["id"]]}
    port = ground.member.post(Service.NETWORK, "/ports", {"port": wanted}).json()["port"]
    cloud = ground.cloud(deployment)
    assert cloud.ports() == ()
    with pytest.raises(Refused) as refused:
        cloud.delete_port(port["id"])
    assert refused.value.code == "not_ours"
    assert ground.member.delete(Service.NETWORK, f"/ports/{port['id']}").ok  # it was there all the time
