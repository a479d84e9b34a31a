"""What a provider's words about a person are worth: subjects that may sign in, possible ORCIDs, names to show."""

import re
import unicodedata

_ORCID = re.compile(r"(?:https?://orcid\.org/)?([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9Xx])/?")
_MONITORING = "test"
MAX_SUBJECT = 255


def is_monitoring(subject: str) -> bool:
    """Whether this is the account that a federation watches its services with: it must never get in."""
    local, at, _ = subject.partition("@")
    return bool(at) and local.lower() == _MONITORING


def has_scope(subject: str, accepted: tuple[str, ...]) -> bool:
    """Whether the part after the @ is accepted; without a list every subject is. Scopes do not care about case."""
    if not accepted:
        return True
    _, at, scope = subject.rpartition("@")
    return bool(at) and scope.lower() in {one.lower() for one in accepted}


def orcid(text: str) -> str | None:
    """The ORCID in its usual form; None for a text that cannot be one (its last sign is a check digit, ISO 7064)."""
    found = _ORCID.fullmatch(text.strip())
    if not found:
        return None
    digits = found[1].upper().replace("-", "")
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return found[1].upper() if digits[-1] == ("X" if check == 10 else str(check)) else None  # noqa: PLR2004


def presentable(text: str, *, max_length: int) -> str:
    """A name from outside on one line, in composed form, without signs that could disturb a page."""
    kept = "".join(" " if sign.isspace() else sign for sign in text if unicodedata.category(sign)[0] != "C")
    return unicodedata.normalize("NFC", " ".join(kept.split()))[:max_length]
