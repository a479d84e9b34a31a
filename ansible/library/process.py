"""Ansible module: processes of one folder, without a service manager.

A process is known by its id and the moment it began, so that a number which the kernel gave to another program since
is never signalled. It is restarted when its command, its environment or a file it was made from has changed.
Options, of which several may be given: started (a list of {name, command, environment, files}; does not wait), with an
environment for all of them; answering (ports by name, waited for); stopped (names); all_but (names; stops the others).
"""

import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

GRACE_S = 20
PAUSE_S = 0.1
LOOKS_WRONG = re.compile(r"error|exception|critical|fail|denied|cannot|in use", re.IGNORECASE)


class Failure(Exception):
    """Says in one line which process is not as it should be."""


@dataclass(frozen=True)
class Process:
    """What is kept of a process that was started here."""

    name: str
    pid: int
    born: str  # boot of the machine and ticks since then
    made_from: str

    @property
    def lives(self) -> bool:
        return born(self.pid) == self.born


def born(pid: int) -> str | None:
    """When this process began; None when there is none, or only its exit code is left of it."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return None if after_name[0] in "ZX" else f"{boot} {after_name[19]}"


class Folder:
    """Records and logs of the processes."""

    def __init__(self, path: Path) -> None:
        self.run, self.log = path / "run", path / "log"
        for folder in (self.run, self.log):
            folder.mkdir(parents=True, exist_ok=True)

    def known(self) -> list[Process]:
        return [Process(**json.loads(file.read_text())) for file in self.run.glob("*.process")]

    def get(self, name: str) -> Process | None:
        return next((process for process in self.known() if process.name == name and process.lives), None)

    def keep(self, process: Process) -> None:
        fresh = self.run / f"{process.name}.fresh"
        fresh.write_text(json.dumps(asdict(process)))
        fresh.rename(self.run / f"{process.name}.process")

    def forget(self, process: Process) -> None:
        (self.run / f"{process.name}.process").unlink(missing_ok=True)

    def log_of(self, name: str) -> Path:
        return self.log / f"{name}.log"

    def last_words(self, name: str) -> str:
        """The line of its log that most likely says what went wrong, and where to read on."""
        lines = [line.strip() for line in self.log_of(name).read_text(errors="replace").splitlines()[-60:]]
        said = [line for line in lines if line]
        wrong = [line for line in said if LOOKS_WRONG.search(line)]
        return f"{(wrong or said or ['it said nothing'])[-1][:300]} (all of it: {self.log_of(name)})"


def start(
    folder: Folder, name: str, command: list[str], environment: dict[str, Any], files: Sequence[str] = ()
) -> bool:
    """Have it run with just these; False when it does already."""
    command = [str(word) for word in command]
    environment = {key: str(value) for key, value in environment.items()}
    made_from = digest(command, environment, files)
    running = folder.get(name)
    if running and running.made_from == made_from:
        return False
    if running:
        stop(folder, [running])
    with folder.log_of(name).open("w") as log:
        child = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            cwd=folder.run,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    folder.keep(Process(name, child.pid, born(child.pid) or "", made_from))
    return True


def digest(command: Sequence[str], environment: dict[str, str], files: Sequence[str]) -> str:
    made_from = hashlib.sha256(json.dumps([command, environment], sort_keys=True).encode())
    for file in files:
        made_from.update(Path(file).read_bytes())
    return made_from.hexdigest()


def wait_for(folder: Folder, name: str, address: str, port: int, patience_s: float) -> None:
    """Wait until it accepts connections. Raises `Failure` when it ended or takes too long."""
    deadline = time.monotonic() + patience_s
    while True:
        if not folder.get(name):
            raise Failure(f"{name} has ended: {folder.last_words(name)}")
        with suppress(OSError), socket.create_connection((address, port), timeout=1):
            return
        if time.monotonic() > deadline:
            raise Failure(f"{name} does not answer on port {port}: {folder.last_words(name)}")
        time.sleep(PAUSE_S)


def stop(folder: Folder, processes: list[Process]) -> list[str]:
    """Ask all of them to end, wait, and end what is left of them and of the processes they made. Says which ran."""
    alive = [process for process in processes if process.lives]
    for process in alive:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S
    while any(process.lives for process in alive) and time.monotonic() < deadline:
        time.sleep(PAUSE_S)
    for process in alive:
        end_group(process.pid)
    for process in processes:
        folder.forget(process)
    return [process.name for process in alive]


def end_group(leader: int) -> None:
    """End what is left of the processes that one has made, and see them gone."""
    deadline = time.monotonic() + GRACE_S
    with suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(leader, signal.SIGKILL)
            time.sleep(PAUSE_S)


def main() -> None:
    module = AnsibleModule(
        {
            "folder": {"type": "path", "required": True},
            "started": {"type": "list", "elements": "dict"},
            "environment": {"type": "dict", "default": {}},
            "answering": {"type": "dict"},
            "stopped": {"type": "list", "elements": "str"},
            "all_but": {"type": "list", "elements": "str"},
            "address": {"type": "str", "default": "127.0.0.1"},
            "patience_s": {"type": "int", "default": 120},
        },
        mutually_exclusive=[("started", "stopped", "all_but")],
    )
    given = module.params
    folder = Folder(Path(given["folder"]))
    changed = []
    try:
        for order in given["started"] or []:
            environment = {**given["environment"], **order.pop("environment", {})}
            changed += [order["name"]] if start(folder, **order, environment=environment) else []
        for name, port in (given["answering"] or {}).items():
            wait_for(folder, name, given["address"], int(port), given["patience_s"])
        if given["stopped"] is not None:
            changed += stop(folder, [process for process in folder.known() if process.name in given["stopped"]])
        if given["all_but"] is not None:
            changed += stop(folder, [process for process in folder.known() if process.name not in given["all_but"]])
    except (Failure, OSError) as failure:
        module.fail_json(msg=str(failure))
    module.exit_json(changed=bool(changed), processes=changed)


if __name__ == "__main__":
    main()
