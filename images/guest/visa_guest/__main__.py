"""The loop: workspace, desktop, report, folders; again and again until the machine goes off."""

import json
import random
import sys
import time
from pathlib import Path
from typing import Any

from visa_guest import account, desktop, facts, workspace
from visa_guest.api import Api, TokenDead, Unreachable
from visa_guest.folders import Folders
from visa_guest.run import Failed, run

CONFIG = Path("/etc/visa-guest/config.json")
STATE = Path("/run/visa-guest")
HOMES = Path("/home")
DEAD_S = 60.0
MAX_WAIT_S = 60.0


class Guest:
    """This machine, as far as the service sees to it."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config
        self._account = config["account"]
        self._api = Api(config["api_url"], config["token"], config.get("ca_pem", ""))
        self._folders = Folders(STATE / "folders.json")
        self._workspace = {"state": "missing", "error": ""}
        self._mounts: list[dict[str, str]] = []
        self._wait_s = float(config.get("poll_s", 10))

    def step(self) -> float:
        """Everything once. Returns how many seconds to wait before the next time."""
        if self._workspace["state"] != "mounted":
            self._prepare()
        said = facts.report(
            port=int(self._config["desktop"]["port"]),
            disks=("/", str(HOMES)),
            workspace=self._workspace,
            mounts=self._mounts,
        )
        try:
            wanted, self._wait_s = self._api.report(said)
        except TokenDead:
            _say("the api does not know this machine any more: its data folders are taken away")
            self._mounts = self._folders.make([])
            return DEAD_S
        except Unreachable as error:
            _say(f"no report: {error}")
            self._wait_s = min(self._wait_s * 2, MAX_WAIT_S)
            return self._wait_s * random.uniform(0.5, 1.0)  # noqa: S311 - so that not all machines come back at once
        before, self._mounts = self._mounts, self._folders.make(wanted)
        for state in self._mounts:
            if state["error"] and state not in before:
                _say(f"{state['target']}: {state['state']}: {state['error']}")
        return self._wait_s

    def _prepare(self) -> None:
        """Without a workspace no desktop: what a person writes must never end on the disposable disk."""
        try:
            device = workspace.find_disk(str(self._config["workspace"]["volume_id"]))
            if device is None:
                self._workspace = {"state": "missing", "error": "its disk is not there (yet)"}
                return
            workspace.mount(device, HOMES)
            account.ensure(self._account)
            home = HOMES / str(self._account["login"])
            workspace.make_home(home, uid=int(self._account["uid"]), gid=int(self._account["gid"]))
            self._start_desktop()
        except (Failed, OSError) as error:
            self._workspace = {"state": "failed", "error": str(error)}
            _say(f"workspace: {error}")
        else:
            self._workspace = {"state": "mounted", "error": ""}

    def _start_desktop(self) -> None:
        login, wish = str(self._account["login"]), self._config["desktop"]
        owner = (int(self._account["uid"]), int(self._account["gid"]))
        desktop.configure(STATE / "desktop", wish, keyboard=str(self._config["keyboard"]), owner=owner)
        run("systemctl", "start", f"visa-desktop@{login}.service")


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")  # the journal keeps it


def main() -> None:
    guest = Guest(json.loads(CONFIG.read_text()))
    while True:
        time.sleep(guest.step())


if __name__ == "__main__":
    main()
