"""Asking for more time than policy gives, and answering that. Granting moves the instance's end; nothing shortens it.

An open request holds reclaim off for some days, once: who is refused and asks again at once gets no more of that, and
support no other letter.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.domain import expiry, pages
from visa.domain.instance import Phase, Wanted
from visa.domain.letters import Facts, LetterKind
from visa.domain.lifecycle import Action, allowed_actions
from visa.errors import Conflict, Forbidden, Invalid, NotFound
from visa.ports.clock import NewId
from visa.services import said, support
from visa.services.actors import Actor
from visa.services.desk import Desk
from visa.services.instances import find_mine, limits, note, word_for
from visa.services.journal import By, record
from visa.services.reclaim import notices
from visa.services.wake import Subject, wake
from visa.store.session import lock
from visa.store.tables import ExtensionRequest, Instance, InstanceStatus, Notice

AT_MOST = timedelta(days=365)
REASON_AT_LEAST, WORDS_AT_MOST = 10, 2000
TOLD_FOR = timedelta(days=1)
"""So long after a letter about a request for one instance support gets no other about it."""
ANEW = timedelta(days=30)
"""A request holds reclaim off anew when so long before it there was none that was refused or withdrawn."""


class State(StrEnum):
    """What became of a request."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


def make(session: Session, desk: Desk, instance_id: str, *, reason: str, until: datetime) -> ExtensionRequest:
    """The owner asks for time that no extension of their own gives. One open request an instance.

    Raises `NotFound`, `Invalid` for the reason and the date, and `Conflict` with what to do instead.
    """
    reason = said.paragraphs(reason, "the reason", field="reason", at_most=WORDS_AT_MOST, at_least=REASON_AT_LEAST)
    instance = find_mine(session, desk.actor, instance_id, lock=True)
    _may_ask(session, desk, instance)
    _check(until, instance, desk.now)
    earlier = _open(session, [instance.id])
    if earlier:
        raise Conflict("You have asked already, and wait for an answer.", code="already_asked")
    request = ExtensionRequest(
        id=desk.new_id(),
        instance_id=instance.id,
        person_id=desk.actor.person_id,
        reason=reason,
        until=until,
        made_at=desk.now,
        state=State.OPEN,
    )
    session.add(request)
    session.flush()
    note(session, desk, instance, "more_time_asked", f"Asked for more time, until {_day(until)}.")
    wake(session, Subject.INSTANCE, instance.id, at=desk.now)
    facts = Facts(deadline=until, url=pages.REQUESTS, asked_by=desk.actor.name, words=reason)
    knows = _told_lately(session, instance.id, desk.now)
    for person_id in support.who_helps(session, instance, desk.now):
        if person_id in knows:
            continue
        _tell(session, request, LetterKind.REQUEST_MADE, person_id, facts, now=desk.now, new_id=desk.new_id)
    return request


def withdraw(session: Session, desk: Desk, instance_id: str, request_id: str) -> ExtensionRequest:
    """The owner needs no answer any more. Raises `NotFound`, and `Conflict` when there is one."""
    instance = find_mine(session, desk.actor, instance_id, lock=True)
    request = lock(session, ExtensionRequest, request_id)
    if request is None or request.instance_id != instance.id:
        raise NotFound("There is no such request.")
    if request.state == State.WITHDRAWN:
        return request
    _must_be_open(request)
    request.state, request.answered_at = State.WITHDRAWN, desk.now
    note(session, desk, instance, "more_time_withdrawn", "The request for more time was withdrawn.")
    notices.void(session, Subject.INSTANCE, instance.id, LetterKind.REQUEST_MADE, except_cycle=None)
    wake(session, Subject.INSTANCE, instance.id, at=desk.now)
    return request


def find(session: Session, request_id: str) -> ExtensionRequest:
    """One by its id. Raises `NotFound`."""
    request = session.get(ExtensionRequest, request_id)
    if request is None:
        raise NotFound("There is no such request.")
    return request


def to_answer(session: Session, actor: Actor, request_id: str) -> ExtensionRequest:
    """A request that this person may answer. Raises `NotFound`, and `Forbidden` for one's own (admins may)."""
    request = find(session, request_id)
    if not support.may_help(session, actor, request.instance_id):
        raise NotFound("There is no such request.")
    verdict = support.may_answer(actor, request.person_id)
    if not verdict.allowed:
        raise Forbidden(verdict.reason or "", code=verdict.code)
    return request


