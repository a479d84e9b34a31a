"""All servers of the local cloud: making, starting, ending and listing them.

`carry_on` does whatever is due for one server and may be called at any time by any process, so that an order survives
the death of whoever gave it. Every change of a server's records happens under its lock.
"""

from dataclasses import replace
from pathlib import Path

import structlog

from visa.adapters.cloud.local import files
from visa.adapters.cloud.local.boots import House, boot
from visa.adapters.cloud.local.cgroups import remove_groups
from visa.adapters.cloud.local.desktop import Addresses, adopt_socket, greeting
from visa.adapters.cloud.local.meter import WINDOW_S, Meter
from visa.adapters.cloud.local.orders import check_mounts
from visa.adapters.cloud.local.records import NAMES, REF_LENGTH, SPEC, ref_of
from visa.adapters.cloud.local.server import Server
from visa.adapters.cloud.local.sources import can_be_shown, check_sources
from visa.adapters.cloud.local.state import Due, Facts, Order, due, power
from visa.domain.resources import Mount, Power, ServerSeen, ServerSpec
from visa.errors import Busy, CloudError, Refused

_GREETING_WAIT_S = 0.2
_FORCE_AFTER_S = 2.0
"""The sandbox's own first process enforces the grace; this much later it is enforced from outside."""
_REMOVE_WAIT_S = 1.0

_log = structlog.get_logger(__name__)


