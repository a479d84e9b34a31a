"""Which programs make up the demo, in the order of their start, and where each says that it is ready."""

import sys
from pathlib import Path

from visa.cli.demo.children import Program
from visa.cli.demo.state import PROJECT, Ports, State

API_THREADS = 8


def programs(state: State, ports: Ports) -> tuple[Program, ...]:
    """The provider, the three processes, and with `ports.pages` the server of reloading pages."""
    env = {"VISA_CONFIG": str(state.settings_file), "PYTHONUNBUFFERED": "1"}
    python, gunicorn = sys.executable, str(Path(sys.executable).parent / "gunicorn")
    reload = ["--reload"] if ports.pages else []
    bind = ["--bind", f"127.0.0.1:{ports.api}", "--worker-class", "gthread", "--threads", str(API_THREADS)]
    cast = [
        Program(
            "provider",
            [python, "-m", "visa.testing.provider", "--port", str(ports.provider), "--people", str(state.people_file)],
            f"http://127.0.0.1:{ports.provider}/.well-known/openid-configuration",
        ),
        Program("scheduler", [python, "-m", "scheduler"], None, PROJECT, env),
        Program("broker", [python, "-m", "visa.broker"], f"http://127.0.0.1:{ports.broker}/healthz", PROJECT, env),
        Program(
            "api", [gunicorn, *bind, *reload, "api.wsgi:app"], f"http://127.0.0.1:{ports.api}/readyz", PROJECT, env
        ),
    ]
    if ports.pages:
        vite = ["npm", "run", "dev", "--", "--port", str(ports.pages), "--strictPort"]
        env = {"VISA_DEV_API": f"http://127.0.0.1:{ports.api}"}
        cast.append(Program("pages", vite, f"http://127.0.0.1:{ports.pages}/", PROJECT / "web", env))
    return tuple(cast)
