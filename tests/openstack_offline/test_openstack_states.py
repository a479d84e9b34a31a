"""Every state that Nova and Cinder know has a meaning here, and one that they invent stops nothing."""

import pytest

from visa.adapters.cloud.openstack import states
from visa.domain.resources import Power, VolumeState


@pytest.mark.parametrize(
    ("status", "task", "power"),
    [
        ("ACTIVE", None, Power.ACTIVE),
        ("ACTIVE", "powering-off", Power.STOPPING),
        ("ACTIVE", "deleting", Power.DELETING),
        ("ERROR", "deleting", Power.DELETING),
        ("ERROR", "powering-on", Power.ERROR),
        ("SHUTOFF", None, Power.STOPPED),
        ("SHUTOFF", "powering-on", Power.BUILDING),
        ("REBOOT", "reboot_started", Power.BUILDING),
        ("BUILD", "spawning", Power.BUILDING),
        ("SHELVED_OFFLOADED", None, Power.STOPPED),
        ("INVENTED", "whatever", Power.BUILDING),
        ("ACTIVE", "whatever", Power.ACTIVE),
    ],
)
def test_a_server_does_what_its_status_and_its_task_say(status, task, power):
    assert states.power(status, task) is power


def test_an_unknown_state_of_a_volume_or_snapshot_is_a_passing_one():
    assert states.volume_state("invented") is VolumeState.CREATING
    assert states.snapshot_state("invented") is VolumeState.CREATING
    assert states.volume_state("reserved") is VolumeState.IN_USE
