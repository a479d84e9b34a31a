"""The demo's programs without its supervisor: each can be killed and started again while the others go on."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from visa import bootstrap, settings
from visa.bootstrap import Runtime
from visa.cli.demo import ports, run
from visa.cli.demo.cast import programs
from visa.cli.demo.readiness import wait_until
from visa.cli.demo.state import Ports, State, public_url
from visa.services import policies
from visa.settings import Policy


class Household:
    """Running programs by name. Everything below one folder, on ports of its own."""

    def __init__(self, state: State, taken: Ports, env: dict[str, str]) -> None:
        self.state, self.address = state, public_url(taken)
        self._env = env
        self.runtime: Runtime = run.prepare(state, taken)
        self._cast = {program.name: program for program in programs(state, taken, self.runtime)}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *, again: str = "") -> None:
        """Start a program; `again` names one more of it, which runs beside the first."""
        program = self._cast[name]
        with (self.state.logs / f"{name}{again}.log").open("ab") as log:
            self._running[name + again] = subprocess.Popen(
                list(program.command),
                cwd=program.cwd,
                env=os.environ | dict(program.env) | self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_ready(self, name: str) -> None:
        process = self._running[name]
        wait_until(self._cast[name].ready, alive=lambda: process.poll() is None, stop=Event())

    def go_by(self, policy: Policy) -> None:
        """From now on this policy is in force."""
        with self.runtime.sessions.write() as session:
            policies.load(session, policy, by="test", note="", now=self.runtime.clock.now())

    def kill(self, name: str) -> None:
        """SIGKILL for the whole program, at once."""
        process = self._running[name]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def pid(self, name: str) -> int:
        return self._running[name].pid

    def stop(self) -> None:
        for name, process in self._running.items():
            if process.poll() is None:
                self.kill(name)


@contextmanager
def household(folder: Path, env: dict[str, str] | None = None, *, api_port: int = 0) -> Iterator[Household]:
    """Provider, scheduler, broker and api, ready; desktops that are left at the end are removed."""
    state = State(folder)
    taken = Ports(*(ports.choose(wish, purpose="test", option="--port") for wish in (api_port, 0, 0)))
    before = {name: os.environ.get(name) for name in ("VISA_CONFIG", *(env or {}))}
    os.environ.update({"VISA_CONFIG": str(state.settings_file)} | (env or {}))
    with state.held():
        house = Household(state, taken, env or {})
        try:
            for name in ("provider", "scheduler", "broker", "api"):
                house.start(name)
            for name in ("provider", "scheduler", "broker", "api"):
                house.wait_ready(name)
            yield house
        finally:
            house.stop()
            run.desktops.remove_all(bootstrap.build(settings.load()).open_cloud("main"))
            house.runtime.sessions.engine.dispose()
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
