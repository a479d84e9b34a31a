"""All servers of the local cloud: making, starting, ending and listing them.

`carry_on` does whatever is due for one server and may be called at any time by any process, so that an order survives
the death of whoever gave it. Every change of a server's records happens under its lock.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from visa.adapters.cloud.local import files, launch, sandbox
from visa.adapters.cloud.local.cgroups import Cgroups, remove_groups
from visa.adapters.cloud.local.desktop import SOCKET, Addresses, adopt_socket, greeting
from visa.adapters.cloud.local.images import LocalImage
from visa.adapters.cloud.local.orders import account_files, check_mounts, hostname_of
from visa.adapters.cloud.local.records import NAMES, REF_LENGTH, SPEC, ref_of
from visa.adapters.cloud.local.server import Server
from visa.adapters.cloud.local.state import Due, Facts, Order, due, power
from visa.domain.resources import Account, Mount, Power, ServerSeen, ServerSpec
from visa.errors import Busy, CloudError, Refused

_INIT = Path(__file__).with_name("init.sh")
_GREETING_WAIT_S = 0.2
_FORCE_AFTER_S = 2.0
"""The sandbox's own first process enforces the grace; this much later it is enforced from outside."""
_REMOVE_WAIT_S = 1.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class House:
    """What all servers share. `as_root`: sandboxes run as the persons' own accounts instead of ours."""

    folder: Path
    volumes: Path
    bin: Path
    deployment: str
    images: Mapping[str, LocalImage]
    cgroups: Cgroups
    grace_s: float
    as_root: bool


class Servers:
    def __init__(self, house: House) -> None:
        self._house = house
        self._addresses = Addresses(house.folder, longest_ref=REF_LENGTH)
        self._specs: dict[str, tuple[int, ServerSpec]] = {}

    def exists(self, ref: str) -> bool:
        return (self._house.folder / ref).is_dir()

    def find(self, ref: str) -> Server:
        """Raises `Refused` with code "gone"."""
        server = Server(self._house.folder / ref)
        if not self.exists(ref) or server.deleting:
            raise Refused("There is no such machine (any more).", code="gone")
        return server

    def check(self, spec: ServerSpec) -> None:
        """Whether this house could ever run it. Raises `Refused`."""
        if spec.image not in self._house.images:
            raise Refused(f"There is no image {spec.image!r} here.", code="no_such_image")

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
            there = tuple(mount for mount in mounts if mount in facts.mounts or _can_be_shown(mount, spec.account))
            if facts.runs:
                server.remount(facts.mounts, there, spec.account)
            server.write_order(Order(facts.ordered, there))
        check_sources(mounts, spec.account)

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
        return tuple(self._seen(server, spec, facts) for server, spec, facts in seen.values())

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
                        self._launch(server, facts, fd)
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

    def _launch(self, server: Server, facts: Facts, lock_fd: int) -> None:
        spec = files.read_record(server.folder / "spec.json", SPEC)
        order = server.order()
        if spec is None or order is None:
            raise Refused("There is no such machine (any more).", code="gone")
        self.check(spec)
        plan = self._prepare(server, replace(spec, mounts=order.mounts))
        shown = sandbox.binds(plan, tuple(sorted(path.name for path in plan.etc.iterdir())))
        groups = self._house.cgroups.make(server.ref, vcpus=spec.vcpus, memory_mib=spec.memory_mib)
        files.write_record(server.folder / "groups.json", NAMES, tuple(map(str, groups)))
        visible = launch.staged(shown) if self._house.as_root else shown
        launch.start(
            launch.Launch(
                folder=server.folder,
                boot=facts.ordered,
                groups=groups,
                command=tuple(sandbox.arguments(plan, visible)),
                binds=tuple(shown),
                account=spec.account if self._house.as_root else None,
            ),
            lock_fd,
        )

    def _prepare(self, server: Server, spec: ServerSpec) -> sandbox.Plan:
        """Fresh folders for a boot: nothing of an earlier one is left where the person could have written."""
        run, etc = server.folder / "run", server.folder / "etc"
        files.throw_away(run, self._house.bin, durable=False)
        (server.folder / SOCKET).unlink(missing_ok=True)
        run.mkdir(mode=0o700)
        etc.mkdir(exist_ok=True)
        if self._house.as_root:
            os.chown(run, spec.account.uid, spec.account.gid)
        hostname = hostname_of(spec.name)
        machine_id = server.ref.removeprefix("s-").ljust(32, "0")
        for name, text in account_files(spec.account, hostname=hostname, machine_id=machine_id).items():
            (etc / name).write_text(text)
            (etc / name).chmod(0o644)
        image = self._house.images[spec.image]
        return sandbox.Plan(
            spec=spec,
            session=image.session,
            geometry=image.geometry,
            home=self._house.volumes / spec.volume_ref / "data",
            run=run,
            etc=etc,
            init=_INIT,
            defaults=image.defaults,
            grace_s=self._house.grace_s,
        )

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
            volume_refs=() if server.has_detached(spec.volume_ref) else (spec.volume_ref,),
            fault=server.fault() if state is Power.ERROR else "",
            mounts=facts.mounts,
        )


def check_sources(mounts: tuple[Mount, ...], account: Account) -> None:
    """A folder that is not there is told at once. One that only the person may look at is tried in the sandbox.

    Neither may a link that the person made decide what is shown: they could make one to any folder of this host.
    """
    for mount in mounts:
        if files.is_missing(Path(mount.source)):
            raise Refused(f"The folder for {mount.target} is not there.", code="no_such_folder", detail=mount.source)
        if link := files.link_of(account.uid, Path(mount.source)):
            words = f"The folder for {mount.target} cannot be shown: a link of your own leads there."
            raise Refused(words, code="foreign_link", detail=f"{link} belongs to {account.login}")


def _can_be_shown(mount: Mount, account: Account) -> bool:
    try:
        check_sources((mount,), account)
    except Refused:
        return False
    return True


def _next_boot(facts: Facts) -> int:
    """The boot to order: the awaited one may still change its mounts."""
    return facts.ordered if facts.awaited and not facts.runs else max(facts.ordered, facts.started, facts.stopped) + 1
