"""Group entitlements as AARC-G069 writes them: <namespace>:group:<group>[:<sub-group>]*[:role=<role>][#<authority>].

Only what is configured counts: namespace and group have to be equal, and the authority too where one is configured.
Members of a sub-group are members of the groups above it. A role that is asked for has to be held in that very group.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from visa.domain.access import Role
from visa.errors import Misconfigured

_ROLE = "role="


@dataclass(frozen=True)
class Entitlement:
    """One membership. `groups` runs from the top group down; `authority` is who says so, "" where nobody is named."""

    namespace: str
    groups: tuple[str, ...]
    role: str | None
    authority: str

    def grants(self, wanted: "Entitlement") -> bool:
        """Whether who holds this also holds `wanted`, in which no authority means any."""
        if self.namespace != wanted.namespace or self.groups[: len(wanted.groups)] != wanted.groups:
            return False
        if wanted.authority and self.authority != wanted.authority:
            return False
        return wanted.role is None or (self.groups == wanted.groups and self.role == wanted.role)


def parse(text: str) -> Entitlement | None:
    """Read one entitlement; None for one that is not a group membership (there are other kinds)."""
    body, _, authority = text.partition("#")
    namespace, found, path = body.partition(":group:")
    parts = path.split(":")
    role = parts.pop()[len(_ROLE) :] if parts[-1].startswith(_ROLE) else None
    if not found or not namespace.lower().startswith("urn:") or not parts or not all(parts) or role == "":
        return None
    return Entitlement(
        namespace=_same_urn(namespace),
        groups=tuple(unquote(part) for part in parts),
        role=unquote(role) if role is not None else None,
        authority=authority,
    )


@dataclass(frozen=True)
class Rule:
    """Who holds `wanted` has `role`."""

    wanted: Entitlement
    role: Role


def rules(configured: Mapping[str, str]) -> tuple[Rule, ...]:
    """The configured entitlements with their roles. Raises `Misconfigured` naming the one that is wrong."""
    made = []
    for text, role in configured.items():
        wanted = parse(text)
        if wanted is None:
            raise Misconfigured(f"identity.entitlement_roles: {text} is not a group entitlement as in AARC-G069")
        if role not in set(Role):
            raise Misconfigured(f"identity.entitlement_roles: {role} is not a role; there are {', '.join(Role)}")
        made.append(Rule(wanted, Role(role)))
    return tuple(made)


def roles(held: Iterable[str], given: Iterable[Rule]) -> frozenset[Role]:
    """The roles that these entitlements give."""
    mine = [entitlement for text in held if (entitlement := parse(text))]
    return frozenset(rule.role for rule in given if any(one.grants(rule.wanted) for one in mine))


def _same_urn(namespace: str) -> str:
    """ "urn" and the namespace identifier do not care about case (RFC 8141, 3.1); the rest does."""
    scheme, nid, *rest = namespace.split(":", 2)
    return ":".join((scheme.lower(), nid.lower(), *rest))
