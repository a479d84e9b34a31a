"""The desktop: what its unit is told, and whether it answers."""

import os
import socket
from pathlib import Path
from typing import Any

from visa_guest.run import run_bytes

_GREETING_S = 3


def configure(folder: Path, wish: dict[str, Any], *, keyboard: str, owner: tuple[int, int]) -> None:
    """Write what visa-desktop reads: port, keyboard ("de(nodeadkeys)"), and the password as TigerVNC keeps it."""
    folder.mkdir(parents=True, exist_ok=True)
    layout, _, variant = keyboard.rstrip(")").partition("(")
    lines = {"PORT": int(wish["port"]), "LAYOUT": layout, "VARIANT": variant}
    (folder / "environment").write_text("".join(f"VISA_{name}={value}\n" for name, value in lines.items()))
    password = folder / "password"
    password.touch(mode=0o600)
    password.write_bytes(run_bytes("vncpasswd", "-f", given=str(wish["password"]).encode()))
    os.chown(password, *owner)


def state(port: int) -> dict[str, Any]:
    """Whether an RFB server greets on this port (RFC 6143, 7.1.1)."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=_GREETING_S) as connection:
            said = connection.recv(12)
    except OSError as error:
        return {"up": False, "detail": str(error)}
    return {"up": said.startswith(b"RFB "), "detail": "" if said else "It closed the connection."}
