"""Where a server's desktop answers, and whether it does.

The socket is made inside the sandbox, so the person could put anything in its place, a link to another's socket too.
What is handed out is therefore a hard link in a folder that only we can write: it can only mean a socket that was made
inside this very sandbox. A unix socket's path is limited to 107 bytes, so a deep root is reached through a short link.
"""

import hashlib
import os
import select
import socket
import stat
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from visa.errors import Misconfigured

_MAX_PATH = 107
_GREETING = b"RFB "
_PREFIX = "visa-"
SOCKET = "rfb.sock"


class Addresses:
    """Paths of sockets below `servers`, short enough for connect(2)."""

    def __init__(self, servers: Path, *, longest_ref: int) -> None:
        self._servers = servers
        longest = len(os.fsencode(servers)) + longest_ref + len(SOCKET) + 2
        self._short = None if longest <= _MAX_PATH else _short_folder(servers)

    def socket_of(self, ref: str) -> str:
        """The path to connect to, whether or not there is a socket now."""
        if self._short is None:
            return str(self._servers / ref / SOCKET)
        self._keep_link(self._short)
        return str(self._short / "s" / ref / SOCKET)

    def _keep_link(self, folder: Path) -> None:
        """The link lies where things are tidied away; it is made again whenever it is missing."""
        link = folder / "s"
        if not link.is_symlink():
            _make_private(folder)
            with suppress(FileExistsError):
                link.symlink_to(self._servers)


def adopt_socket(server: Path) -> bool:
    """Put the sandbox's socket where only we can write. False while it is not there, or is no socket."""
    link = server / SOCKET
    try:
        os.link(server / "run" / SOCKET, link, follow_symlinks=False)
    except FileNotFoundError:
        return False
    except FileExistsError:
        pass
    if stat.S_ISSOCK(link.lstat().st_mode):
        return True
    link.unlink()
    return False


def greeting(paths: Mapping[str, str], *, wait_s: float) -> set[str]:
    """Which of these desktops (key to socket path) greet as RFB servers do, all asked at the same time."""
    poll = select.poll()
    asked: dict[int, tuple[str, socket.socket]] = {}
    greeted: set[str] = set()
    waiting = 0
    try:
        for key, path in paths.items():
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            asked[connection.fileno()] = (key, connection)
            with suppress(OSError):  # nobody listens yet: it is asked again at the next look
                connection.connect(path)
                poll.register(connection, select.POLLIN)
                waiting += 1
        deadline = time.monotonic() + wait_s
        while waiting and (left_s := deadline - time.monotonic()) > 0:
            for fd, _ in poll.poll(left_s * 1000):
                poll.unregister(fd)
                waiting -= 1
                with suppress(OSError):
                    if asked[fd][1].recv(12).startswith(_GREETING):
                        greeted.add(asked[fd][0])
    finally:
        for _, connection in asked.values():
            connection.close()
    return greeted


def _short_folder(servers: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(servers.resolve())).hexdigest()[:12]
    base = Path("/run") if os.access("/run", os.W_OK) else Path("/tmp")  # noqa: S108  the folder is checked to be ours
    _tidy(base)
    folder = base / f"{_PREFIX}{os.geteuid()}-{digest}"
    _make_private(folder)
    return folder


def _tidy(base: Path) -> None:
    """Remove our own links to roots that are no more."""
    for folder in base.glob(f"{_PREFIX}{os.geteuid()}-*"):
        link = folder / "s"
        if link.is_symlink() and not link.exists():
            with suppress(OSError):  # another process tidies as well
                link.unlink()
                folder.rmdir()


def _make_private(folder: Path) -> None:
    """Ours alone, or an error: others may write where it lies, and could have made it first."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid() or seen.st_mode & 0o077:
        raise Misconfigured(f"{folder} is not private to this account: remove it, or choose a shorter cloud.root")
