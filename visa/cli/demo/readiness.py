"""Waiting until something answers over HTTP: asked again and again until it does, its process ends, or time is up."""

import http.client
import time
from collections.abc import Callable
from threading import Event
from urllib.parse import urlsplit

POLL_S = 0.05
ASK_TIMEOUT_S = 5.0


class NotReady(Exception):
    """It did not become ready; the message says what was seen last."""


def wait_for_http(url: str, *, alive: Callable[[], bool], stop: Event | None = None, timeout_s: float = 60) -> None:
    """Return once `url` answers 200. Raises `NotReady` when `alive()` turns false, `stop` is set, or time is up."""
    deadline, stop, seen = time.monotonic() + timeout_s, stop or Event(), ""
    while time.monotonic() < deadline:
        if not alive():
            raise NotReady("it ended")
        seen = ask(url)
        if not seen:
            return
        if stop.wait(POLL_S):
            raise NotReady("it was told to stop")
    raise NotReady(f"not ready after {timeout_s:.0f} s: {seen}")


def ask(url: str) -> str:
    """Empty when `url` answers 200, else what was answered instead."""
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
