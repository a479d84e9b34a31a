"""Servers of Nova. One order is one call; a second one is made only to learn why the first was not accepted.

What makes a second machine with one mark impossible, also from two processes: its workspace's volume. Nova reserves the
volume while it answers the create call, and refuses a second server for it (docs/decisions/0009).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from visa.adapters.cloud.openstack import marks
from visa.adapters.cloud.openstack.connect import Api, Json, Reply, Service
from visa.adapters.cloud.openstack.orders import Orders
from visa.adapters.cloud.openstack.paths import safe
from visa.adapters.cloud.openstack.states import power
from visa.adapters.cloud.openstack.turns import Turns
from visa.adapters.cloud.openstack.volumes import Volumes, gone
from visa.domain.resources import Mark, Power, ServerSeen, ServerSpec
from visa.errors import Busy, Refused
from visa.settings import OpenStack

_SERVER_PAGE = 1000
_CONSOLE_LINES = 200
_WAIT_S = 1.0
_STARTS = {
    "SHUTOFF": "os-start",
    "PAUSED": "unpause",
    "SUSPENDED": "resume",
    "SHELVED": "unshelve",
    "SHELVED_OFFLOADED": "unshelve",
}
_RUNS = frozenset({"ACTIVE", "PASSWORD", "VERIFY_RESIZE"})


@dataclass(frozen=True)
class Parts:
    """What servers are made with."""

    api: Api
    volumes: Volumes
    orders: Orders
    deployment: str
    settings: OpenStack


class Servers:
    """See the module."""

    def __init__(self, parts: Parts) -> None:
        self._api = parts.api
        self._volumes = parts.volumes
        self._orders = parts.orders
        self._deployment = parts.deployment
        self._settings = parts.settings
        self._turns = Turns()

    def survey(self) -> tuple[ServerSeen, ...]:
        """All of ours. A part of the cloud that does not answer is an error: its servers would look gone."""
        rows = self._api.listed(Service.COMPUTE, "/servers/detail", "servers", limit=_SERVER_PAGE)
        unreadable = [row["id"] for row in rows if "metadata" not in row]
        if unreadable:
            raise Busy(
                "A part of the cloud does not answer.",
                retry_after_s=10,
                code="cloud_partial",
                detail=f"{len(unreadable)} servers are listed without their details, such as {unreadable[0]}",
            )
        return tuple(self._seen(mark, row) for mark, row in marks.ours(rows, self._deployment, "server"))

    def create(self, spec: ServerSpec) -> ServerSeen:
        with self._turns.of(spec.mark):
            found = self._find(spec.mark)
            if found is not None:
                return self._found(spec.mark, found)
            reply = self._api.post(Service.COMPUTE, "/servers", self._orders.server(spec))
            if reply.ok:
                ref = reply.body["server"]["id"]
                return ServerSeen(spec.mark, ref, Power.BUILDING, volume_refs=(spec.volume_ref,))
            return self._not_created(spec, reply)

    def start(self, ref: str) -> None:
        self._act(ref, {"os-start": None}, self._start_otherwise)

    def stop(self, ref: str) -> None:
        self._act(ref, {"os-stop": None}, self._stop_otherwise)

    def reboot(self, ref: str) -> None:
        self._act(ref, {"reboot": {"type": "SOFT"}}, self._reboot_otherwise)

    def delete(self, ref: str) -> None:
        reply = self._api.delete(Service.COMPUTE, f"/servers/{safe(ref)}")
        if not reply.ok and not reply.missing:
            raise reply.trouble()

    def detach(self, ref: str, volume_ref: str) -> None:
        path = f"/servers/{safe(ref)}/os-volume_attachments/{safe(volume_ref)}"
        reply = self._api.delete(Service.COMPUTE, path)
        if reply.ok:
            return
        server = self._described(ref)  # also a 404 may only mean that it is not attached
        volume = self._volumes.find(volume_ref)
        if volume is None or volume["status"] == "detaching" or volume_ref not in _attached(server):
            return
        trouble = reply.trouble()
        if trouble.code == "bad_request":
            raise Busy("The volume cannot be taken off just now.", retry_after_s=2, detail=trouble.detail)
        raise trouble

    def console(self, ref: str) -> str:
        order = {"os-getConsoleOutput": {"length": _CONSOLE_LINES}}
        reply = self._api.post(Service.COMPUTE, f"/servers/{safe(ref)}/action", order)
        if reply.missing:
            self._described(ref)  # it is there, only without a console
            return ""
        return "" if reply.conflict else str(reply.json().get("output") or "")

    def _act(self, ref: str, order: Json, otherwise: Callable[[str, Json], Json | None]) -> None:
        """One order. When Nova does not accept it in the server's present state, `otherwise` names the order that does
        what is wanted in that state, or None when nothing is left to do.
        """
        path = f"/servers/{safe(ref)}/action"
        reply = self._api.post(Service.COMPUTE, path, order)
        if reply.missing:
            server = self._described(ref)  # Nova lists a machine before it takes orders for it
            raise _not_now(reply.words, server)
        if not reply.conflict:
            reply.json()
            return
        server = self._described(ref)
        if power(server["status"], _task(server)) is Power.DELETING:
            raise gone("machine", "it is being deleted")
        instead = otherwise(reply.words, server)
        if instead is not None:
            second = self._api.post(Service.COMPUTE, path, instead)
            if not second.ok:
                raise second.trouble()

    @staticmethod
    def _start_otherwise(words: str, server: Json) -> Json | None:
        status, task = server["status"], _task(server)
        if task == "powering-on" or (task is None and status in _RUNS) or status in {"REBOOT", "HARD_REBOOT"}:
            return None
        if task is None and status in _STARTS:
            return {_STARTS[status]: None}
        raise _not_now(words, server)

    @staticmethod
    def _stop_otherwise(words: str, server: Json) -> Json | None:
        if power(server["status"], _task(server)) in {Power.STOPPED, Power.FROZEN, Power.STOPPING}:
            return None
        raise _not_now(words, server)

    @staticmethod
    def _reboot_otherwise(words: str, server: Json) -> Json | None:
        """A machine that does not come down cleanly is reset by the next order; one that is off is started."""
        if server["status"] in {"REBOOT", "ERROR"}:
            return {"reboot": {"type": "HARD"}}
        if server["status"] == "HARD_REBOOT":
            return None
        if _task(server) is None and server["status"] in _STARTS:
            return {_STARTS[server["status"]]: None}
        raise _not_now(words, server)

    def _find(self, mark: Mark) -> Json | None:
        """By the whole mark; the name only keeps the list short. (A renamed machine is met through its volume.)"""
        name = f"^{re.escape(marks.name(mark))}$"
        return marks.oldest(self._api.listed(Service.COMPUTE, "/servers/detail", "servers", name=name), mark)

    def _found(self, mark: Mark, row: Json) -> ServerSeen:
        seen = self._seen(mark, row)
        if seen.power is Power.DELETING:
            raise Busy("The machine is still being deleted.", retry_after_s=_WAIT_S, code="cloud_conflict")
        return seen

    def _not_created(self, spec: ServerSpec, reply: Reply) -> ServerSeen:
        """Why a create call was not accepted; when another process was quicker, its machine."""
        trouble = reply.trouble()
        if reply.status not in {400, 404, 409} or trouble.code == "quota":
            raise trouble
        volume = self._volumes.find(spec.volume_ref)
        if volume is None:
            raise gone("volume", reply.words)
        match volume["status"]:
            case "available":
                raise self._orders.refused(reply)
            case "creating" | "downloading":
                raise Busy("The volume is not ready yet.", retry_after_s=_WAIT_S, code="volume_not_ready")
            case "error" | "error_deleting" | "error_restoring" | "error_extending":
                raise Refused("Its volume is broken.", code="volume_error", detail=f"volume {volume['status']}")
            case _:
                return self._holder(spec, reply)

    def _holder(self, spec: ServerSpec, reply: Reply) -> ServerSeen:
        """The machine that has the volume, when it is the one that was asked for."""
        for holder in self._volumes.holders(spec.volume_ref):
            answer = self._api.get(Service.COMPUTE, f"/servers/{safe(holder)}")
            if answer.missing:
                continue  # its create call is still under way, or it has just gone
            server = answer.json()["server"]
            if marks.mark_of(server) == spec.mark:
                return self._found(spec.mark, server)
            raise Refused(
                "The volume is attached to another machine.", code="volume_in_use", detail=f"server {holder} has it"
            )
        raise Busy(
            "The volume is in a passing state.", retry_after_s=_WAIT_S, code="volume_not_ready", detail=reply.words
        )

    def _described(self, ref: str) -> Json:
        reply = self._api.get(Service.COMPUTE, f"/servers/{safe(ref)}")
        if reply.missing:
            raise gone("machine", reply.words)
        return dict(reply.json()["server"])

    def _seen(self, mark: Mark, row: Json) -> ServerSeen:
        state = power(row["status"], _task(row))
        runs = state is Power.ACTIVE
        ready = runs if self._settings.readiness == "active" or not runs else None
        return ServerSeen(
            mark=mark,
            ref=row["id"],
            power=state,
            address=self._address(row) if runs else None,
            desktop_ready=ready,
            volume_refs=_attached(row),
            fault=str((row.get("fault") or {}).get("message", "")) if state is Power.ERROR else "",
        )

    def _address(self, row: Json) -> str | None:
        """Where the desktop is: the first fixed address, IPv4 before IPv6."""
        fixed = [
            each
            for network in (row.get("addresses") or {}).values()
            for each in network
            if each.get("OS-EXT-IPS:type", "fixed") == "fixed"
        ]
        if not fixed:
            return None
        first = min(fixed, key=lambda each: int(each["version"]))
        host = first["addr"] if int(first["version"]) == 4 else f"[{first['addr']}]"  # noqa: PLR2004
        return f"tcp:{host}:{self._settings.desktop_port}"


def _task(row: Json) -> str | None:
    return row.get("OS-EXT-STS:task_state")


def _attached(row: Json) -> tuple[str, ...]:
    """The volumes that outlive the machine: its own boot volume is deleted with it."""
    attached = row.get("os-extended-volumes:volumes_attached") or ()
    return tuple(each["id"] for each in attached if not each.get("delete_on_termination"))


def _not_now(words: str, server: Json) -> Busy:
    detail = f"{server['status']}/{_task(server)}: {words}"
    return Busy("The machine is busy with something else.", retry_after_s=2, code="cloud_conflict", detail=detail)
