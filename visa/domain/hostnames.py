"""Host names from the names that people give their instances."""

import re

_LABEL = 63


def hostname_of(name: str) -> str:
    """A name that a person chose as a host name (RFC 1123): "My Ni powder" becomes "my-ni-powder"."""
    label = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LABEL].rstrip("-")
    return label or "desktop"
