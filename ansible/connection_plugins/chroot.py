"""Ansible in a folder that holds a whole system: what `make image` builds an image with.

Commands run by chroot(8) as root, files are copied; ansible-core ships no such connection of its own. The folder is
the host's address: `--connection chroot --extra-vars ansible_host=FOLDER`. Whoever calls sees to /proc and the like.
"""

import shutil
import subprocess
from pathlib import Path

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection import ConnectionBase

DOCUMENTATION = """
name: chroot
short_description: a folder that holds a system
description: Runs commands by chroot(8) in the folder that ansible_host names.
options: {}
"""
# Nothing of the machine that builds; the system's own places for programs.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root"}


class Connection(ConnectionBase):
    """The way into one folder."""

    transport = "chroot"
    has_pipelining = True

    @property
    def folder(self) -> Path:
        return Path(str(self._play_context.remote_addr))

    def _connect(self) -> "Connection":
        if not (self.folder / "bin/sh").exists():
            raise AnsibleConnectionFailure(f"{self.folder} holds no system: there is no /bin/sh in it")
        self._connected = True
        return self

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        command = ["chroot", str(self.folder), "/bin/sh", "-c", cmd]
        done = subprocess.run(command, input=in_data or b"", capture_output=True, env=ENVIRONMENT, check=False)
        return done.returncode, done.stdout, done.stderr

    def put_file(self, in_path: str, out_path: str) -> None:
        super().put_file(in_path, out_path)
        shutil.copyfile(in_path, self._inside(out_path))

    def fetch_file(self, in_path: str, out_path: str) -> None:
        super().fetch_file(in_path, out_path)
        shutil.copyfile(self._inside(in_path), out_path)

    def close(self) -> None:
        self._connected = False

    def _inside(self, path: str) -> Path:
        return self.folder / path.lstrip("/")
