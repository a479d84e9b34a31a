"""Brings a sandbox to life in a process of its own, which outlives this one and is known before anything runs in it.

A small script is written for each boot and started detached. It writes down who it is (`pid.json`) and only then
becomes the sandbox, keeping its process. Until then it holds the server's lock, inherited from its starter: whoever
gets the lock next finds either no trace and no process, or the whole truth.
"""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import join, quote

from visa.adapters.cloud.local.processes import boot_id
from visa.adapters.cloud.local.sandbox import Bind
from visa.domain.resources import Account

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_STAGE = Path("/mnt")
_OOM_SCORE = 300  # when the host itself runs short, desktops go before its services


@dataclass(frozen=True)
class Launch:
    """One boot of one server: where it lives, the control groups it joins, and what it becomes.

    `account` is whom it runs as when started by root; None runs it as ourselves.
    """

    folder: Path
    boot: int
    groups: tuple[Path, ...]
    command: tuple[str, ...]
    binds: tuple[Bind, ...]
    account: Account | None


def staged(binds: list[Bind]) -> list[Bind]:
    """Where binds are found once root has staged them: the person may not be able to walk to their real places."""
    return [
        Bind(_STAGE / str(number), bind.target, bind.writable) if _in_reach(bind) else bind
        for number, bind in enumerate(binds)
    ]


def start(launch: Launch, lock_fd: int) -> None:
    """Start it detached and return at once. `lock_fd` is the server's lock, which the launcher goes on to hold."""
    script = launch.folder / "launch.sh"
    script.write_text("\n".join([*_script(launch), ""]))
    log = os.open(launch.folder / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        # The shell in between ends at once, so the launcher is nobody's child and nobody has to reap it.
        subprocess.run(
            ["sh", "-c", 'exec 9<&0 </dev/null; sh "$1" & ', "sh", str(script)],
            stdin=lock_fd,
            stdout=log,
            stderr=log,
            cwd="/",
            env={"PATH": PATH},
            start_new_session=True,
            check=True,
        )
    finally:
        os.close(log)


def _script(launch: Launch) -> Iterator[str]:
    folder = quote(str(launch.folder))
    yield f"# Boot {launch.boot} of {launch.folder.name}, written by visa for this one start."
    yield "set -eu"
    yield 'if [ "${1-}" != known ]; then'
    yield f"    : >{folder}/info.json"
    yield "    read -r stat </proc/$$/stat"
    record = f'{{"boot": {launch.boot}, "boot_id": "{boot_id()}", "stat": "%s"}}'
    yield f'    printf {quote(record)} "$stat" >{folder}/.pid.part'
    yield f"    mv {folder}/.pid.part {folder}/pid.json"
    yield f"    echo {_OOM_SCORE} >/proc/$$/oom_score_adj"
    for group in launch.groups:
        yield f"    echo $$ >{quote(str(group))}/cgroup.procs"
    unshare = "unshare --mount --propagation private -- " if launch.account is not None else ""
    yield f"    exec {unshare}sh {folder}/launch.sh known"
    yield "fi"
    yield "umask 022"
    yield "ulimit -c 0"
    prefix = ""
    if launch.account is not None:
        yield from _stage(launch)
        prefix = join(_become(launch.account)) + " "
    yield f"exec 7>{folder}/info.json"
    yield f"exec {prefix}{join(launch.command)} 9<&-"


def _stage(launch: Launch) -> Iterator[str]:
    """Bind every source to a short path that anybody may walk, in this process's own view of the file system."""
    stage = quote(str(launch.folder / "stage"))
    yield f"mkdir -p {stage}"
    yield f"mount -t tmpfs -o mode=0755,size=1m visa {stage}"
    for number, bind in enumerate(launch.binds):
        if not _in_reach(bind):
            continue
        make = "mkdir" if bind.source.is_dir() else "touch"
        yield f"{make} {stage}/{number}"
        yield f"mount --rbind -- {quote(str(bind.source))} {stage}/{number}"
    yield f"mount --rbind {stage} {_STAGE}"


def _in_reach(bind: Bind) -> bool:
    """Network storage may shut out root: then only the person can walk there, and has to."""
    try:
        bind.source.stat()
    except PermissionError:
        return False
    except FileNotFoundError:
        return True  # the mount then says what is missing
    return True


def _become(account: Account) -> list[str]:
    groups = ",".join(map(str, account.gids))
    choice = ["--groups", groups] if groups else ["--clear-groups"]
    return ["setpriv", "--reuid", str(account.uid), "--regid", str(account.gid), *choice, "--inh-caps=-all"]
