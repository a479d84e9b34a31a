"""For whom an image or a flavour is, and what the cloud has of it: whether a person may start it.

An audience is a list of words "kind:value"; empty is everybody, else one that fits is enough. Admins may start all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from visa.domain.access import Role, Standing
from visa.domain.lifecycle import YES, Verdict, no

PROTOCOLS = ("rfb", "vnc", "rdp", "ssh", "jupyter")
ROLE_WORDS = ("user", "staff", "guest", "support", "admin")
KINDS = ("role", "group", "instrument")
_SUPPORT = frozenset({Role.IT_SUPPORT, Role.INSTRUMENT_SCIENTIST})


@dataclass(frozen=True)
class Seeker:
    """Who wants to start something. `groups` are names or numbers of the facility's groups, `instruments` ids."""

    standing: Standing
    roles: frozenset[Role] = frozenset()
    groups: frozenset[str] = frozenset()
    instruments: frozenset[str] = frozenset()

    @property
    def words(self) -> frozenset[str]:
        """Every word of an audience that this person fits."""
        named = {f"role:{self.standing}"}
        if self.roles & _SUPPORT:
            named.add("role:support")
        if Role.ADMIN in self.roles:
            named.add("role:admin")
        named |= {f"group:{one}" for one in self.groups} | {f"instrument:{one}" for one in self.instruments}
        return frozenset(named)


def is_for(audience: Iterable[str], seeker: Seeker) -> bool:
    """Whether this person belongs to the audience."""
    wanted = frozenset(audience)
    return not wanted or Role.ADMIN in seeker.roles or bool(wanted & seeker.words)


def trouble(word: str) -> str | None:
    """What is wrong with one word of an audience, as a sentence; None for a good one."""
    kind, _, value = word.partition(":")
    if kind not in KINDS or not value or value != value.strip():
        return "Say role:…, group:… or instrument:…"
    if kind == "role" and value not in ROLE_WORDS:
        return f"There is no role {value}, only {', '.join(ROLE_WORDS)}."
    return None


class State(StrEnum):
    """Whether the cloud has what an entry points to; "unknown" until it was looked."""

    HERE = "here"
    VANISHED = "vanished"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class InCloud:
    """What the cloud has of an entry. `since`: when it vanished, None too when it was never seen there."""

    state: State
    since: datetime | None = None
    name: str | None = None
    ref: str | None = None

    @property
    def startable(self) -> Verdict:
        if self.state is not State.VANISHED:
            return YES
        return no("vanished", "It is not available at the moment: the cloud does not have it (any more).")
