"""What `visa policy explain` prints of one instance or workspace."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from visa.domain.fate import End
from visa.errors import NotFound
from visa.services.reclaim.cases import InstanceCase
from visa.services.reclaim.explain import Explained, explained
from visa.services.reclaim.forecast import warnings
from visa.services.reclaim.words import BECAUSE, WHAT_HAPPENS, day
from visa.services.wake import Subject


def lines(session: Session, subject_id: str, now: datetime) -> Iterator[str]:
    """One line after the other. Raises `NotFound`."""
    both = {subject: [subject_id] for subject in Subject}
    found = explained(session, both, now)
    if not found:
        raise NotFound(f"There is no instance or workspace {subject_id} that could be taken back.")
    (one,) = found
    what = one.case.instance if isinstance(one.case, InstanceCase) else one.case.workspace
    yield f"{one.case.subject} “{what.name}” ({subject_id})"
    yield one.message or "Nothing ends it as things stand."
    yield f"policy      {f'version {one.by.number}' if one.by.number else 'the product’s own: none was loaded'}"
    if isinstance(one.case, InstanceCase):
        yield from _allowance(one.case)
    for end in one.fate.ends:
        yield from _end(one, end, now)
    yield f"looked at   again on {day(one.fate.look_at)} at the latest"


def _allowance(case: InstanceCase) -> Iterator[str]:
    given = case.allowance
    idle = "never for idleness" if given.idle_d is None else f"idle for {given.idle_d:g} days"
    life = f"{given.lifetime_d:g} days, extended by {given.extension_d:g}, {given.max_lifetime_d:g} in all"
    yield f"allowance   {life}; {idle}"
    if case.instance.waiting_since is not None:
        yield f"waiting     for room since {day(case.instance.waiting_since)}: its time has not begun"
    if case.idle is not None:
        for sign in case.idle.signals:
            since = f"since {day(sign.since)}" if sign.since else ""
            yield f"{sign.signal:<10}  {sign.state} {since}".rstrip()


def _end(one: Explained, end: End, now: datetime) -> Iterator[str]:
    """One way in which it may end, with the warnings before."""
    cause = end.cause
    if end.course is None:
        yield f"{cause.why:<10}  would be {WHAT_HAPPENS[cause.why]} on {day(cause.deadline)}, and is held off for ever"
    else:
        yield f"{cause.why:<10}  {WHAT_HAPPENS[cause.why]} on {day(end.course.axe_at)}, because {BECAUSE[cause.why]}"
    if end.moved.by is not None:
        yield f"            moved by {end.moved.by.off}: {end.moved.by.says}"
    for warning in warnings(one, end, now) if end.course else ():
        said = (
            "delivered" if warning.delivered else "on its way, since mail has not taken it" if warning.waits else "due"
        )
        yield f"            warning {_length(warning.lead)} before: {said} {day(warning.at)}"


def _length(lead: timedelta) -> str:
    hours = lead / timedelta(hours=1)
    return f"{hours / 24:g} days" if hours >= 24 else f"{hours:g} hours"  # noqa: PLR2004 - of a day
