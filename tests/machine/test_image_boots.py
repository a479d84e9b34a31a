"""The image by itself: plain QEMU boots it, and it does what images/README.md promises.

make test-image                            the image of `make image`
make test-image VISA_IMAGE=mine.qcow2      one of your own
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.machine.emulated import HOST_AS_SEEN_FROM_INSIDE, Machine, emulated
from tests.machine.rdp import name_in_certificate
from tests.machine.screen import colours
from visa.adapters.cloud.openstack.user_data import render
from visa.domain.resources import Account, Mark, ServerSpec
from visa.settings import OpenStack

pytestmark = pytest.mark.timeout(600)

PASSWORD, TOKEN = "geheim-1", "a token of this test"
VNC, RDP = 5900, 3389
VOLUME = "0b7a5f6e-1111-4222-8333-444455556666"
ADA = Account("ada", 10001, 10001, (20007,), "Ada Lovelace")
PICTURE = 50  # colours; an empty screen has one or two


@dataclass
class Listener:
    """Stands where the api stands, and keeps what machines say."""

    port: int
    heard: list[dict[str, Any]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)


@contextmanager
def listening() -> Iterator[Listener]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listener.tokens.add(self.headers["Authorization"])
            listener.heard.append(json.loads(body))
            answer = json.dumps({"mounts": [], "poll_s": 1}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """What it heard is what counts."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener = Listener(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield listener
    server.shutdown()
    server.server_close()


def wait(machine: Machine, holds: Callable[[], Any], what: str, *, patience_s: float = 300) -> Any:
    deadline = time.monotonic() + patience_s
    while not (came := holds()):
        machine.require_alive()
        assert time.monotonic() < deadline, f"waited {patience_s:.0f} s for {what}\n{machine.console()[-4000:]}"
        time.sleep(0.5)
    return came


def test_it_boots_makes_the_workspace_and_shows_the_persons_desktop(image: Path, tmp_path: Path):
    with listening() as listener:
        spec = ServerSpec(
            Mark("smoke", "server", "smoke"), "Smoke test", "", 2, 2048, VOLUME, ADA, (), "de(nodeadkeys)",
            desktop_password=PASSWORD, guest_token=TOKEN,
        )  # fmt: skip
        settings = OpenStack(guest_api_url=f"http://{HOST_AS_SEEN_FROM_INSIDE}:{listener.port}", desktop_port=VNC)
        data = render(spec, settings)
        with emulated(image, tmp_path, user_data=data, volume_id=VOLUME, ports=(VNC, RDP)) as machine:
            wait(machine, lambda: listener.heard, "the guest service to report")
            wait(machine, lambda: listener.heard[-1]["desktop"]["up"], "the desktop to be up")
            said = listener.heard[-1]
            assert listener.tokens == {f"Bearer {TOKEN}"}
            assert said["workspace"] == {"state": "mounted", "error": ""}
            home = next(disk for disk in said["disks"] if disk["path"] == "/home")
            assert 0.8 * 2**30 < home["size_bytes"] <= 2**30
            wait(machine, lambda: colours(machine.ports[VNC], PASSWORD) > PICTURE, "the desktop to show something")
            assert name_in_certificate(machine.ports[RDP]) == "smoke-test"
