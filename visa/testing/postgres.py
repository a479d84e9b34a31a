"""A private PostgreSQL server for tests: its own folder, a unix socket and no TCP port, ended with its context."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from visa.errors import Misconfigured

START_TIMEOUT_S = 60


def programs() -> Path:
    """Folder of initdb and pg_ctl: on PATH, or the newest that Debian's packages put aside."""
    on_path = shutil.which("pg_ctl")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    if on_path:
        return Path(on_path).resolve().parent
    if not folders:
        raise Misconfigured("PostgreSQL's server is not installed: apt-get install postgresql")
    return folders[-1].parent


@contextmanager
def running_server(folder: Path) -> Iterator[str]:
    """Start a fresh server below `folder`; yields the URL of its database "postgres". Root runs it as user postgres."""
    data, run_as = folder / "data", _server_user()
    folder.mkdir(parents=True, exist_ok=True)
    if run_as:
        shutil.chown(folder, run_as, run_as)
    _run("initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", run_as=run_as)
    quick = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c max_connections=200 {quick}"
    log = folder / "log"
    _run("pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "-t", str(START_TIMEOUT_S), "start", run_as=run_as)
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        _run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop", run_as=run_as)


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    return pwd.getpwnam("postgres").pw_name


def _run(program: str, *arguments: str | Path, run_as: str | None) -> None:
    command = [str(programs() / program), *map(str, arguments)]
    done = subprocess.run(
        command,
        user=run_as,
        group=run_as,
        extra_groups=[] if run_as else None,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=2 * START_TIMEOUT_S,
        close_fds=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise Misconfigured(f"{program} failed: {done.stderr.strip() or done.stdout.strip()}")
