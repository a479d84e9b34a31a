"""The person's account, with the numbers that the facility's storage knows them by."""

import pwd
from typing import Any

from visa_guest.run import Failed, run

_EXISTS = 9  # groupadd's and useradd's exit code for a name or number that is taken


def ensure(account: dict[str, Any]) -> None:
    """Make the account with exactly these numbers. Raises `Failed` when the image uses its name or number otherwise."""
    login, uid, gid = str(account["login"]), int(account["uid"]), int(account["gid"])
    try:
        known = pwd.getpwnam(login)
    except KeyError:
        _make(login, uid, gid, account)
        return
    if (known.pw_uid, known.pw_gid) != (uid, gid):
        raise Failed(f"the image has an account {login} with other numbers")


def _make(login: str, uid: int, gid: int, account: dict[str, Any]) -> None:
    others = [int(other) for other in account["gids"] if int(other) != gid]
    run("groupadd", "--gid", str(gid), login, ok=(0, 4, _EXISTS))
    for other in others:
        run("groupadd", "--gid", str(other), f"group{other}", ok=(0, 4, _EXISTS))
    name = "".join(" " if sign in ":,\n" else sign for sign in str(account.get("full_name", "")))
    groups = ("--groups", ",".join(map(str, others))) if others else ()
    run(
        "useradd", "--uid", str(uid), "--gid", str(gid), *groups, "--comment", name,
        "--shell", "/bin/bash", "--home-dir", f"/home/{login}", "--no-create-home", "--no-log-init", login,
    )  # fmt: skip
