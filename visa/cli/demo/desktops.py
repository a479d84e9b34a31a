"""The demo's desktops outlive its processes on purpose; here they are stopped or removed through the cloud port."""

import time
from collections.abc import Callable

from visa.domain.resources import Power, ServerSeen
from visa.errors import VisaError
from visa.ports.cloud import Cloud

PATIENCE_S = 30.0
POLL_S = 0.1


class StillRunning(VisaError):
    """Some desktops did not end in time; the message says how many and what to do."""

    code = "still_running"


def stop_all(cloud: Cloud) -> int:
    """Shut every desktop down cleanly; the next start of the demo brings the wanted ones back. Returns how many ran."""
    at_rest = {Power.STOPPED, Power.ERROR}
    running = [server for server in cloud.survey().servers if server.power in {Power.BUILDING, Power.ACTIVE}]
    for server in running:
        cloud.stop_server(server.ref)
    _wait(cloud, lambda servers: all(server.power in at_rest for server in servers))
    return len(running)


def remove_all(cloud: Cloud) -> int:
    """Remove every machine; volumes stay for the caller to remove with the folder. Returns how many there were."""
    servers = cloud.survey().servers
    for server in servers:
        cloud.delete_server(server.ref)
    _wait(cloud, lambda left: not left)
    return len(servers)


def _wait(cloud: Cloud, done: Callable[[tuple[ServerSeen, ...]], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not done(servers := cloud.survey().servers):
        if time.monotonic() > deadline:
            raise StillRunning(f"{len(servers)} desktops did not end within {PATIENCE_S:.0f} s; try again")
        time.sleep(POLL_S)
