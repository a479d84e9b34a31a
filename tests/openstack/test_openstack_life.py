"""What a person does with one instance, by the product's own loop on a real OpenStack."""

from sqlalchemy import select

from visa.domain.instance import Phase
from visa.services import instances
from visa.store.tables import GuestToken


def test_an_instance_lives_is_deleted_and_comes_back_with_its_workspace(scene):
    first = scene.create()
    status = scene.until_phase(first, Phase.RUNNING)
    scene.assert_one_of_each(first)
    assert status.address.startswith("tcp:10.77.")
    assert status.address.endswith(":5900")
    (volume,) = scene.ground.volumes(scene.deployment)

    scene.does(instances.stop, first)
    scene.until_phase(first, Phase.STOPPED)
    assert [one["status"] for one in scene.ground.servers(scene.deployment)] == ["SHUTOFF"]
    scene.does(instances.start, first)
    scene.until_phase(first, Phase.RUNNING)

    scene.does(instances.delete, first)
    scene.until_phase(first, Phase.GONE)
    assert scene.ground.servers(scene.deployment) == []
    assert [(one["id"], one["status"]) for one in scene.ground.volumes(scene.deployment)] == [
        (volume["id"], "available")
    ]
    with scene.sessions.read() as session:
        assert session.scalars(select(GuestToken)).all() == []

    second = scene.create(workspace_id=scene.workspace_of(first))
    scene.until_phase(second, Phase.RUNNING)
    scene.assert_one_of_each(second)
    (restored,) = scene.ground.volumes(scene.deployment)
    assert restored["id"] == volume["id"]


def test_the_workspace_is_seen_free_before_its_machine_is_deleted(scene):
    instance = scene.create()
    scene.until_phase(instance, Phase.RUNNING)
    scene.does(instances.delete, instance)
    scene.until_phase(instance, Phase.GONE)
    orders = [call.split("/")[-1] if "/action" in call else call.split(" ")[0] for call in scene.flaky.made]
    detached = next(i for i, call in enumerate(scene.flaky.made) if "os-volume_attachments" in call)
    deleted = next(i for i, call in enumerate(scene.flaky.made) if call.startswith("DELETE") and i > detached)
    assert detached < deleted, orders