def answer(
    session: Session, request_id: str, *, until: datetime | None, words: str, by: By, now: datetime, new_id: NewId
) -> ExtensionRequest:
    """Grant it until a moment, or refuse it (None). Who may do so is asked before: `to_answer`.

    Raises `NotFound`, `Invalid` for the date and the words (a refusal needs some), and `Conflict` that says who was
    faster, or that nothing is left.
    """
    least = 1 if until is None else 0
    words = said.paragraphs(words, "the answer", field="words", at_most=WORDS_AT_MOST, at_least=least)
    instance = lock(session, Instance, find(session, request_id).instance_id)  # before the request, as its owner does
    request = lock(session, ExtensionRequest, request_id)
    if instance is None or request is None:
        raise NotFound("There is no such request.")
    _must_be_open(request)
    if until is not None:
        _grant(session, instance, until, now)
    request.state = State.REFUSED if until is None else State.GRANTED
    request.answered_by, request.answered_at, request.answer = by.name, now, words
    _say(session, request, instance, by)
    notices.void(session, Subject.INSTANCE, instance.id, LetterKind.REQUEST_MADE, except_cycle=None)
    wake(session, Subject.INSTANCE, instance.id, at=now)
    ends_at = None if until is None else instance.expires_at
    facts = Facts(deadline=ends_at, url=pages.instance(instance.id), granted=until is not None, words=words)
    _tell(session, request, LetterKind.REQUEST_ANSWERED, request.person_id, facts, now=now, new_id=new_id)
    return request


def _open(session: Session, instance_ids: Collection[str]) -> Sequence[ExtensionRequest]:
    mine = ExtensionRequest.instance_id.in_(instance_ids)
    return session.scalars(select(ExtensionRequest).where(mine, ExtensionRequest.state == State.OPEN)).all()


def _told_lately(session: Session, instance_id: str, now: datetime) -> set[str]:
    """Who was mailed about a request for it within a day: one that is withdrawn and made again is on their page."""
    of_it = select(Notice.person_id).where(Notice.subject == Subject.INSTANCE, Notice.subject_id == instance_id)
    sent = of_it.where(Notice.kind == LetterKind.REQUEST_MADE, Notice.sent_at.between(now - TOLD_FOR, now + TOLD_FOR))
    return {one for one in session.scalars(sent) if one is not None}


def _may_ask(session: Session, desk: Desk, instance: Instance) -> None:
    """Raises `Conflict` while extending is possible, now or later, and for what is or will be gone."""
    word = word_for(instance, session.get_one(InstanceStatus, instance.id))
    terms = limits(session, desk, instance)
    asking = expiry.may_ask(instance.lives_from, instance.expires_at, desk.now, terms)
    verdict = allowed_actions(word, extension=asking)[Action.EXTEND]
    if not verdict.allowed:
        raise Conflict(verdict.reason or "", code=verdict.code)


def _check(until: datetime, instance: Instance, now: datetime) -> None:
    """Raises `Invalid`."""
    if until > now + AT_MOST:
        raise Invalid(f"More time is given for at most {AT_MOST.days} days from now.", field="until", code="too_late")
    if until <= max(instance.expires_at, now):
        message = f"It lives until {_day(instance.expires_at)} as it is. Choose a later day."
        raise Invalid(message, field="until", code="too_early")


def _must_be_open(request: ExtensionRequest) -> None:
    """Raises `Conflict` that says what happened instead."""
    if request.state == State.WITHDRAWN:
        raise Conflict("The request was withdrawn.", code="withdrawn")
    if request.state != State.OPEN:
        message = f"{request.answered_by} has answered it already: it was {request.state}."
        raise Conflict(message, code="already_answered")


def _grant(session: Session, instance: Instance, until: datetime, now: datetime) -> None:
    if instance.wanted == Wanted.GONE or session.get_one(InstanceStatus, instance.id).phase == Phase.GONE:
        raise Conflict(f"“{instance.name}” is deleted meanwhile, its files are in the recycle bin.", code="is_deleted")
    _check(until, instance, now)
    instance.expires_at = until
    instance.revision += 1


def _say(session: Session, request: ExtensionRequest, instance: Instance, by: By) -> None:
    granted = request.state == State.GRANTED
    what = f"More time was given, until {_day(instance.expires_at)}." if granted else "More time was refused."
    record(
        session,
        f"instance.more_time_{request.state}",
        f"{what} {request.answer}".strip(),
        at=request.answered_at or request.made_at,
        by=by,
        person_id=instance.owner_id,
        instance_id=instance.id,
        workspace_id=instance.workspace_id,
    )


def _tell(
    session: Session,
    request: ExtensionRequest,
    kind: LetterKind,
    person_id: str,
    facts: Facts,
    *,
    now: datetime,
    new_id: NewId,
) -> None:
    notices.ask(
        session,
        new_id=new_id,
        person_id=person_id,
        subject=Subject.INSTANCE,
        subject_id=request.instance_id,
        kind=kind,
        cycle=request.made_at,
        lead=timedelta(),
        facts=facts,
        now=now,
    )


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
