"""Nova's fake driver, where it stops short of what a client can see: restarts and snapshots."""

import io
from typing import Any

from nova import context as contexts
from nova import objects
from nova.image import glance
from nova.virt import fake
from nova.volume import cinder


class FakeDriver(fake.FakeDriverWithoutFakeNodes):
    """Machines outlive nova-compute, and snapshots of machines and of their volumes come to an end."""

    def init_host(self, host: str) -> None:
        super().init_host(host)
        for machine in objects.InstanceList.get_by_host(contexts.get_admin_context(), host):
            self.instances[machine.uuid] = fake.FakeInstance(machine.name, machine.power_state, machine.uuid)

    def snapshot(self, context: Any, instance: Any, image_id: str, update_task_state: Any) -> None:
        super().snapshot(context, instance, image_id, update_task_state)
        images = glance.API()
        described = {
            "name": images.get(context, image_id)["name"],
            "disk_format": "raw",
            "container_format": "bare",
            "status": "active",
            "properties": {},
        }
        content = io.BytesIO(f"snapshot of {instance.uuid}\n".encode())
        images.update(context, image_id, described, content, purge_props=False)

    def volume_snapshot_create(self, context: Any, instance: Any, volume_id: str, create_info: dict[str, Any]) -> None:
        """Cinder made the files and waits for the hypervisor to have switched to them."""
        del instance, volume_id
        cinder.API().update_snapshot_status(context, create_info["snapshot_id"], "creating")

    def volume_snapshot_delete(
        self, context: Any, instance: Any, volume_id: str, snapshot_id: str, delete_info: dict[str, Any]
    ) -> None:
        del instance, volume_id, delete_info
        cinder.API().update_snapshot_status(context, snapshot_id, "deleting")
