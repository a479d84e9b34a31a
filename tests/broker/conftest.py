"""What the broker's tests share: real desktops, a broker on its own event loop, and a desk that needs no database."""

import asyncio
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvloop

from tests.broker.desk import MemoryDesk
from tests.broker.page import Page
from visa.bootstrap import SystemClock
from visa.broker.desk import Desk
from visa.broker.patience import Patience
from visa.broker.server import Broker
from visa.settings import Broker as BrokerSettings
from visa.testing.vnc import Vnc, running_vnc

ORIGIN = "https://visa.example"
HEARTBEAT_S = 0.1
TIMEOUT_S = 20
CALM = Patience(watch_s=0.05)
HURRIED = Patience(opening_s=1, closing_s=0.5, dial_s=1, watch_s=0.05)


@pytest.fixture(scope="module")
def vnc_folder() -> Iterator[Path]:
    """A short path: a unix socket's has at most 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="visa-vnc-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def open_desktop(vnc_folder: Path) -> Iterator[Vnc]:
    """A desktop on a unix socket, without a password."""
    with running_vnc(vnc_folder / "open") as vnc:
        yield vnc


@pytest.fixture(scope="module")
def locked_desktop(vnc_folder: Path) -> Iterator[Vnc]:
    """A desktop on loopback TCP that asks for VncAuth."""
    with running_vnc(vnc_folder / "locked", password="geheim!9", tcp=True) as vnc:
        yield vnc


@pytest.fixture(params=["open_desktop", "locked_desktop"])
def vnc(request: pytest.FixtureRequest) -> Vnc:
    """Each kind of desktop."""
    return request.getfixturevalue(request.param)


@dataclass
class Running:
    """A broker on the event loop of another thread."""

    broker: Broker
    loop: asyncio.AbstractEventLoop
    port: int

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.broker.stop(), self.loop).result(20)

    def ask(self, question: Callable[[], object]) -> object:
        """Call something on the broker's own thread."""

        async def answer() -> object:
            return question()

        return asyncio.run_coroutine_threadsafe(answer(), self.loop).result(20)

    def page(self, secret: str, **kwargs: object) -> Page:
        return Page(self.port, secret, origin=ORIGIN, **kwargs)


def wait_until(holds: Callable[[], object]) -> None:
    """Ask again and again until it is so."""
    deadline = time.monotonic() + TIMEOUT_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def running_broker(
    desk: Desk, *, patience: Patience = CALM, heartbeat_s: float = HEARTBEAT_S, **settings: float
) -> Iterator[Running]:
    """A broker on a free port; stopped with its context."""
    chosen = BrokerSettings(host="127.0.0.1", port=0, heartbeat_s=heartbeat_s, **settings)
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def begin() -> Broker:
        broker = Broker(desk, chosen, origin=ORIGIN, clock=SystemClock(), patience=patience)
        await broker.start()
        return broker

    try:
        broker = asyncio.run_coroutine_threadsafe(begin(), loop).result(20)
        running = Running(broker, loop, broker.port)
        try:
            yield running
        finally:
            running.stop()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


@pytest.fixture
def desk() -> MemoryDesk:
    return MemoryDesk()


@pytest.fixture
def broker(desk: MemoryDesk) -> Iterator[Running]:
    with running_broker(desk) as running:
        yield running


@pytest.fixture
def hurried(desk: MemoryDesk) -> Iterator[Running]:
    """A broker that waits for nobody longer than a second."""
    with running_broker(desk, patience=HURRIED) as running:
        yield running
