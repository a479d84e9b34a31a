"""Telling operators what could not be delivered: a letter a day, and one for each trouble that is new.

Their letters are notices as well, so that they are tried again like all others. What one lists is read when it is sent.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visa.domain import pages
from visa.domain.letters import Facts, LetterKind, Stuck
from visa.ports.clock import NewId
from visa.services.reclaim import wording
from visa.services.reclaim.leases import LONGEST_PAUSE, PENDING
from visa.services.reclaim.notices import State, to_json
from visa.store.tables import Notice, Person

OPERATORS = "operators"
AGAIN_AFTER = timedelta(days=1)
LISTED = 50
# Troubles of one person each; every other one is the mail server's, and the same for all.
PERSONAL = frozenset({"no_address", "address_refused", "letter_refused", "not_written"})


def stuck(session: Session, *, before: datetime, limit: int) -> Sequence[tuple[Notice, Person]]:
    """What was asked for before this moment and is still not delivered, oldest first."""
    waits = select(Notice, Person).join(Person, Person.id == Notice.person_id)
    waits = waits.where(PENDING, Notice.made_at <= before).order_by(Notice.made_at, Notice.id).limit(limit)
    return [(notice, person) for notice, person in session.execute(waits)]


def who_is_to_be_told(
    session: Session, addresses: Collection[str], *, now: datetime, alert_after: timedelta
) -> list[str]:
    """The addresses that a letter is due to. One to which a letter is under way gets no other."""
    waits = _light(session, before=now - alert_after)
    if not waits:
        return []
    return [one for one in addresses if _is_due(_newest(session, one, now), waits, now=now, alert_after=alert_after)]


def ask(session: Session, address: str, *, new_id: NewId, now: datetime) -> None:
    """A letter to this operator is sent next."""
    session.add(
        Notice(
            id=new_id(),
            subject=OPERATORS,
            subject_id=name_of(address),
            kind=LetterKind.TOLD_OPERATORS,
            cycle=now,
            facts=to_json(Facts()),
            made_at=now,
            next_try_at=now,
        )
    )


def facts(session: Session, *, now: datetime, alert_after: timedelta) -> Facts:
    """What a letter lists now."""
    before = now - alert_after
    waits = stuck(session, before=before, limit=LISTED + 1)
    names = wording.names(session, [notice for notice, _ in waits[:LISTED]])
    told = [_told(notice, person, names[notice.id]) for notice, person in waits[:LISTED]]
    if len(waits) > LISTED:
        count = select(func.count()).where(PENDING, Notice.made_at <= before, Notice.person_id.is_not(None))
        more, since = (session.scalar(count) or 0) - LISTED, waits[LISTED][0].made_at
        told.append(Stuck(f"{more} others", "see `visa notice list --pending`", since))
    return Facts(url=pages.RECLAIM, stuck=tuple(told))


def name_of(address: str) -> str:
    """An operator's address as a subject's id."""
    return hashlib.sha256(address.encode()).hexdigest()[:32]


def code_of(error: str | None) -> str:
    """The code that an error of a notice begins with; "" before the first try."""
    return (error or "").partition(":")[0]


@dataclass(frozen=True)
class _Light:
    """What is asked of each that waits, however many there are, every few seconds."""

    code: str
    person_id: str
    made_at: datetime

    @property
    def trouble(self) -> tuple[str, str]:
        return self.code, self.person_id if self.code in PERSONAL else ""


def _light(session: Session, *, before: datetime) -> list[_Light]:
    columns = select(Notice.error, Notice.person_id, Notice.made_at)
    waits = columns.where(PENDING, Notice.made_at <= before, Notice.person_id.is_not(None))
    return [_Light(code_of(row.error), row.person_id, row.made_at) for row in session.execute(waits)]


def _newest(session: Session, address: str, now: datetime) -> Notice | None:
    """Their newest letter, but for those that a clock far ahead has made: it would silence us until then."""
    mine = select(Notice).where(Notice.person_id.is_(None), Notice.subject_id == name_of(address))
    mine = mine.where(Notice.state != State.VOID, Notice.made_at <= now + LONGEST_PAUSE)
    return session.scalar(mine.order_by(Notice.made_at.desc()).limit(1))


def _is_due(last: Notice | None, waits: Collection[_Light], *, now: datetime, alert_after: timedelta) -> bool:
    if last is None:
        return True
    if last.sent_at is None:
        return False
    sent_at = last.sent_at
    known = {one.trouble for one in waits if one.made_at + alert_after <= sent_at}
    return now - sent_at >= AGAIN_AFTER or any(one.trouble not in known for one in waits)


def _told(notice: Notice, person: Person, name: str) -> Stuck:
    what = wording.said(notice, name)
    trouble = f"{person.name} could not be told that {what}: {notice.error or 'it was not tried yet'}"
    return Stuck(f"Notice {notice.id}", f"{trouble}. {_remedy(code_of(notice.error))}", notice.made_at)


def _remedy(code: str) -> str:
    if code in PERSONAL:
        return "Correct the address, or tell them in person and say so, on the page or with `visa notice told`"
    return "Look after the mail server and the section mail of the settings"
