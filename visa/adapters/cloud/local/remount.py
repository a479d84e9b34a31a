"""Changes what a running sandbox has mounted: a program of its own, because entering a mount namespace needs a process
with a single thread. `python -m visa.adapters.cloud.local.remount`, with a `Change` as JSON on standard input.

Takes away first, gives then. A source is opened here, in the host's view, and only its open tree is carried into the
sandbox, so that nothing inside decides which folder is shown. What was taken away is detached at once, whoever is using
it: no new file can be opened, while files and folders that are open stay so until they are closed.
"""

import ctypes
import errno
import fcntl
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from visa.adapters.cloud.local.processes import NamespaceInit, runs
from visa.domain.resources import Account, Mount, MountMode
from visa.errors import Fault

_PATIENCE_S = 20
_NEW_NAMESPACE, _NEW_USERS = 0x00020000, 0x10000000
_OWNER_OF_NAMESPACE = 0xB701  # NS_GET_USERNS, ioctl_ns(2)
_OPEN_TREE, _MOVE_MOUNT, _MOUNT_SETATTR = 428, 429, 442  # the same on every architecture
_CLONE, _RECURSIVE, _EMPTY_PATH = 1, 0x8000, 0x1000
_FROM_EMPTY_PATH = 4
_DETACH, _NO_FOLLOW = 2, 8
_READ_ONLY, _NO_SETUID, _NO_DEVICES = 1, 2, 4
_PRIVATE = 1 << 18


@dataclass(frozen=True)
class Change:
    """What one sandbox is to lose (targets) and to get. `pid` is its first process, in that pid namespace."""

    pid: int
    namespace: int
    lose: tuple[str, ...]
    get: tuple[Mount, ...]
    account: Account


CHANGE = TypeAdapter(Change)
_libc = ctypes.CDLL(None, use_errno=True)


class _Attributes(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint64) for name in ("attr_set", "attr_clr", "propagation", "userns_fd"))


def change(wanted: Change) -> None:
    """Do it in a process of its own. Raises `Fault` with its words."""
    done = subprocess.run(
        [sys.executable, "-m", "visa.adapters.cloud.local.remount"],
        input=CHANGE.dump_json(wanted),
        capture_output=True,
        timeout=_PATIENCE_S,
        check=False,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    if done.returncode != 0:
        raise Fault("The folders of a running desktop could not be changed.", detail=done.stderr.decode()[-1000:])


def _carry_out(wanted: Change) -> None:
    opened = [(mount, _open_source(mount, wanted.account)) for mount in wanted.get]
    _enter(wanted)
    for target in wanted.lose:
        _take(target)
    for mount, tree in opened:
        _make_place(mount.target, wanted.account)
        _give(tree, mount.target)


def _open_source(mount: Mount, account: Account) -> int:
    """A copy of the mount at the source, with its rights set. Storage that shuts out root is walked by the person."""
    try:
        tree = _open_tree(mount.source)
    except PermissionError:
        os.setgroups([account.gid, *account.gids])
        with _files_of(account):
            tree = _open_tree(mount.source)
    rights = _NO_SETUID | _NO_DEVICES | (_READ_ONLY if mount.mode is MountMode.READ_ONLY else 0)
    attributes = _Attributes(attr_set=rights, propagation=_PRIVATE)
    size = ctypes.sizeof(attributes)
    _call(_MOUNT_SETATTR, tree, b"", _EMPTY_PATH | _RECURSIVE, ctypes.byref(attributes), size, about=mount.source)
    return tree


def _enter(wanted: Change) -> None:
    """Become a process of the sandbox's view. One who is not root becomes the owner of that view first."""
    pid = wanted.pid
    with Path(f"/proc/{pid}/ns/mnt").open("rb") as view:
        if not runs(NamespaceInit(pid, wanted.namespace)):  # now that its view is held
            raise OSError(errno.ESRCH, "the sandbox has ended", str(pid))
        if os.geteuid() != 0:
            owner = fcntl.ioctl(view.fileno(), _OWNER_OF_NAMESPACE)
            _check(_libc.setns(owner, _NEW_USERS), f"the user namespace of {pid}")
        _check(_libc.setns(view.fileno(), _NEW_NAMESPACE), f"the mount namespace of {pid}")


def _take(target: str) -> None:
    """Detach everything at the target, however often it was mounted over; nothing happens when nothing is."""
    while _libc.umount2(os.fsencode(target), _DETACH | _NO_FOLLOW) == 0:
        pass
    if (number := ctypes.get_errno()) not in {errno.EINVAL, errno.ENOENT}:
        raise OSError(number, os.strerror(number), target)


def _make_place(target: str, account: Account) -> None:
    """The folder to mount at. The sandbox's root is read-only for all inside, so it is made through a copy of it."""
    if Path(target).is_dir():
        return
    root = _call(_OPEN_TREE, -100, b"/", _CLONE | os.O_CLOEXEC, about="/")
    writable = _Attributes(attr_clr=_READ_ONLY)
    size = ctypes.sizeof(writable)
    _call(_MOUNT_SETATTR, root, b"", _EMPTY_PATH, ctypes.byref(writable), size, about="/")
    with _files_of(account):
        folder = root
        for part in Path(target).parts[1:]:
            with suppress(FileExistsError):
                os.mkdir(part, 0o755, dir_fd=folder)
            folder = os.open(part, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)


def _give(tree: int, target: str) -> None:
    _call(_MOVE_MOUNT, tree, b"", -100, os.fsencode(target), _FROM_EMPTY_PATH, about=target)


def _open_tree(source: str) -> int:
    return _call(_OPEN_TREE, -100, os.fsencode(source), _CLONE | _RECURSIVE | os.O_CLOEXEC, about=source)


class _files_of:  # noqa: N801 - used as a function
    """Meanwhile files are made and walked as the person; all other rights stay."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def __enter__(self) -> None:
        if os.geteuid() == 0:
            _libc.setfsgid(self._account.gid)
            _libc.setfsuid(self._account.uid)

    def __exit__(self, *_: object) -> None:
        _libc.setfsuid(os.geteuid())
        _libc.setfsgid(os.getegid())


def _call(number: int, *arguments: object, about: str) -> int:
    return _check(_libc.syscall(number, *arguments), about)


def _check(answer: int, about: str) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), about)
    return answer


if __name__ == "__main__":
    try:
        _carry_out(CHANGE.validate_json(sys.stdin.buffer.read()))
    except OSError as trouble:
        sys.exit(f"{trouble.filename}: {trouble.strerror}")
