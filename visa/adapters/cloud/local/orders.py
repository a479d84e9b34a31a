"""What a server is asked to be, as far as a sandbox can be it: refusals, names, and the account files inside. Pure."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from visa.domain.resources import Account, Mount, ServerSpec
from visa.errors import Refused

_LOGIN = re.compile(r"[a-z_][a-z0-9_.-]{0,31}")
_KEYBOARD = re.compile(r"(?P<layout>[a-z][a-z0-9_-]{0,15})(\((?P<variant>[A-Za-z0-9_-]{1,32})\))?")
_OURS = frozenset({"bin", "boot", "dev", "etc", "home", "lib", "lib64", "proc", "root", "run", "sbin", "sys", "tmp"})
_OURS_TOO = frozenset({"usr", "var"})


@dataclass(frozen=True)
class Keyboard:
    layout: str
    variant: str


def check(spec: ServerSpec) -> None:
    """Raises `Refused` for what could never become a sandbox, and for what could break out of one."""
    check_account(spec.account)
    keyboard_of(spec.keyboard)
    check_mounts(spec.mounts)


def check_account(account: Account) -> None:
    """A person's own, ordinary account: root is nobody's desktop, and the login becomes a path."""
    if not _LOGIN.fullmatch(account.login):
        raise Refused(f"The login {account.login!r} is not usable as a Unix account.", code="bad_account")
    if min(account.uid, account.gid, *account.gids, 1) < 1:
        raise Refused(f"The account {account.login} has the numbers of the system's administrator.", code="bad_account")


def check_mounts(mounts: tuple[Mount, ...]) -> None:
    """Mounts may not cover each other, nor anything that the sandbox itself puts in place."""
    targets = [mount.target for mount in mounts]
    for mount in mounts:
        target = PurePosixPath(mount.target)
        plain = target.is_absolute() and ".." not in target.parts and str(target) == mount.target
        if not plain or len(target.parts) < 2 or target.parts[1] in _OURS | _OURS_TOO:  # noqa: PLR2004
            raise Refused(f"Nothing can be mounted at {mount.target}.", code="bad_mount")
        if sum(PurePosixPath(other).is_relative_to(target) for other in targets) > 1:
            raise Refused(f"Two folders would be mounted at {mount.target}.", code="bad_mount")


def keyboard_of(text: str) -> Keyboard:
    """Split "de(nodeadkeys)" into layout and variant."""
    match = _KEYBOARD.fullmatch(text)
    if match is None:
        raise Refused(f"{text!r} is not a keyboard layout.", code="bad_keyboard")
    return Keyboard(match["layout"], match["variant"] or "")


def account_files(account: Account, *, hostname: str, machine_id: str) -> dict[str, str]:
    """What stands in /etc inside: this person and nobody else of the host."""
    gecos = re.sub(r"[:,\n]", " ", account.full_name)
    others = [gid for gid in dict.fromkeys(account.gids) if gid != account.gid]
    home = f"/home/{account.login}"
    return {
        "passwd": f"{account.login}:x:{account.uid}:{account.gid}:{gecos}:{home}:/bin/bash\n"
        "root:x:0:0:root:/nonexistent:/usr/sbin/nologin\n"
        "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
        "group": f"{account.login}:x:{account.gid}:\n"
        + "".join(f"group{gid}:x:{gid}:{account.login}\n" for gid in others)
        + "nogroup:x:65534:\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
        "hostname": f"{hostname}\n",
        "hosts": f"127.0.0.1 localhost {hostname}\n::1 localhost\n",
        "machine-id": f"{machine_id}\n",
    }
