"""The demo's folder: who holds it, where things are in it, and the settings file that all processes read."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from visa.errors import Misconfigured

PROJECT = Path(__file__).resolve().parents[3]
WEB_ROOT = PROJECT / "web" / "dist"


@dataclass(frozen=True)
class Ports:
    api: int
    broker: int
    provider: int
    pages: int | None = None  # of the reloading pages, with --dev


@dataclass(frozen=True)
class State:
    """Paths below the demo's folder."""

    folder: Path

    @property
    def settings_file(self) -> Path:
        return self.folder / "visa.yaml"

    @property
    def facility(self) -> Path:
        return self.folder / "facility"

    @property
    def cloud(self) -> Path:
        return self.folder / "cloud"

    @property
    def logs(self) -> Path:
        return self.folder / "log"

    @property
    def people_file(self) -> Path:
        return self.folder / "people.json"

    @property
    def running_file(self) -> Path:
        """What runs now and where, as JSON; there only while the demo is ready."""
        return self.folder / "running.json"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only one that runs or removes this demo. Raises `Misconfigured` naming the other one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.seek(0)
                raise Misconfigured(f"the demo is running already ({file.read().strip()}); stop it first") from error
            self.note(f"process {os.getpid()}")
            yield

    def note(self, who: str) -> None:
        """What another one is told about the holder."""
        (self.folder / "lock").write_text(who)

    def make(self, ports: Ports) -> None:
        """The folder with its settings, from which every process can start."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self.write_settings(ports)

    def write_settings(self, ports: Ports) -> None:
        """The development settings; the one secret in them stays the same over restarts."""
        self.settings_file.touch(mode=0o600)
        self.settings_file.write_text(
            "# Written by `visa demo` at each start: changes are lost.\n"
            + yaml.safe_dump(self._settings(ports), sort_keys=False)
        )

    def write_running(self, ports: Ports, pids: dict[str, int]) -> None:
        whole = self.running_file.with_suffix(".new")  # whoever waits for the file must not see half of it
        whole.write_text(json.dumps({"address": public_url(ports), "pids": pids}, indent=2) + "\n")
        whole.rename(self.running_file)

    def _settings(self, ports: Ports) -> dict[str, object]:
        return {
            "environment": "development",
            "public_url": public_url(ports),
            "catalogue": str(PROJECT / "config" / "catalogue.yaml"),
            "site": {"federation_name": "a sample account"},
            "database": {"url": f"sqlite:///{self.folder / 'visa.db'}"},
            "api": {"port": ports.api, "web_root": str(WEB_ROOT), "cursor_key": self._secret()},
            "broker": {"port": ports.broker, "public_url": f"ws://127.0.0.1:{ports.broker}"},
            "cloud": {"root": str(self.cloud), "deployment": "demo"},
            "facility": {"root": str(self.facility), "sync_s": 10},
            "identity": {
                "issuer": f"http://127.0.0.1:{ports.provider}",
                "client_secret": "no secret: the development provider takes any",
                "development": True,
            },
        }

    def _secret(self) -> str:
        file = self.folder / "secret"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_hex(32))
        return file.read_text()


def public_url(ports: Ports) -> str:
    return f"http://127.0.0.1:{ports.pages or ports.api}"
