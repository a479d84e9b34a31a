"""A transport that spoils one of the calls that change something: the way to the real cloud, and what may happen on it.

Calls that only read, and those that fetch a token, change nothing: to die after one is to die after the change before.
"""

import json
import re
import threading
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from visa.testing.faults import Crash

Which = Callable[[int, str], bool]
Spoil = Callable[[Callable[[], requests.Response], requests.PreparedRequest], requests.Response]


class Flaky(HTTPAdapter):
    """Thread-safe. `made` lists the changing calls so far as "METHOD path"."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[str] = []
        self._waiting: list[tuple[Which, Spoil]] = []
        self._lock = threading.Lock()

    @property
    def left(self) -> int:
        """How many of the calls that were to go wrong were not made (yet)."""
        return len(self._waiting)

    def spoil(self, which: Which, spoil: Spoil) -> None:
        """The first changing call that `which` says yes to goes wrong: once."""
        self._waiting.append((which, spoil))

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        def really() -> requests.Response:
            return super(Flaky, self).send(request, *args, **options)

        if request.method in {"GET", "HEAD"} or (request.path_url or "").endswith("/auth/tokens"):
            return really()
        with self._lock:
            self.made.append(f"{request.method} {request.path_url}")
            spoil = self._chosen(len(self.made), self.made[-1])
        return spoil(really, request) if spoil else really()

    def _chosen(self, number: int, call: str) -> Spoil | None:
        for position, (which, spoil) in enumerate(self._waiting):
            if which(number, call):
                del self._waiting[position]
                return spoil
        return None


def numbered(wanted: int) -> Which:
    """The changing call with this number, from 1."""
    return lambda number, _call: number == wanted


def like(pattern: str) -> Which:
    """The first changing call, written as "METHOD path", in which this regular expression is found."""
    return lambda _number, call: re.search(pattern, call) is not None


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


def forgets_token(revoke: Callable[[str], None]) -> Spoil:
    """The cloud forgets the token of the call just before it comes."""

    def spoil(really: Callable[[], requests.Response], request: requests.PreparedRequest) -> requests.Response:
        revoke(str(request.headers["X-Auth-Token"]))
        return really()

    return spoil
