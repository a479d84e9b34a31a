"""Waiting until something is ready: asked again and again until it is, its process ends, or time is up."""

import http.client
import time
from collections.abc import Callable
from threading import Event
from urllib.parse import urlsplit

POLL_S = 0.1
ASK_TIMEOUT_S = 5.0

Ask = Callable[[], str]
"""Tells what is still missing; empty once nothing is."""


class NotReady(Exception):
    """It did not become ready; the message says what was missing last."""


def wait_until(ask: Ask, *, alive: Callable[[], bool], stop: Event, timeout_s: float = 60) -> None:
    """Return once nothing is missing. Raises `NotReady` when `alive()` turns false, `stop` is set, or time is up."""
    deadline, missing = time.monotonic() + timeout_s, ""
    while time.monotonic() < deadline:
        if not alive():
            raise NotReady("it ended")
        missing = ask()
        if not missing:
            return
        if stop.wait(POLL_S):
            raise NotReady("it was told to stop")
    raise NotReady(f"not ready after {timeout_s:.0f} s: {missing}")


def answers(url: str) -> Ask:
    """Ready once `url` answers 200."""
    return lambda: _asked(url)


def _asked(url: str) -> str:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=ASK_TIMEOUT_S)
    try:
        connection.request("GET", address.path or "/")
        response = connection.getresponse()
        body = response.read(500).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"{url} gave {type(error).__name__}: {error}"
    finally:
        connection.close()
    return "" if response.status == http.client.OK else f"{url} answered {response.status}: {body}"
