"""The network side: our security group with its rules, and the ports that machines of ours have.

Ports are made by Nova with the machine and go with it. The group lets only the brokers reach the desktop's port;
what else reaches a machine is decided by rules that an operator adds, which are left alone.
"""

import threading
from dataclasses import dataclass
from ipaddress import ip_network

import structlog

from visa.adapters.cloud.openstack.connect import Api, Json, Service
from visa.adapters.cloud.openstack.paths import safe
from visa.domain.resources import PortSeen
from visa.errors import Refused
from visa.settings import OpenStack

log = structlog.get_logger(__name__)

_OURS = "visa: brokers reach the desktop"
_MADE_BY_US = "Desktops of visa; only its brokers reach them."
_PORT_PAGE = 1000


@dataclass(frozen=True)
class Place:
    """Where machines are put: ids of the network and of our security group."""

    network: str
    group: str


def _is_made_by_us(group: Json) -> bool:
    return group.get("description") == _MADE_BY_US


class Networks:
    """Looks the place up once, and again after `forget`."""

    def __init__(self, api: Api, deployment: str, settings: OpenStack) -> None:
        self._api = api
        self._settings = settings
        self._group_name = settings.security_group or f"visa-{deployment}"
        self._lock = threading.Lock()
        self._place: Place | None = None

    def place(self) -> Place:
        """The network, and our group with its rules as the settings say; the group is made when there is none."""
        with self._lock:
            if self._place is None:
                network = self._network()
                group = self._group() or self._make_group()
                self._ensure_rules(group)
                self._place = Place(network, group["id"])
            return self._place

    def forget(self) -> None:
        """Look everything up anew: something of it has gone."""
        with self._lock:
            self._place = None

    def ports(self) -> tuple[PortSeen, ...]:
        """Ports in the security group that we made; in one that an operator made may be ports of anybody."""
        group = self._group()
        if group is None or not _is_made_by_us(group):
            return ()
        rows = self._api.listed(
            Service.NETWORK,
            "/ports",
            "ports",
            limit=_PORT_PAGE,
            project_id=self._api.project_id(),
            security_groups=group["id"],
            fields=["id", "device_id", "security_groups"],
        )
        mine = (row for row in rows if group["id"] in row["security_groups"])
        return tuple(PortSeen(row["id"], row["device_id"] or None) for row in mine)

    def delete_port(self, ref: str) -> None:
        """Delete a port of ours that no machine has: Neutron itself would delete one that is in use."""
        reply = self._api.get(Service.NETWORK, f"/ports/{safe(ref)}")
        if reply.missing:
            return
        port = reply.json()["port"]
        group = self._group()
        if group is None or not _is_made_by_us(group) or group["id"] not in port["security_groups"]:
            raise Refused("The port is not ours.", code="not_ours", detail=f"port {ref}")
        if port["device_id"] and self._has_machine(port["device_id"]):
            raise Refused("The port belongs to a machine.", code="in_use", detail=f"server {port['device_id']}")
        gone = self._api.delete(Service.NETWORK, f"/ports/{safe(ref)}")
        if not gone.ok and not gone.missing:
            raise gone.trouble()

    def _has_machine(self, device: str) -> bool:
        reply = self._api.get(Service.COMPUTE, f"/servers/{safe(device)}")
        return not reply.missing and bool(reply.json())

    def _network(self) -> str:
        wanted = self._settings.network
        by_id = self._api.listed(Service.NETWORK, "/networks", "networks", id=wanted, fields=["id"])
        found = by_id or self._api.listed(Service.NETWORK, "/networks", "networks", name=wanted, fields=["id"])
        if len(found) == 1:
            return str(found[0]["id"])
        how_many = "no network" if not found else f"{len(found)} networks"
        raise Refused(
            "The cloud's network is not found.", code="no_such_network", detail=f"{how_many} with the name {wanted}"
        )

    def _group(self) -> Json | None:
        """Our group; of several (two processes made it at the same moment) all take the same one."""
        rows = self._api.listed(
            Service.NETWORK,
            "/security-groups",
            "security_groups",
            name=self._group_name,
            project_id=self._api.project_id(),
        )
        named = [row for row in rows if row["name"] == self._group_name]
        return min(named, key=lambda row: (row.get("created_at") or "", row["id"]), default=None)

    def _make_group(self) -> Json:
        order = {"name": self._group_name, "description": _MADE_BY_US}
        made = self._api.post(Service.NETWORK, "/security-groups", {"security_group": order}).json()["security_group"]
        return self._group() or dict(made)

    def _ensure_rules(self, group: Json) -> None:
        wanted = {str(network) for network in self._settings.broker_cidrs}
        there: dict[str, str] = {}
        for rule in group["security_group_rules"]:
            if rule.get("description") != _OURS:
                continue
            cidr = str(ip_network(rule["remote_ip_prefix"]))
            if cidr in wanted and self._is_for_desktop(rule):
                there[cidr] = rule["id"]
            else:
                self._drop_rule(rule["id"])
        for cidr in sorted(wanted - set(there)):
            self._add_rule(group["id"], cidr)

    def _is_for_desktop(self, rule: Json) -> bool:
        port = self._settings.desktop_port
        return (rule["protocol"], rule["port_range_min"], rule["port_range_max"]) == ("tcp", port, port)

    def _add_rule(self, group_id: str, cidr: str) -> None:
        port = self._settings.desktop_port
        rule = {
            "security_group_id": group_id,
            "direction": "ingress",
            "ethertype": f"IPv{ip_network(cidr).version}",
            "protocol": "tcp",
            "port_range_min": port,
            "port_range_max": port,
            "remote_ip_prefix": cidr,
            "description": _OURS,
        }
        reply = self._api.post(Service.NETWORK, "/security-group-rules", {"security_group_rule": rule})
        if not reply.ok and not (reply.conflict and "exist" in reply.words.lower()):
            raise reply.trouble()
        log.info("rule added", group=group_id, cidr=cidr, port=port)

    def _drop_rule(self, rule_id: str) -> None:
        reply = self._api.delete(Service.NETWORK, f"/security-group-rules/{safe(rule_id)}")
        if not reply.ok and not reply.missing:
            raise reply.trouble()
        log.info("rule removed", rule=rule_id)
