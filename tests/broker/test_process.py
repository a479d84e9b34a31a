"""The process itself: `python -m visa.broker` on a real database, from its start to its end."""

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from visa.store import migrate
from visa.store.session import open_engine

TIMEOUT_S = 30
ENDS_WITHIN_S = 5


@contextmanager
def process(database_url: str, *, port: int = 0) -> Iterator[subprocess.Popen[str]]:
    environment = {
        **os.environ,
        "VISA_DATABASE__URL": database_url,
        "VISA_BROKER__PORT": str(port),
        "VISA_PUBLIC_URL": "https://visa.example",
    }
    command = [sys.executable, "-m", "visa.broker"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as broker:
        try:
            yield broker
        finally:
            if broker.poll() is None:
                broker.kill()


def logged(broker: subprocess.Popen[str], event: str) -> dict:
    """The next log line of that event."""
    assert broker.stderr is not None
    with selectors.DefaultSelector() as ready:
        ready.register(broker.stderr, selectors.EVENT_READ)
        deadline = time.monotonic() + TIMEOUT_S
        while ready.select(deadline - time.monotonic()):
            line = json.loads(broker.stderr.readline())
            if line["event"] == event:
                return line
    raise AssertionError(f"no line {event!r}")


def migrated(folder: Path) -> str:
    url = f"sqlite:///{folder / 'visa.db'}"
    engine = open_engine(url)
    migrate.upgrade(engine)
    engine.dispose()
    return url


def test_it_serves_until_it_is_asked_to_go(tmp_path: Path):
    with process(migrated(tmp_path)) as broker:
        _, port = logged(broker, "broker listens")["addresses"][0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=TIMEOUT_S) as answer:
            assert answer.status == 200
        with socket.create_connection(("127.0.0.1", port)):
            began = time.monotonic()
            broker.send_signal(signal.SIGTERM)
            assert broker.wait(TIMEOUT_S) == 0
            assert time.monotonic() - began < ENDS_WITHIN_S


def test_a_busy_port_gets_one_clear_line(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with process(migrated(tmp_path), port=port) as broker:
            assert broker.stderr is not None
            (*_, last) = broker.stderr.read().splitlines()
            assert broker.wait(TIMEOUT_S) == 1
    assert last == f"broker: the broker cannot listen on 127.0.0.1:{port} (Address already in use): set broker.port"


def test_a_database_of_another_release_is_refused(tmp_path: Path):
    with process(f"sqlite:///{tmp_path / 'empty.db'}") as broker:
        assert broker.stderr is not None
        assert "visa db upgrade" in broker.stderr.read()
        assert broker.wait(TIMEOUT_S) == 1
