"""What is reported: load, memory, who is logged in, whether the desktop answers, how full the disks are."""

import os
import time
from pathlib import Path
from typing import Any

from visa_guest import VERSION, desktop
from visa_guest.run import Failed, run

PROC = Path("/proc")
UTMP = Path("/run/utmp")
MAX_USERS = 200


def report(
    *, port: int, disks: tuple[str, ...], workspace: dict[str, str], mounts: list[dict[str, str]]
) -> dict[str, Any]:
    """One report as the api expects it. `logins` are those besides the desktop; None when they are not known."""
    here = users()
    return {
        "version": VERSION,
        "boot_id": (PROC / "sys/kernel/random/boot_id").read_text().strip(),
        "uptime_s": float((PROC / "uptime").read_text().split()[0]),
        "load1": os.getloadavg()[0],
        "cpus": os.cpu_count() or 1,
        "memory": _memory(),
        "users": here or [],
        "logins": None if here is None else sum(not _of_desktop(user) for user in here),
        "desktop": desktop.state(port),
        "disks": [_disk(path) for path in disks],
        "workspace": workspace,
        "mounts": mounts,
    }


def users() -> list[dict[str, Any]] | None:
    """The people who are logged in, as `who` lists them; not more than anybody would read. None: nobody can tell."""
    if not UTMP.exists():  # `who` then says nothing, as if nobody was there
        return None
    try:
        lines = run("who").splitlines()
    except Failed:
        return None
    return [_user(line.split()) for line in lines[:MAX_USERS] if len(line.split()) >= 4]  # noqa: PLR2004 - name line date time


def _of_desktop(user: dict[str, Any]) -> bool:
    """A display, or a terminal in one: no login of its own."""
    return bool(user["line"].startswith(":") or user["host"].startswith(":"))


def _user(words: list[str]) -> dict[str, Any]:
    login, line, date, clock, *where = words
    try:
        since: int | None = int(time.mktime(time.strptime(f"{date} {clock}", "%Y-%m-%d %H:%M")))
    except ValueError:
        since = None
    return {"login": login, "line": line, "since": since, "host": "".join(where).strip("()")}


def _memory() -> dict[str, int]:
    kib = {}
    for line in (PROC / "meminfo").read_text().splitlines():
        name, _, amount = line.partition(":")
        kib[name] = int(amount.split()[0])
    return {"total_mib": kib["MemTotal"] // 1024, "available_mib": kib["MemAvailable"] // 1024}


def _disk(path: str) -> dict[str, Any]:
    found = os.statvfs(path)
    size, free = found.f_blocks * found.f_frsize, found.f_bfree * found.f_frsize
    return {"path": path, "size_bytes": size, "used_bytes": size - free}
