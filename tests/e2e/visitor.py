"""A person who uses the HTTP API as the pages do: signs in at the provider, and tries again while a process is down."""

import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urljoin

import requests

T = TypeVar("T")
PATIENCE_S = 60
POLL_S = 0.1
DOWN = {502, 503, 504}
LOST = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)  # also midway in the body


class Visitor:
    """One signed-in browser, without the browser. `subject` is the person's `sub` at the development provider."""

    def __init__(self, address: str, subject: str) -> None:
        self.address, self.subject = address, subject
        self.http = requests.Session()
        self.http.headers["Origin"] = address

    def sign_in(self) -> None:
        """The whole way: to the provider, choose who to be, and back with a session cookie."""
        page = self.http.get(f"{self.address}/auth/login?next=/", timeout=10)
        answer = self.http.post(page.url, data={"sub": self.subject}, timeout=10)
        answer.raise_for_status()
        if not answer.url.startswith(self.address):
            raise AssertionError(f"signing in ended at {answer.url}")

    def get(self, path: str) -> Any:
        return self._ask("GET", path).json()

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The same key at each try, so that a try whose answer was lost makes nothing twice."""
        key = {"Idempotency-Key": uuid.uuid4().hex}
        return self._ask("POST", path, json=body or {}, headers=key).json()

    def delete(self, path: str) -> requests.Response:
        """A repeated delete may be told that it is being deleted already."""
        return self._ask("DELETE", path, accept={409})

    def _ask(self, method: str, path: str, *, accept: frozenset[int] | set[int] = frozenset(), **more: Any) -> Any:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = self.http.request(method, urljoin(self.address, f"/api/v1{path}"), timeout=10, **more)
                if answer.status_code not in DOWN or time.monotonic() > deadline:
                    break
            except LOST:
                if time.monotonic() > deadline:
                    raise
            time.sleep(POLL_S)  # the process is being restarted: nothing tells when it answers again
        if answer.status_code >= 400 and answer.status_code not in accept:
            raise AssertionError(f"{method} {path} gave {answer.status_code}: {answer.text[:500]}")
        return answer

    def until(self, ask: Callable[[], T | None], what: str, *, patience_s: float = PATIENCE_S) -> T:
        """Ask again until there is an answer."""
        deadline = time.monotonic() + patience_s
        while (answer := ask()) is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {patience_s:.0f} s in vain: {what}")
            time.sleep(POLL_S)
        return answer
