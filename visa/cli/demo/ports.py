"""TCP ports on loopback: which one to take, and who has it when it is taken."""

import socket
from pathlib import Path

from visa.errors import Misconfigured

HOST = "127.0.0.1"
PORTS, SUGGESTED_STEP = 65536, 1000
LISTENING = "0A"  # proc(5): the state column of /proc/net/tcp


def choose(port: int, *, purpose: str, option: str) -> int:
    """The port itself, or any free one for 0. Raises `Misconfigured` naming who holds it and how to choose another."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise Misconfigured(f"port {port} ({purpose}) needs more rights; {_another(port, option)}") from error
        except OSError as error:
            holder = holder_of(port) or "another program"
            raise Misconfigured(f"port {port} ({purpose}) is taken by {holder}; {_another(port, option)}") from error
        return int(probe.getsockname()[1])


def holder_of(port: int) -> str | None:
    """Like "python3 (process 123)": who listens on the port; None where /proc does not say (another user's program)."""
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for handle in Path("/proc").glob("[0-9]*/fd/*") if sockets else ():
        try:
            if str(handle.readlink()) in sockets:
                process = handle.parents[1]
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:
            continue  # it ended meanwhile, or is somebody else's
    return None


def _listening_inodes(port: int) -> set[str]:
    rows = [
        line.split()
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        if Path(table).exists()
        for line in Path(table).read_text().splitlines()[1:]
    ]
    return {row[9] for row in rows if row[3] == LISTENING and int(row[1].rpartition(":")[2], 16) == port}


def _another(port: int, option: str) -> str:
    variable = "VISA_DEMO_" + option.removeprefix("--").replace("-", "_").upper()
    other = port + SUGGESTED_STEP if port + SUGGESTED_STEP < PORTS else 0
    return f'choose another: make demo ARGS="{option} {other}", or {variable}={other} make demo (0 takes any free one)'
