"""`python -m visa.broker`: the process that carries desktops. Ends at SIGTERM or SIGINT, or when its tasks break."""

import asyncio
import os
import resource
import signal
import sys
import threading

import structlog
import uvloop

from visa import bootstrap
from visa.broker.desk import ServiceDesk
from visa.broker.gate import origin_of
from visa.broker.server import Broker
from visa.errors import Misconfigured
from visa.logs import set_up_logs
from visa.settings import load

log = structlog.get_logger(__name__)

STUCK_S = 1.0
FILES_PER_SESSION, SPARE_FILES = 2, 200


async def serve(runtime: bootstrap.Runtime) -> None:
    """Run a broker until a signal asks it to go."""
    settings = runtime.settings
    broker_id = runtime.new_id()
    structlog.contextvars.bind_contextvars(broker=broker_id)
    desk = ServiceDesk(runtime.sessions, broker_id, clock=runtime.clock, new_id=runtime.new_id)
    broker = Broker(desk, settings.broker, origin=origin_of(settings.public_url), clock=runtime.clock)
    try:
        await broker.start()
    except OSError as error:
        place = f"{settings.broker.host}:{settings.broker.port}"
        why = os.strerror(error.errno) if error.errno else str(error)
        raise Misconfigured(f"the broker cannot listen on {place} ({why}): set broker.port") from error
    asked_to_go = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked_to_go.set)
    waiting = loop.create_task(asked_to_go.wait())
    broken = loop.create_task(broker.failure())
    try:
        await asyncio.wait({waiting, broken}, return_when=asyncio.FIRST_COMPLETED)
        if broken.done():
            broken.result()
        log.info("broker is asked to go")
    finally:
        await broker.stop()
        waiting.cancel()


def main() -> None:
    """Read the settings and serve; exits with 1 and one readable error when it cannot."""
    set_up_logs("broker")
    try:
        runtime = bootstrap.build(load())
        bootstrap.require_current_schema(runtime)
        _allow_open_files(runtime.settings.broker.max_connections * FILES_PER_SESSION + SPARE_FILES)
        uvloop.run(serve(runtime))
    except Misconfigured as error:
        sys.exit(f"broker: {error.public}")
    _leave_without_stuck_threads()


def _allow_open_files(needed: int) -> None:
    """Systems give a process 1,024 open files unless it asks for more, which it may up to the hard limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    may_have = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < may_have:
        resource.setrlimit(resource.RLIMIT_NOFILE, (may_have, hard))
    if may_have < needed:
        log.warning("broker.max_connections is more than this system's limit of open files", needed=needed, limit=hard)


def _leave_without_stuck_threads() -> None:
    """A call to a database that does not answer must not keep the process from ending."""
    others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    for thread in others:
        thread.join(STUCK_S)
    if any(thread.is_alive() for thread in others):
        sys.stderr.flush()
        os._exit(0)