class Servers:
    def __init__(self, house: House, *, load_window_s: float = WINDOW_S) -> None:
        self._house = house
        self._addresses = Addresses(house.folder, longest_ref=REF_LENGTH)
        self._specs: dict[str, tuple[int, ServerSpec]] = {}
        self._meter = Meter(load_window_s)

    def exists(self, ref: str) -> bool:
        return (self._house.folder / ref).is_dir()

    def find(self, ref: str) -> Server:
        """Raises `Refused` with code "gone"."""
        server = Server(self._house.folder / ref)
        if not self.exists(ref) or server.deleting:
            raise Refused("There is no such machine (any more).", code="gone")
        return server

    def make(self, spec: ServerSpec) -> Server:
        """Make its folder, holding the order to start it: from then on it is seen, and carried on by whoever looks."""
        server = Server(self._house.folder / ref_of(spec.mark))

        def fill(folder: Path) -> None:
            files.write_record(
                folder / "spec.json", SPEC, replace(spec, desktop_password="", guest_token=""), durable=True
            )
            Server(folder).write_order(Order(1, spec.mounts))

        files.appear(self._house.bin, server.folder, fill)
        return server

    def start(self, server: Server, mounts: tuple[Mount, ...]) -> None:
        self._check_mounts(server, mounts)
        with server.locked():
            facts = server.facts()
            if facts.ending and facts.ordered <= facts.stopped:
                raise Busy("The machine is still stopping.", retry_after_s=1)
            _check_workspace(server)
            if not facts.runs:
                server.write_order(Order(_next_boot(facts), mounts))
        self.carry_on(server)

    def stop(self, server: Server) -> None:
        with server.locked():
            facts = server.facts()
            if facts.runs or power(facts) is not Power.STOPPED:
                self._write_stop(server, max(facts.ordered, facts.started))
        self.carry_on(server)

    def reboot(self, server: Server, mounts: tuple[Mount, ...]) -> None:
        self._check_mounts(server, mounts)
        with server.locked():
            facts = server.facts()
            _check_workspace(server)
            if facts.runs and not facts.ending:
                self._write_stop(server, facts.started)  # before the order: dying in between leaves a stopped server
            server.write_order(Order(_next_boot(server.facts()), mounts))
        self.carry_on(server)

    def set_mounts(self, server: Server, mounts: tuple[Mount, ...]) -> None:
        """Change a running server's mounts in place; one that does not run gets them at its next start anyway.

        What is to go is taken away even when something that is to come is missing, and only then is that told.
        """
        check_mounts(mounts)
        with server.locked():
            facts, spec = server.facts(), files.read_record(server.folder / "spec.json", SPEC)
            if spec is None or facts.ending or not (facts.runs or facts.awaited):
                return
            there = tuple(mount for mount in mounts if mount in facts.mounts or can_be_shown(mount, spec.account))
            if facts.runs:
                server.remount(facts.mounts, there, spec.account)
            server.write_order(Order(facts.ordered, there))
        check_sources(mounts, spec.account)

    def detach(self, server: Server, volume_ref: str) -> None:
        """Take its volume from a server that does not run; it can only be deleted afterwards."""
        with server.locked():
            spec = files.read_record(server.folder / "spec.json", SPEC)
            if spec is None or spec.volume_ref != volume_ref:
                return
            if power(server.facts()) not in {Power.STOPPED, Power.ERROR}:
                raise Refused("A workspace can only be taken from a machine that is off.", code="cannot_detach")
            server.write_detached(volume_ref)

    def delete(self, server: Server) -> None:
        server.write_deleting()
        self.carry_on(server, remove_wait_s=_REMOVE_WAIT_S)

    def survey(self) -> tuple[ServerSeen, ...]:
        """All servers of this deployment, after doing what was due. One listing, and a few small files a server."""
        seen: dict[str, tuple[Server, ServerSpec, Facts]] = {}
        looks: dict[str, str] = {}
        for ref, spec in self._listed():
            server = Server(self._house.folder / ref)
            facts = server.facts()
            match due(facts):
                case Due.NOTHING:
                    pass
                case Due.LOOK:
                    if adopt_socket(server.folder):
                        looks[ref] = self._addresses.socket_of(ref)
                case _:
                    self._carry_on_quietly(server)
                    facts = server.facts()
            if server.folder.exists():
                seen[ref] = (server, spec, facts)
        for ref in greeting(looks, wait_s=_GREETING_WAIT_S) if looks else ():
            server, spec, facts = seen[ref]
            server.write_ready(facts.started)
            seen[ref] = (server, spec, replace(facts, ready=facts.started))
        return self._in_use(tuple(self._seen(server, spec, facts) for server, spec, facts in seen.values()))

    def _in_use(self, servers: tuple[ServerSeen, ...]) -> tuple[ServerSeen, ...]:
        """With how busy those that run are. Nobody can be logged in: a sandbox has no network and no console."""
        inits = {
            seen.ref: init
            for seen in servers
            if seen.power is Power.ACTIVE and (init := Server(self._house.folder / seen.ref).first_process())
        }
        loads = self._meter.loads(inits.values())
        return tuple(
            replace(seen, load=loads.get(inits[seen.ref]), logins=0) if seen.ref in inits else seen for seen in servers
        )

    def seen(self, server: Server) -> ServerSeen:
        """One server as a survey would show it."""
        spec = files.read_record(server.folder / "spec.json", SPEC)
        if spec is None:
            raise Refused("There is no such machine (any more).", code="gone")
        return self._seen(server, spec, server.facts())

    def carry_on(self, server: Server, *, lock_wait_s: float = files.LOCK_WAIT_S, remove_wait_s: float = 0) -> None:
        """Do what is due for this server."""
        try:
            with server.locked(wait_s=lock_wait_s) as fd:
                facts = server.facts()
                match due(facts):
                    case Due.LAUNCH:
                        boot(self._house, server, number=facts.ordered, lock_fd=fd)
                    case Due.END:
                        server.ask_to_end()
                    case Due.KILL:
                        server.kill()
                    case Due.REMOVE:
                        self._remove(server, wait_s=remove_wait_s)
                    case Due.LOOK | Due.NOTHING:
                        pass
        except FileNotFoundError:
            if server.folder.exists():
                raise  # something else is missing than the server itself, which another may have removed meanwhile

    def _carry_on_quietly(self, server: Server) -> None:
        """One broken server must not hide the others; its state shows what is wrong, and the next look tries again."""
        try:
            self.carry_on(server, lock_wait_s=0)
        except Busy:
            return  # somebody is at it
        except (OSError, CloudError) as error:
            _log.warning("local cloud: not carried on", server=server.ref, reason=str(error))

    def _remove(self, server: Server, *, wait_s: float) -> None:
        if server.kill(wait_s=wait_s):
            groups = files.read_record(server.folder / "groups.json", NAMES)
            remove_groups(tuple(map(Path, groups or ())))
            files.throw_away(server.folder, self._house.bin)

    def _check_mounts(self, server: Server, mounts: tuple[Mount, ...]) -> None:
        check_mounts(mounts)
        spec = files.read_record(server.folder / "spec.json", SPEC)
        if spec is not None:
            check_sources(mounts, spec.account)

    def _write_stop(self, server: Server, boot: int) -> None:
        server.write_stop(boot, force_in_s=self._house.grace_s + _FORCE_AFTER_S)

    def _listed(self) -> list[tuple[str, ServerSpec]]:
        """Servers of this deployment. Specs never change, so each is read once; a new folder is a new server."""
        known = self._specs
        found: dict[str, tuple[int, ServerSpec]] = {}
        for ref, inode in files.listed(self._house.folder):
            spec = known[ref][1] if ref in known and known[ref][0] == inode else self._read_spec(ref)
            if spec is not None:
                found[ref] = (inode, spec)
        self._specs = found
        return [(ref, spec) for ref, (_, spec) in found.items() if spec.mark.deployment == self._house.deployment]

    def _read_spec(self, ref: str) -> ServerSpec | None:
        return files.read_or_complain(self._house.folder / ref, "spec.json", SPEC)

    def _seen(self, server: Server, spec: ServerSpec, facts: Facts) -> ServerSeen:
        state = power(facts)
        active = state is Power.ACTIVE
        return ServerSeen(
            mark=spec.mark,
            ref=server.ref,
            power=state,
            address=f"unix:{self._addresses.socket_of(server.ref)}" if active else None,
            desktop_ready=active and facts.ready >= facts.started,
            volume_refs=() if server.detached else (spec.volume_ref,),
            fault=server.fault() if state is Power.ERROR else "",
            mounts=facts.mounts,
        )


def _check_workspace(server: Server) -> None:
    """A start would bring back what another machine may use by now."""
    if server.detached:
        raise Refused("Its workspace was taken from the machine.", code="no_volume")


def _next_boot(facts: Facts) -> int:
    """The boot to order: the awaited one may still change its mounts."""
    return facts.ordered if facts.awaited and not facts.runs else max(facts.ordered, facts.started, facts.stopped) + 1
