"""The facility's storage, served by NFS from user space: nothing of it is in this machine's kernel."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLUGINS = "/usr/lib/x86_64-linux-gnu/ganesha"
PORT = 2049
START_S, STOP_S = 30, 20


@contextmanager
def exported(storage: Path, folder: Path, *, address: str, clients: str) -> Iterator[str]:
    """Within, `storage` is at the yielded device ("address:/storage") for the network `clients`, by NFS 4 alone."""
    state, log = folder / "state", folder / "ganesha.log"
    state.mkdir(parents=True)
    settings = folder / "ganesha.conf"
    settings.write_text(f"""
NFS_CORE_PARAM {{ NFS_Port = {PORT}; Bind_addr = {address}; Protocols = 4; Enable_NLM = false; Enable_RQUOTA = false;
  Plugins_Dir = "{PLUGINS}"; }}
NFSv4 {{ Minor_Versions = 1, 2; RecoveryRoot = "{state}"; Graceless = true; Only_Numeric_Owners = true; }}
EXPORT {{ Export_Id = 1; Path = {storage}; Pseudo = /storage; Squash = root_squash; SecType = sys;
  FSAL {{ Name = VFS; }} CLIENT {{ Clients = {clients}; Access_Type = RW; }} }}
LOG {{ Default_Log_Level = EVENT; }}
""")
    command = ["ganesha.nfsd", "-F", "-f", str(settings), "-p", str(folder / "ganesha.pid"), "-L", str(log)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        _wait_until_it_answers(process, address, log)
        yield f"{address}:/storage"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_S)


def _wait_until_it_answers(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while not _answers(address):
        said = log.read_text()[-2000:] if log.exists() else ""
        assert process.poll() is None, f"the file server ended with {process.returncode}: {said}"
        assert time.monotonic() < deadline, f"the file server did not answer: {said}"
        time.sleep(0.2)


def _answers(address: str) -> bool:
    try:
        socket.create_connection((address, PORT), timeout=2).close()
    except OSError:
        return False
    return True
