"""Delivering notices by mail: take one under a lease, send it outside any transaction, write down what came of it.

Any number of senders may run. One that dies after sending and before writing leaves a letter that is sent again with
the same Message-ID: never is one lost. A letter names the end that follows if it is delivered now.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy.orm import Session

from visa.domain.letters import Facts, House, Letter, LetterKind
from visa.domain.mail import Address, Mail
from visa.errors import CloudError
from visa.ports.clock import Clock, NewId
from visa.ports.notify import Notify
from visa.services.reclaim import leases, operators, record, wording
from visa.services.reclaim.leases import Lease
from visa.services.reclaim.notices import WARNINGS, State, from_json
from visa.services.reclaim.operators import OPERATORS
from visa.services.reclaim.record import Trouble
from visa.store.session import Sessions, alone
from visa.store.tables import FacilityPerson, Notice, Person

log = structlog.get_logger(__name__)

LETTERS_JOB = "letters"
# The server's troubles, at which other letters would fare no better.
SERVER_DOWN = frozenset({"mail_unreachable", "mail_tls", "mail_login", "mail_greeting", "mail_sender"})
NO_ADDRESS = Trouble("no_address", "You have no mail address here.", "the person has no mail address", lasting=True)


class Words(Protocol):
    """A letter as it was written."""

    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...


@dataclass(frozen=True)
class Sending:
    """What letters are sent with. `holder` names this scheduler in leases, `domain` is what message ids end in.

    `lease_s` has to be longer than the slowest conversation with the mail server. `render` raises when a letter lacks a
    fact. `operators` are told of what was not delivered for `alert_after`.
    """

    sessions: Sessions
    notify: Notify
    render: Callable[[Letter], Words]
    house: House
    clock: Clock
    new_id: NewId
    holder: str
    domain: str
    operators: tuple[str, ...] = ()
    alert_after: timedelta = timedelta(hours=4)
    lease_s: float = 300.0
    limit: int = 50


@dataclass(frozen=True)
class SendReport:
    """How many were delivered and how many not; `lost` were sent under a lease that ended before it was written down.

    `alert` is the mail server's trouble at which the round was ended; "" when there was none.
    """

    sent: int = 0
    failed: int = 0
    lost: int = 0
    alert: str = ""

    def __bool__(self) -> bool:
        return bool(self.sent or self.failed or self.lost)


@dataclass(frozen=True)
class Task:
    """A letter that is this sender's to deliver; `named` is the end that a warning names."""

    lease: Lease
    to: Address
    letter: Letter
    named: datetime | None = None


@dataclass(frozen=True)
class Hopeless:
    """A notice that is this sender's, of which no letter can be made."""

    lease: Lease
    trouble: Trouble


class Overtaken(Exception):
    """Nothing is to be sent, and nothing written down."""


def send_due(work: Sending) -> SendReport:
    """One round over what is due; two cheap queries when nothing is."""
    with work.sessions.read() as session:
        ids = leases.due(session, now=work.clock.now(), limit=work.limit)
    report = SendReport()
    for notice_id in ids:
        try:
            report = _deliver(work, notice_id, report)
        except Overtaken:
            continue
        if report.alert:
            break
    tell_operators(work)  # after the round, so that what only waited for a scheduler is no trouble
    return report


def tell_operators(work: Sending) -> None:
    """Ask for letters to operators who have to know of something; the next round sends them."""
    with work.sessions.read() as session:
        if not _to_be_told(work, session):
            return
    with work.sessions.write() as session:
        alone(session, OPERATORS)  # of two schedulers, the second finds what the first asked for
        for address in _to_be_told(work, session):
            operators.ask(session, address, new_id=work.new_id, now=work.clock.now())


def _to_be_told(work: Sending, session: Session) -> list[str]:
    now = work.clock.now()
    return operators.who_is_to_be_told(session, work.operators, now=now, alert_after=work.alert_after)


