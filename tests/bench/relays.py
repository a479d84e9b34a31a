"""The relays that are compared: each serves WebSockets, dials one TCP address, and passes RFB both ways.

`python -m tests.bench.relays NAME UPSTREAM_PORT CORE` pins itself to that core and prints the port that it serves.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

import structlog
import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from visa.bootstrap import SystemClock
from visa.broker.server import Broker
from visa.services.desktops import Grant, Held, Right
from visa.settings import Broker as BrokerSettings

ORIGIN = "https://visa.example"
CHUNK = 65536


class OpenDesk:
    """Every ticket opens the same desktop."""

    def __init__(self, upstream: int) -> None:
        self._address = f"tcp:127.0.0.1:{upstream}"

    def redeem(self, secret: str) -> Grant:
        return Grant(secret, "instance", "person", Right.CONTROL, self._address, "")

    def heartbeat(self, _holds: tuple[Held, ...]) -> dict[str, str]:
        return {}

    def closed(self, desktop_session_ids: tuple[str, ...], reason: str) -> None:
        pass


async def our_broker(upstream: int) -> int:
    settings = BrokerSettings(host="127.0.0.1", port=0, max_connections=10_000)
    broker = Broker(OpenDesk(upstream), settings, origin=ORIGIN, clock=SystemClock())
    await broker.start()
    return broker.port


async def stock_serve(upstream: int) -> int:
    """What one writes with the library's high-level interface: two loops a session."""

    async def relay(browser: ServerConnection) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", upstream)

        async def down() -> None:
            while chunk := await reader.read(CHUNK):
                await browser.send(chunk)

        going = asyncio.create_task(down())
        try:
            async for message in browser:
                writer.write(message if isinstance(message, bytes) else message.encode())
                await writer.drain()
        except ConnectionClosed:
            return
        finally:
            going.cancel()
            writer.close()

    server = await serve(relay, "127.0.0.1", 0, compression=None, max_size=None, subprotocols=["binary"])
    port: int = next(iter(server.sockets)).getsockname()[1]
    return port


RELAYS: dict[str, Callable[[int], Awaitable[int]]] = {"visa.broker": our_broker, "websockets serve": stock_serve}


async def run(name: str, upstream: int) -> None:
    print(await RELAYS[name](upstream), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[3])})
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    uvloop.run(run(sys.argv[1], int(sys.argv[2])))
