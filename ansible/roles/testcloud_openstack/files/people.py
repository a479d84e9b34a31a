"""Makes what Keystone has to know, where it is missing: users of the services, people, projects, addresses.

Reads a description from standard input, prints a line for each thing it made, and nothing when all was there.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import openstack

KINDS = {
    "placement": "placement",
    "glance": "image",
    "neutron": "network",
    "cinder": "block-storage",
    "nova": "compute",
}
DOMAIN = "default"


def main() -> None:
    wanted = json.load(sys.stdin)
    identity = openstack.connect(cloud="visa-test-admin").identity
    roles = {role.name: role for role in identity.roles()}

    def ensure(find: Callable[..., Any], create: Callable[..., Any], name: str, **given: Any) -> Any:
        found = find(name, ignore_missing=True)
        if found is None:
            found = create(name=name, **given)
            print("made", name)
        return found

    def user(name: str, project: Any, *granted: str) -> None:
        made = ensure(identity.find_user, identity.create_user, name, password=wanted["password"], domain_id=DOMAIN)
        for role in granted:
            identity.assign_project_role_to_user(project, made, roles[role])

    def project(name: str) -> Any:
        return ensure(identity.find_project, identity.create_project, name, domain_id=DOMAIN)

    services = project("service")
    for name in wanted["logins"]:
        user(name, services, "admin", "service")
    for name in ("visa", "other"):
        user(name, project(name), "member")
    for name, kind in KINDS.items():
        service = ensure(identity.find_service, identity.create_service, name, type=kind)
        known = {endpoint.interface: endpoint for endpoint in identity.endpoints(service_id=service.id)}
        for interface in ("public", "internal", "admin"):
            url = wanted["urls"][name]
            if interface not in known:
                identity.create_endpoint(
                    service_id=service.id, interface=interface, url=url, region_id=wanted["region"]
                )
            elif known[interface].url != url:
                identity.update_endpoint(known[interface], url=url)
                print("moved", name)


if __name__ == "__main__":
    main()
