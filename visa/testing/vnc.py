"""A real Xtigervnc for tests and benches: an empty X server with RFB on a unix socket or on loopback TCP.

Ended with its context. `visa.testing.x11` looks at the same display from the other side.
"""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

WIDTH, HEIGHT = 800, 600
STOP_TIMEOUT_S = 10
# Every VNC program "hides" the password file's content behind this one key, bits mirrored as in the protocol.
_FILE_KEY = bytes(int(f"{byte:08b}"[::-1], 2) for byte in (23, 82, 107, 6, 35, 78, 88, 7))


@dataclass(frozen=True)
class Vnc:
    """A running desktop. `address` as in a desktop's grant: unix:/path or tcp:host:port."""

    address: str
    password: str
    display: int
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.process.kill()
        self.process.wait(STOP_TIMEOUT_S)

    def connect(self) -> socket.socket:
        """A plain connection to its RFB port."""
        kind, _, place = self.address.partition(":")
        if kind == "unix":
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(place)
            return connection
        host, _, port = place.rpartition(":")
        return socket.create_connection((host, int(port)))


@contextmanager
def running_vnc(folder: Path, *, password: str = "", tcp: bool = False) -> Iterator[Vnc]:
    """Start a desktop below `folder`; with a password it asks for VncAuth. Yields when it listens."""
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port() if tcp else -1  # with 0 it would listen on all interfaces, port 5900 + display
    path = folder / "rfb.sock"
    command = [
        "Xtigervnc",
        "-geometry",
        f"{WIDTH}x{HEIGHT}",
        "-depth",
        "24",
        "-AlwaysShared",
        "-UseBlacklist=0",
        "-noreset",
    ]
    # It also listens on X's abstract socket: -displayfd notices by that alone that a display is taken.
    command += ["-nolisten", "tcp", "-rfbport", str(port)]
    command += ["-interface", "127.0.0.1"] if tcp else ["-rfbunixpath", str(path)]
    if password:
        (folder / "password").write_bytes(_hidden(password))
        command += ["-SecurityTypes", "VncAuth", "-PasswordFile", str(folder / "password")]
    else:
        command += ["-SecurityTypes", "None"]
    shown, tell = os.pipe()
    with (folder / "vnc.log").open("wb") as log, os.fdopen(shown) as display:
        command += ["-displayfd", str(tell)]
        process = subprocess.Popen(command, pass_fds=(tell,), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        os.close(tell)
        try:
            number = display.readline().strip()
            if not number:
                raise RuntimeError(f"Xtigervnc did not start: {(folder / 'vnc.log').read_text()}")
            address = f"tcp:127.0.0.1:{port}" if tcp else f"unix:{path}"
            yield Vnc(address, password, int(number), process)
        finally:
            process.terminate()
            process.wait(STOP_TIMEOUT_S)


def _hidden(password: str) -> bytes:
    cipher = Cipher(TripleDES(_FILE_KEY * 3), modes.ECB()).encryptor()  # noqa: S305 - the file format asks for it
    return cipher.update(password.encode()[:8].ljust(8, b"\0")) + cipher.finalize()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
