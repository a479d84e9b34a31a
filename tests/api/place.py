"""The real application on a real database, and browsers in which people are signed in. For tests of api and rules."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from visa.bootstrap import Runtime, open_identity
from visa.ports.clock import NewId
from visa.services import login_sessions
from visa.settings import Settings
from visa.store.session import Sessions
from visa.testing.builders import Seeded, seed
from visa.testing.clock import FrozenClock

ORIGIN = "https://visa.example.org"


@dataclass
class Browser:
    """A browser on our pages: it sends the Origin that browsers send, and keeps cookies."""

    client: FlaskClient
    origin: str | None = ORIGIN
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.send("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> TestResponse:
        return self.send("POST", path, json=json, **more)

    def send(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        sent = self.headers | (headers or {})
        if method not in {"GET", "HEAD"} and self.origin is not None:
            sent = {"Origin": self.origin} | sent
        if more.get("json", ...) is None:
            del more["json"]
        return self.client.open(path, buffered=True, method=method, headers=sent, **more)


@dataclass(frozen=True)
class Place:
    """One running application with its small facility."""

    app: Flask
    runtime: Runtime
    seeded: Seeded
    clock: FrozenClock

    @property
    def sessions(self) -> Sessions:
        return self.runtime.sessions

    def stranger(self) -> Browser:
        """A browser in which nobody is signed in."""
        return Browser(self.app.test_client())

    def browser(self, person_id: str) -> Browser:
        """A browser in which this person is signed in."""
        token = f"token-of-{person_id}-{self.runtime.new_id()}"
        with self.sessions.write() as session:
            login_sessions.open_session(
                session,
                session_id=self.runtime.new_id(),
                token=token,
                person_id=person_id,
                id_token="",
                now=self.clock.now(),
                settings=self.runtime.settings.identity,
            )
        browser = self.stranger()
        browser.client.set_cookie("visa_session", token)
        return browser


def make_settings(url: str, folder: Path) -> Settings:
    """Of a development server over https, so that cookies and headers are those of a real one but for Secure."""
    return Settings(
        environment="development",
        public_url=ORIGIN,
        database={"url": url},
        api={"web_root": folder / "dist", "cursor_key": "k" * 32},
        broker={"public_url": "wss://desktop.example.org"},
        cloud={"mounts": [{"prefix": "/facility", "kind": "nfs4", "device": "files.example.org:/export/{rest}"}]},
    )


def make_runtime(settings: Settings, sessions: Sessions, clock: FrozenClock, new_id: NewId) -> Runtime:
    """As `visa.bootstrap.build` makes it, but with the tests' clock, and without a cloud: the api never opens it."""

    def refuse(*_: str) -> Any:
        raise AssertionError("the api opened the cloud or the facility")

    return Runtime(
        settings=settings,
        sessions=sessions,
        clock=clock,
        new_id=new_id,
        open_cloud=refuse,
        open_facility=refuse,
        open_identity=lambda: open_identity(settings, clock),
        open_notify=refuse,
    )


def open_place(runtime: Runtime, clock: FrozenClock) -> Place:
    """The application over a small facility."""
    with runtime.sessions.write() as session:
        seeded = seed(session, clock.now(), runtime.new_id)
    return Place(create_app(runtime), runtime, seeded, clock)
