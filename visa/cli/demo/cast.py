"""Which programs make up the demo, in the order of their start, and how each tells that it is ready."""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from visa.bootstrap import Runtime
from visa.cli.demo.children import Program
from visa.cli.demo.provider import provider
from visa.cli.demo.readiness import Ask, answers
from visa.cli.demo.state import PROJECT, Ports, State
from visa.store.tables import JobReport

FIRST_JOBS = frozenset({"facility", "reconcile"})


def programs(state: State, ports: Ports, runtime: Runtime) -> tuple[Program, ...]:
    """The sign-in provider and the processes."""
    return (provider(state, ports), *processes(state, ports, runtime))


def processes(state: State, ports: Ports, runtime: Runtime) -> tuple[Program, ...]:
    """The three processes, and with `ports.pages` the server of reloading pages."""
    env = {"VISA_CONFIG": str(state.settings_file), "PYTHONUNBUFFERED": "1"}
    python, gunicorn = sys.executable, str(Path(sys.executable).parent / "gunicorn")

    def ours(name: str, command: list[str], ready: Ask) -> Program:
        return Program(name, command, ready, PROJECT, env)

    threads = ["--worker-class", "gthread", "--threads", str(runtime.settings.api.threads), "--no-control-socket"]
    reload = ["--reload"] if ports.pages else []
    api = [gunicorn, "--bind", f"127.0.0.1:{ports.api}", *threads, *reload, "api.wsgi:app"]
    cast = (
        ours("scheduler", [python, "-m", "scheduler"], jobs_done(runtime, runtime.clock.now())),
        ours("broker", [python, "-m", "visa.broker"], _http(ports.broker, "/healthz")),
        ours("api", api, _http(ports.api, "/readyz")),
    )
    return (*cast, _pages(ports)) if ports.pages else cast


def _pages(ports: Ports) -> Program:
    command = ["npm", "run", "dev", "--", "--port", str(ports.pages), "--strictPort"]
    env = {"VISA_DEV_API": f"http://127.0.0.1:{ports.api}"}
    return Program("pages", command, answers(f"http://127.0.0.1:{ports.pages}/"), PROJECT / "web", env)


def jobs_done(runtime: Runtime, begun: datetime) -> Callable[[], str]:
    """Ready once the scheduler has read the facility and looked at the cloud, since `begun`."""
    reports = select(JobReport.job, JobReport.ok, JobReport.report).where(JobReport.finished_at >= begun)

    def missing() -> str:
        with runtime.sessions.read() as session:
            seen = {job: report if not ok else None for job, ok, report in session.execute(reports)}
        failed = {job: report for job, report in seen.items() if report}
        waiting = FIRST_JOBS - seen.keys()
        return f"{failed or 'waiting for ' + ', '.join(sorted(waiting))}" if failed or waiting else ""

    return missing


def _http(port: int, path: str) -> Ask:
    return answers(f"http://127.0.0.1:{port}{path}")
