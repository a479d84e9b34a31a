"""Waits until machines and volumes can be made: every service reports itself, and the compute host is known."""

import sys
import time

import openstack

NEEDED = {"nova-conductor", "nova-scheduler", "nova-compute", "cinder-scheduler", "cinder-volume", "cinder-backup"}
PATIENCE_S = 120
PAUSE_S = 0.5


def main() -> None:
    cloud = openstack.connect(cloud="visa-test-admin")
    deadline = time.monotonic() + PATIENCE_S
    while lacking := missing(cloud):
        if time.monotonic() > deadline:
            sys.exit(f"waited {PATIENCE_S} s in vain for {', '.join(sorted(lacking))}")
        time.sleep(PAUSE_S)


def missing(cloud: openstack.connection.Connection) -> set[str]:
    services = [*cloud.compute.services(), *cloud.block_storage.services()]
    lacking = NEEDED - {service.binary for service in services if service.state == "up"}
    if "nova-compute" not in lacking and not list(cloud.compute.hypervisors()):
        lacking.add("the host of nova-compute in its cell")
    return lacking


if __name__ == "__main__":
    main()
