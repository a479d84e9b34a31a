"""What will come to one instance or workspace, stage by stage: for its owner, and for support that may help with it.

Said by the code that acts (`explain`). What follows the next end is not decided yet: it comes then at the earliest, as
the policy in force has it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from visa.domain.deferral import Off
from visa.domain.reclaim import Why
from visa.errors import NotFound
from visa.services.actors import Actor
from visa.services.reclaim.explain import explained
from visa.services.reclaim.forecast import warnings
from visa.services.support import EVERYBODYS, may_help
from visa.services.wake import Subject
from visa.settings import Policy
from visa.store.tables import Instance, Workspace


class What(StrEnum):
    """A stage: its owner is warned; it is taken back; its files leave the recycle bin for the archive, or for ever."""

    WARNING = "warning"
    TAKEN = "taken"
    ARCHIVED = "archived"
    DELETED = "deleted"


@dataclass(frozen=True)
class Stage:
    """`delivered`, `waits`: of a warning, whether it was given or is with the mail server, which has not taken it.

    `follows`: it comes after the next end, and at this moment at the earliest.
    """

    what: What
    at: datetime
    delivered: bool = False
    waits: bool = False
    follows: bool = False


@dataclass(frozen=True)
class Outlook:
    """`why` is the next end's reason, None when nothing ends it; `off` what holds that off; `says` all of it in words.

    `stages` come in their order; there are none for what never ends or is on its way out.
    """

    why: Why | None = None
    off: Off | None = None
    says: str = ""
    stages: tuple[Stage, ...] = ()


def of_instance(
    session: Session, actor: Actor, instance_id: str, *, archives: Mapping[str, bool], now: datetime
) -> Outlook:
    """Of an own instance or one that the person may help with. Raises `NotFound` for others.

    `archives`: whether each cloud keeps backups.
    """
    found = session.get(Instance, instance_id)
    if found is None or (found.owner_id != actor.person_id and not may_help(session, actor, instance_id)):
        raise NotFound("There is no such instance.")
    return _outlook(session, Subject.INSTANCE, instance_id, archives, now)


def of_workspace(
    session: Session, actor: Actor, workspace_id: str, *, archives: Mapping[str, bool], now: datetime
) -> Outlook:
    """Of an own workspace, or of anybody's for who helps everybody. Raises `NotFound` for others."""
    found = session.get(Workspace, workspace_id)
    if found is None or (found.owner_id != actor.person_id and not actor.roles & EVERYBODYS):
        raise NotFound("There is no such workspace.")
    return _outlook(session, Subject.WORKSPACE, workspace_id, archives, now)


def _outlook(
    session: Session, subject: Subject, subject_id: str, archives: Mapping[str, bool], now: datetime
) -> Outlook:
    for one in explained(session, {subject: [subject_id]}, now, to_its_user=True):
        end = one.fate.next_end
        if end is None or one.ends_at is None:
            return Outlook(off=one.off, says=one.message)
        warned = tuple(
            Stage(What.WARNING, warning.at, delivered=warning.delivered, waits=warning.waits)
            for warning in warnings(one, end, now)
        )
        archived = one.by.policy.archive and archives.get(one.case.workspace.cloud, False)
        after = tuple(_ends(end.cause.why, one.ends_at, one.by.policy, archived=archived))
        return Outlook(end.cause.why, one.off, one.message, warned + after)
    return Outlook()


def _ends(why: Why, at: datetime, policy: Policy, *, archived: bool) -> Iterator[Stage]:
    """The end itself, and what follows it."""
    follows = False
    if why not in {Why.BIN, Why.ARCHIVE}:
        yield Stage(What.TAKEN, at)
        at, follows = at + timedelta(days=policy.bin_d), True
    if why is not Why.ARCHIVE and archived:
        yield Stage(What.ARCHIVED, at, follows=follows)
        at, follows = at + timedelta(days=policy.archive_d), True
    yield Stage(What.DELETED, at, follows=follows)
