"""Reading claims, which providers write as a text, a list of texts, or not at all."""

from collections.abc import Mapping
from typing import Any

from visa.domain import subjects

ENTITLEMENT_CLAIMS = ("eduperson_entitlement", "entitlement", "entitlements")


def texts(claims: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    """All texts under these names; anything that is not a text is left out."""
    found: list[str] = []
    for name in names:
        value = claims.get(name)
        values = value if isinstance(value, list) else [value]
        found += [one for one in values if isinstance(one, str) and one.strip()]
    return tuple(found)


def text(claims: Mapping[str, Any], *names: str) -> str:
    """The first text under the first of these names that has one, else ""."""
    return next(iter(texts(claims, *names)), "").strip()


def display_name(claims: Mapping[str, Any]) -> str:
    """What to call the person."""
    parts = " ".join(filter(None, (text(claims, "given_name"), text(claims, "family_name"))))
    return text(claims, "name") or parts or text(claims, "preferred_username", "email", "sub")


def orcid(claims: Mapping[str, Any]) -> str | None:
    """The one ORCID that is named; none when there are several, because it would be a guess which is right."""
    found = {valid for one in texts(claims, "orcid") if (valid := subjects.orcid(one))}
    return found.pop() if len(found) == 1 else None
