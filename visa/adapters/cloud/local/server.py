"""One server's folder: its records, and the sandbox that they name. Says what is; decides nothing (see `state`)."""

import os
import re
import signal
from contextlib import AbstractContextManager
from pathlib import Path

from visa.adapters.cloud.local import files, remount
from visa.adapters.cloud.local.processes import (
    NamespaceInit,
    Process,
    boot_id,
    kill_tree_root,
    parse_stat,
    runs,
    send,
    uptime_s,
    wait_end,
)
from visa.adapters.cloud.local.records import INFO, ORDER, READY, STARTED, STOP
from visa.adapters.cloud.local.state import Facts, Order, Ready, Started, Stop
from visa.domain.resources import Account, Mount
from visa.errors import Busy

_FAULT_LINES = 4
_FAULT_LENGTH = 600
_CONSOLE_LENGTH = 20_000
_CONTROL = re.compile(r"[\0-\x08\x0b-\x1f\x7f]")  # no terminal obeys them, and a database refuses the first


class Server:
    """A handle; several may exist for one folder, in several processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ref = folder.name

    def locked(self, *, wait_s: float = files.LOCK_WAIT_S) -> AbstractContextManager[int]:
        """Hold it while changing any record. See `files.locked` for its errors."""
        return files.locked(self.folder, wait_s=wait_s)

    def facts(self) -> Facts:
        """Read everything. The process comes first: if it ended because of an order, that order is read after it."""
        started = files.read_record(self.folder / "pid.json", STARTED)
        restarted = started is not None and started.boot_id != boot_id()
        ready = files.read_record(self.folder / "ready.json", READY)
        is_ready = started is not None and ready is not None and ready.boot >= started.boot
        init = None if is_ready else self._init()
        alive = started is not None and not restarted and self._alive(started)
        stop = files.read_record(self.folder / "stop.json", STOP)
        order = files.read_record(self.folder / "order.json", ORDER)
        return Facts(
            ordered=order.boot if order else 0,
            stopped=stop.boot if stop else 0,
            started=started.boot if started else 0,
            ready=ready.boot if ready else 0,
            runs=alive,
            inside=is_ready or init is not None,
            overdue=stop is not None and (stop.boot_id != boot_id() or uptime_s() >= stop.force_at_s),
            deleting=self.deleting,
            restarted=restarted,
            mounts=order.mounts if order else (),
        )

    @property
    def deleting(self) -> bool:
        """Its deletion was ordered."""
        return (self.folder / "deleting").exists()

    def order(self) -> Order | None:
        return files.read_record(self.folder / "order.json", ORDER)

    def remount(self, now: tuple[Mount, ...], wanted: tuple[Mount, ...], account: Account) -> None:
        """Change what the running sandbox shows. Only root can bring a new folder in; else it waits for a start."""
        init = self._init()
        if init is None:
            raise Busy("The desktop is still starting.", retry_after_s=1)
        lose = tuple(mount.target for mount in now if mount not in wanted)
        get = tuple(mount for mount in wanted if mount not in now) if os.geteuid() == 0 else ()
        if lose or get:
            remount.change(
                remount.Change(init.pid, init.namespace, (*lose, *(mount.target for mount in get)), get, account)
            )

    def write_order(self, order: Order) -> None:
        files.write_record(self.folder / "order.json", ORDER, order)

    def write_stop(self, boot: int, *, force_in_s: float) -> None:
        """Order the end of every boot up to this one; a deadline that is set already stays."""
        stop = files.read_record(self.folder / "stop.json", STOP)
        pending = stop is not None and stop.boot_id == boot_id() and stop.force_at_s > uptime_s()
        force_at_s = stop.force_at_s if stop is not None and pending else uptime_s() + force_in_s
        files.write_record(self.folder / "stop.json", STOP, Stop(boot, force_at_s, boot_id()))

    def write_ready(self, boot: int) -> None:
        files.write_record(self.folder / "ready.json", READY, Ready(boot))

    def write_deleting(self) -> None:
        (self.folder / "deleting").touch()

    def write_detached(self, volume_ref: str) -> None:
        (self.folder / "detached").write_text(volume_ref)

    @property
    def detached(self) -> bool:
        """Its volume was taken from it: it can only be deleted now."""
        return (self.folder / "detached").exists()

    def first_process(self) -> int | None:
        """The pid, here outside, of the sandbox's first process; None before it is known."""
        init = self._init()
        return None if init is None else init.pid

    def ask_to_end(self) -> None:
        """Ask the session to end. One that is not up far enough to hear it is asked again at the next look."""
        init = self._init()
        if init is not None:
            send(init, signal.SIGTERM)

    def kill(self, *, wait_s: float = 0) -> bool:
        """End every process of the sandbox by force. True when all have ended within `wait_s`."""
        started = files.read_record(self.folder / "pid.json", STARTED)
        if started is None or started.boot_id != boot_id():
            return True
        outer, init = _process(started), self._init()
        if init is not None:
            send(init, signal.SIGKILL)  # the kernel then kills all others in there, and waits for them
        else:
            kill_tree_root(outer)
        return wait_end(init, wait_s=wait_s) and wait_end(outer, wait_s=wait_s)

    def console(self) -> str:
        """The end of what the sandbox said; "" when it never ran."""
        try:
            said = (self.folder / "log").read_text(errors="replace")[-_CONSOLE_LENGTH:]
        except FileNotFoundError:
            return ""
        return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", said)

    def fault(self) -> str:
        """The last words of the sandbox that died."""
        lines = self.console().strip().splitlines()
        return "\n".join(lines[-_FAULT_LINES:])[-_FAULT_LENGTH:] or "The sandbox ended without a word."

    def _alive(self, started: Started) -> bool:
        """Outside, bwrap waits for the sandbox; should somebody kill it, the sandbox lives on and still counts."""
        if runs(_process(started)):
            return True
        init = self._init()
        return init is not None and runs(init)

    def _init(self) -> NamespaceInit | None:
        """The sandbox's first process, once bwrap has told it."""
        info = files.read_record(self.folder / "info.json", INFO)
        return None if info is None else NamespaceInit(info["child-pid"], info["pid-namespace"])


def _process(started: Started) -> Process:
    stat = parse_stat(started.stat)
    return Process(stat.pid, stat.started)
