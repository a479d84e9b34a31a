"""References in addresses: whatever they hold, they stay one part of a path."""

from urllib.parse import quote


def safe(ref: str) -> str:
    """One part of a path. An empty one would turn "delete this" into a call on the whole collection."""
    return quote(ref, safe="") if ref.strip(". ") else "-"
