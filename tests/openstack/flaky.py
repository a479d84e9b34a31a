"""A transport that spoils one of the calls that change something: the way to the real cloud, and what may happen on it.

Calls that only read, and those that fetch a token, change nothing: to die after one is to die after the change before.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from visa.testing.faults import Crash

Spoil = Callable[[Callable[[], requests.Response], requests.PreparedRequest], requests.Response]


class Flaky(HTTPAdapter):
    """Thread-safe. `made` lists the changing calls so far as "METHOD path"."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[str] = []
        self._at: dict[int, Spoil] = {}
        self._lock = threading.Lock()

    def spoil(self, number: int, spoil: Spoil) -> None:
        """The changing call with this number (from 1) goes wrong."""
        self._at[number] = spoil

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        def really() -> requests.Response:
            return super(Flaky, self).send(request, *args, **options)

        if request.method in {"GET", "HEAD"} or (request.path_url or "").endswith("/auth/tokens"):
            return really()
        with self._lock:
            self.made.append(f"{request.method} {request.path_url}")
            spoil = self._at.pop(len(self.made), None)
        return spoil(really, request) if spoil else really()


def answers(status: int, *, headers: dict[str, str] | None = None) -> Spoil:
    """The cloud says this, and has done nothing."""

    def spoil(_really: Any, request: requests.PreparedRequest) -> requests.Response:
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = status, request, str(request.url)
        answer._content = json.dumps({"error": {"message": f"said by the test: {status}"}}).encode()
        answer.headers.update({"Content-Type": "application/json", **(headers or {})})
        return answer

    return spoil


def lost(error: Exception, *, done: bool) -> Spoil:
    """No answer comes; `done` says whether the cloud did it."""

    def spoil(really: Callable[[], requests.Response], _request: Any) -> requests.Response:
        if done:
            really()
        raise error

    return spoil


def dies(really: Callable[[], requests.Response], _request: Any) -> requests.Response:
    """The process that called is dead before it reads the answer."""
    really()
    raise Crash


KINDS: dict[str, Spoil] = {
    "500": answers(500),
    "409": answers(409),
    "429": answers(429, headers={"Retry-After": "1"}),
    "time-out after": lost(requests.ReadTimeout("no answer"), done=True),
    "time-out before": lost(requests.ReadTimeout("no answer"), done=False),
    "reset after": lost(requests.ConnectionError("connection reset by peer"), done=True),
    "reset before": lost(requests.ConnectionError("connection reset by peer"), done=False),
}


@contextmanager
def expired_token(flaky: Flaky, revoke: Callable[[str], None], *, at: int) -> Iterator[None]:
    """Just before a changing call, the cloud forgets the token that it carries."""

    def spoil(really: Callable[[], requests.Response], request: requests.PreparedRequest) -> requests.Response:
        revoke(str(request.headers["X-Auth-Token"]))
        return really()

    flaky.spoil(at, spoil)
    yield
