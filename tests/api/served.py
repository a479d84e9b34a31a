"""The application behind a real port, and a browser that walks through the development provider's pages."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import requests
from flask import Flask
from werkzeug.serving import make_server

TIMEOUT_S = 20


@contextmanager
def serving(app: Flask, port: int) -> Iterator[None]:
    """Serve until the block ends."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Visitor:
    """One browser: cookies, and redirects followed one at a time so that each can be looked at."""

    origin: str
    http: requests.Session = field(default_factory=requests.Session)

    def get(self, address: str) -> requests.Response:
        url = address if "://" in address else self.origin + address
        accept = {"Accept": "text/html,application/json;q=0.9"} if "/auth/" in url else {}
        return self.http.get(url, headers=accept, allow_redirects=False, timeout=TIMEOUT_S)

    def post(self, path: str) -> requests.Response:
        return self.http.post(self.origin + path, headers={"Origin": self.origin}, timeout=TIMEOUT_S)

    def go_to_provider(self, next_path: str = "/") -> str:
        """Begin signing in; returns the address of the provider's page."""
        sent = self.get("/auth/login?" + requests.models.RequestEncodingMixin._encode_params({"next": next_path}))
        assert sent.status_code == 303, sent.text
        return sent.headers["Location"]

    def choose(self, page: str, subject: str) -> str:
        """Be this person at the provider; returns the address to which it sends the browser back."""
        chosen = self.http.post(page, data={"sub": subject}, allow_redirects=False, timeout=TIMEOUT_S)
        assert chosen.status_code == 302, chosen.text
        return chosen.headers["Location"]

    def sign_in(self, subject: str, next_path: str = "/") -> requests.Response:
        """The whole way; returns the answer to the address that the provider sent the browser back to."""
        return self.get(self.choose(self.go_to_provider(next_path), subject))

    def me(self) -> requests.Response:
        return self.get("/api/v1/me")


def query_of(address: str) -> dict[str, str]:
    """The query of an address, one value a name."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def error_of(response: requests.Response) -> str:
    """Why a sign-in failed, as the page is told."""
    assert response.status_code == 303, response.text
    assert urlsplit(response.headers["Location"]).path == "/sign-in"
    return query_of(response.headers["Location"])["error"]
