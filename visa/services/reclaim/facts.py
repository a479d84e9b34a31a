"""What the letters of reclaim state: of the warning before an end, and of what was taken."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from visa.domain import expiry, pages
from visa.domain.fate import End
from visa.domain.letters import Facts, Over, QuietSince, TakenFor
from visa.domain.quota import Number
from visa.domain.reclaim import Why
from visa.services import allowances
from visa.services.reclaim.cases import InstanceCase
from visa.services.standings import standings
from visa.settings import Policy


def of_instance(session: Session, policy: Policy, case: InstanceCase, end: End, *, now: datetime) -> Facts:
    """What the warning before this end says."""
    me = case.instance.id
    said = Facts(deadline=end.course.axe_at if end.course else None, url=pages.instance(me))
    match end.cause.why:
        case Why.LIFETIME:
            asked = expiry.may_ask(case.instance.lives_from, case.instance.expires_at, now, case.allowance)
            life = (case.instance.expires_at - case.instance.lives_from) / timedelta(days=1)
            if asked.allowed:
                return replace(said, url=pages.ask_for_time(me), days=life)
            return replace(said, extend_url=pages.extend(me), days=life)
        case Why.IDLE:
            quiet = case.idle.signals if case.idle else ()
            signals = tuple(QuietSince(one.signal, one.since) for one in quiet if one.since is not None)
            return replace(said, days=case.allowance.idle_d, signals=signals)
        case Why.QUOTA:
            return replace(said, over=_over(session, policy, case.instance.owner_id, now))
        case other:
            raise ValueError(f"{other} ends no instance")


def of_workspace(policy: Policy, end: End, *, archived: bool) -> Facts:
    """What the warning before this end says; `archived`: what leaves the recycle bin goes to the archive."""
    axe_at = end.course.axe_at if end.course else end.cause.deadline
    until = axe_at + timedelta(days=policy.archive_d) if archived and end.cause.why is Why.BIN else None
    days = policy.bin_d if end.cause.why is Why.BIN else policy.archive_d
    return Facts(deadline=axe_at, url=pages.BIN, days=days, archived_until=until)


def of_taken(why: TakenFor, kept_until: datetime) -> Facts:
    """What is said once an instance was taken and its workspace is in the recycle bin."""
    return Facts(deadline=kept_until, url=pages.BIN, taken_for=why)


def of_archived(policy: Policy, archived_until: datetime | None) -> Facts:
    """What is said once a workspace is in the archive."""
    return Facts(deadline=archived_until, url=pages.BIN, days=policy.bin_d)


def _over(session: Session, policy: Policy, person_id: str, now: datetime) -> tuple[Over, ...]:
    """What this person has more of than they may have."""
    limits = allowances.own_limits(policy, standings(session, [person_id], now)[person_id])
    held = allowances.own_bound(person_id, limits, allowances.mine(session, person_id)).used
    return tuple(
        Over(number, held.of(number), limit)
        for number in Number
        if (limit := limits.of(number)) is not None and held.of(number) > limit
    )