def _deliver(work: Sending, notice_id: str, report: SendReport) -> SendReport:
    """Raises `Overtaken`."""
    task = _take(work, notice_id)
    trouble = task.trouble if isinstance(task, Hopeless) else _send(work, task)
    with work.sessions.write() as session:
        now = work.clock.now()
        if trouble is not None:
            kept = record.not_delivered(session, task.lease, trouble, now=now)
        else:
            named = task.named if isinstance(task, Task) else None
            kept = record.delivered(session, task.lease, named=named, now=now)
    log.info("letter", notice=notice_id, trouble=trouble and trouble.code, kept=kept)
    if trouble is None:
        return replace(report, sent=report.sent + kept, lost=report.lost + (not kept))
    alert = f"{trouble.code}: {trouble.detail}" if trouble.code in SERVER_DOWN else ""
    return replace(report, failed=report.failed + 1, alert=alert)


def _take(work: Sending, notice_id: str) -> Task | Hopeless:
    """Lease it, and read what to write. Raises `Overtaken`."""
    with work.sessions.write() as session:
        now = work.clock.now()
        lease = leases.take(session, notice_id, holder=work.holder, now=now, lease_s=work.lease_s)
        if lease is None:
            raise Overtaken
        notice = session.get_one(Notice, notice_id)
        task = _letter(work, session, notice, lease) if notice.person_id else _list(work, session, notice, lease)
    if task is None:
        raise Overtaken
    return task


def _letter(work: Sending, session: Session, notice: Notice, lease: Lease) -> Task | Hopeless:
    """The letter to a person, as it is now."""
    person = session.get_one(Person, notice.person_id)
    address = _address(session, person)
    if not address:
        return Hopeless(lease, NO_ADDRESS)
    try:
        kind, facts = LetterKind(notice.kind), from_json(notice.facts)
    except ValueError as error:  # written by another release, perhaps; the others are sent all the same
        return Hopeless(lease, _not_written(error))
    named = record.announced(notice, work.clock.now())
    facts = _absolute(replace(facts, deadline=named), work.house.url)
    letter = Letter(kind, person.name, wording.names(session, [notice])[notice.id], work.house, facts)
    return Task(lease, Address(address, person.name), letter, named if kind in WARNINGS else None)


def _list(work: Sending, session: Session, notice: Notice, lease: Lease) -> Task | None:
    """The letter to an operator; None, and void, when there is nothing to tell any more or nobody to tell it to."""
    facts = operators.facts(session, now=work.clock.now(), alert_after=work.alert_after)
    address = next((one for one in work.operators if operators.name_of(one) == notice.subject_id), None)
    if address is None or not facts.stuck:
        leases.settle(session, lease, states=(State.PENDING,), state=State.VOID, next_try_at=None)
        return None
    letter = Letter(LetterKind.TOLD_OPERATORS, "", "", work.house, _absolute(facts, work.house.url))
    return Task(lease, Address(address), letter)


def _address(session: Session, person: Person) -> str:
    """The person's own, else the one that the facility knows; "" when there is none."""
    if person.email or person.facility_person_id is None:
        return person.email
    return session.get_one(FacilityPerson, person.facility_person_id).email


def _absolute(facts: Facts, site: str) -> Facts:
    """Pages that are named by their paths, at their addresses."""
    url, extend_url = (site + one if one.startswith("/") else one for one in (facts.url, facts.extend_url))
    return replace(facts, url=url, extend_url=extend_url)


def _send(work: Sending, task: Task) -> Trouble | None:
    """None when the mail server has accepted it. Raises `Overtaken`."""
    try:
        words = work.render(task.letter)
    except Exception as error:  # one letter that cannot be written keeps no other from being sent
        log.exception("letter not written", notice=task.lease.notice_id)
        return _not_written(error)
    message_id = f"<notice.{task.lease.notice_id}@{work.domain}>"
    mail = Mail(message_id, task.to, words.subject, words.text, words.html, work.clock.now())
    with work.sessions.read() as session:
        if work.clock.now() >= task.lease.until or not leases.holds(session, task.lease):
            raise Overtaken
    try:
        work.notify.send(mail)
    except CloudError as error:
        return record.trouble_of(error)
    return None


def _not_written(error: Exception) -> Trouble:
    return Trouble("not_written", "The letter could not be written.", f"{type(error).__name__}: {error}", lasting=True)
