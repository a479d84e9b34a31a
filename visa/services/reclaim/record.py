"""What came of telling somebody, written down: delivered by mail or in person, or not yet, and when it is tried again.

A delivery counts from here: lived time is read after the letter went out.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from visa.domain.letters import LetterKind
from visa.errors import Busy, CloudError, Conflict, NotFound, Refused
from visa.services import said as words
from visa.services.journal import SYSTEM, By
from visa.services.journal import record as write_event
from visa.services.reclaim import leases, lived_time, wording
from visa.services.reclaim.leases import Lease
from visa.services.reclaim.notices import WARNINGS, State, from_json
from visa.services.wake import Subject, wake
from visa.store.session import lock
from visa.store.tables import Instance, Notice

FIRST_PAUSE_S = 60.0
SLOW = timedelta(hours=1)
LONGEST_ERROR = 500
LONGEST_HOW = 200


@dataclass(frozen=True)
class Trouble:
    """Why a notice was not delivered: a code, the words for its person, and those for operators.

    `later_s`: the other side asks not to be tried before. With `lasting` it is of no use before somebody acts.
    """

    code: str
    public: str
    detail: str
    later_s: float = 0.0
    lasting: bool = False


def trouble_of(error: CloudError) -> Trouble:
    """What an error of the mail port means for the letter."""
    later_s = error.retry_after_s if isinstance(error, Busy) else 0.0
    return Trouble(error.code, error.public, error.detail, later_s, isinstance(error, Refused))


def announced(notice: Notice, now: datetime) -> datetime | None:
    """The end that follows from a warning which is given now; of other notices, the moment that they name."""
    deadline = from_json(notice.facts).deadline
    if LetterKind(notice.kind) not in WARNINGS:
        return deadline
    earliest = now + timedelta(seconds=notice.lead_s)
    return max(deadline, earliest) if deadline else earliest


def delivered(session: Session, lease: Lease, *, named: datetime | None, now: datetime) -> bool:
    """It went out, and a warning named this end, which is not before the warning was given in full from now on.

    One that became void meanwhile was given all the same. False when the lease was lost.
    """
    notice = session.get_one(Notice, lease.notice_id)
    announced_for = _in_full(named, notice, now) if named else None
    told = {"sent_at": now, "announced_for": announced_for, "lived_s": lived_time.read(session)}
    done = {"state": State.SENT, "next_try_at": None, "error": None, "attempts": Notice.attempts + 1}
    if not leases.settle(session, lease, states=(State.PENDING, State.VOID), **told, **done):
        return False
    _tell(session, session.get_one(Notice, lease.notice_id, populate_existing=True), "by mail", SYSTEM, now)
    return True


def _in_full(named: datetime, notice: Notice, now: datetime) -> datetime:
    """Later than what it named, by as long as its sending took."""
    return max(named, now + timedelta(seconds=notice.lead_s))


def not_delivered(session: Session, lease: Lease, trouble: Trouble, *, now: datetime) -> bool:
    """It is tried again, without end. False when the lease was lost, or it is not wanted any more."""
    notice = session.get_one(Notice, lease.notice_id, populate_existing=True)
    first = notice.attempts == 0
    again = {
        "attempts": notice.attempts + 1,
        "error": f"{trouble.code}: {trouble.detail}"[:LONGEST_ERROR],
        "next_try_at": now + pause(notice.attempts + 1, trouble),
    }
    if not leases.settle(session, lease, states=(State.PENDING,), **again):
        leases.settle(session, lease, states=(State.VOID,))
        return False
    if first and notice.kind != LetterKind.REQUEST_MADE:  # that support was not reached is not its owner's story
        what = _said(session, notice, notice.announced_for)
        _note(session, notice, "not_told", f"Not told by mail yet that {what}: {trouble.public}", by=SYSTEM, at=now)
    return True


def pause(attempts: int, trouble: Trouble) -> timedelta:
    """How long to wait after so many failed tries."""
    if trouble.lasting:
        return SLOW
    doubled_s = FIRST_PAUSE_S * 2.0 ** min(attempts - 1, 10)
    return min(SLOW, timedelta(seconds=max(doubled_s, trouble.later_s)))


def told_in_person(session: Session, notice_id: str, *, by: By, how: str, now: datetime) -> str:
    """Somebody told the person, such as "by phone"; it counts as delivered. Gives the sentence that is now recorded.

    Raises `NotFound`, `Invalid` for who and how, and `Conflict` when it was delivered before or is not wanted any more.
    """
    how = words.line(how, "how they were told", field="how", at_most=LONGEST_HOW)
    if by.id is None:
        by = replace(by, name=words.line(by.name, "who told them", field="by", at_most=LONGEST_HOW))
    notice = lock(session, Notice, notice_id)
    if notice is None or notice.person_id is None:
        raise NotFound(f"There is no notice {notice_id}.")
    if notice.state != State.PENDING:
        raise Conflict(f"This notice is {notice.state}, and nobody has to be told.", code="not_pending")
    notice.announced_for, notice.lived_s = announced(notice, now), lived_time.read(session)
    notice.state, notice.sent_at, notice.error = State.SENT, now, None
    notice.next_try_at = notice.lease_holder = notice.lease_until = None
    return _tell(session, notice, how, by, now)


def _tell(session: Session, notice: Notice, how: str, by: By, now: datetime) -> str:
    """A warning that was given is part of the story of its subject, and the policy goes by it."""
    message = f"Told {how} that {_said(session, notice, notice.announced_for)}."
    if LetterKind(notice.kind) in WARNINGS:
        _note(session, notice, "warned", message, by=by, at=now)
        wake(session, Subject(notice.subject), notice.subject_id, at=now)
    return message


def _said(session: Session, notice: Notice, end: datetime | None) -> str:
    return wording.said(notice, wording.names(session, [notice])[notice.id], end)


def _note(session: Session, notice: Notice, what: str, message: str, *, by: By, at: datetime) -> None:
    if notice.person_id is None:
        return
    is_instance = notice.subject == Subject.INSTANCE
    instance = session.get(Instance, notice.subject_id) if is_instance else None
    write_event(
        session,
        f"{notice.subject}.{what}",
        message,
        at=at,
        by=by,
        person_id=notice.person_id,
        instance_id=instance.id if instance else None,
        workspace_id=instance.workspace_id if instance else None if is_instance else notice.subject_id,
    )
