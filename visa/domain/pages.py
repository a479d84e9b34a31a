"""The pages of the web that letters lead to, by their paths: nobody else spells one (tests/rules/test_rules_links.py).

web/src/paths.ts has the same. The sender puts the platform's own address before them.
"""

BIN = "/bin"
REQUESTS = "/support/requests"
RECLAIM = "/admin/reclaim"


def instance(instance_id: str) -> str:
    """All about one instance."""
    return f"/instances/{instance_id}"


def extend(instance_id: str) -> str:
    """Where one click extends it."""
    return f"{instance(instance_id)}?extend"


def ask_for_time(instance_id: str) -> str:
    """Where more time is asked for than policy gives."""
    return f"{instance(instance_id)}?ask=time"
