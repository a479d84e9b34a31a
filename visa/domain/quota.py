"""How much one person may have at once."""

from visa.domain.lifecycle import YES, Verdict, no


def may_create(*, used: int, limit: int) -> Verdict:
    """`used` counts the person's instances that are not gone."""
    if limit == 0:
        return no("no_quota", "Your account may not have desktops yet. The support team can help.")
    if used < limit:
        return YES
    have = "the one desktop" if limit == 1 else f"all {limit} desktops"
    return no("quota_reached", f"You have {have} that you may have at once. Delete one to make room.")
