"""Opening desktops: tickets, the sessions that brokers hold, and what must close.

Revoking needs no message to a broker: it reports what it holds every few seconds and is told what must close. Nothing
here trusts a browser; a ticket is good for one use, for one person, one instance and one right.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from visa.domain.instance import Phase, Wanted
from visa.domain.lifecycle import Shown
from visa.errors import Conflict
from visa.ports.clock import NewId
from visa.services.actors import Actor
from visa.services.hashing import hashed
from visa.services.instances import find_mine, word_for
from visa.services.journal import By, record
from visa.store.tables import Activity, DesktopSession, Instance, InstanceStatus, LoginSession, Person, Ticket

INPUT = "input"


class Right(StrEnum):
    """What a participant may do in a desktop."""

    CONTROL = "control"
    VIEW = "view"


@dataclass(frozen=True)
class Grant:
    """A redeemed ticket: where the desktop is and what the participant may do there."""

    desktop_session_id: str
    instance_id: str
    person_id: str
    right: Right
    address: str
    password: str


@dataclass(frozen=True)
class Refusal:
    """Why a ticket opens nothing: "ticket_invalid", "signed_out" or "not_running", with a sentence for the person."""

    code: str
    message: str


@dataclass(frozen=True)
class Held:
    """One session that a broker holds, with the last key or pointer message of its participant."""

    desktop_session_id: str
    last_input_at: datetime | None


def issue_ticket(
    session: Session,
    actor: Actor,
    instance_id: str,
    right: Right,
    *,
    login_session_id: str,
    secret: str,
    now: datetime,
    lifetime_s: float,
) -> Ticket:
    """A ticket for an own running desktop. Raises `NotFound`, or `Conflict` while it does not run."""
    instance = find_mine(session, actor, instance_id)
    word = word_for(instance, session.get_one(InstanceStatus, instance_id))
    if word is not Shown.RUNNING:
        raise Conflict(f"The desktop cannot be opened while the instance is {word}.", code=f"is_{word}")
    ticket = Ticket(
        secret_hash=hashed(secret),
        instance_id=instance_id,
        person_id=actor.person_id,
        login_session_id=login_session_id,
        right=right,
        expires_at=now + timedelta(seconds=lifetime_s),
    )
    session.add(ticket)
    return ticket


def redeem(session: Session, secret: str, *, broker_id: str, now: datetime, new_id: NewId) -> Grant | Refusal:
    """Use a ticket up and open a desktop session. Of two uses at the same moment one is refused."""
    used = (
        update(Ticket)
        .where(Ticket.secret_hash == hashed(secret), Ticket.used_at.is_(None), Ticket.expires_at > now)
        .values(used_at=now)
        .returning(Ticket)
    )
    ticket = session.scalar(used)
    if ticket is None:
        return Refusal("ticket_invalid", "This ticket was used already or is too old.")
    if not _signed_in(session, ticket.login_session_id, now):
        return Refusal("signed_out", "You have signed out.")
    instance = session.get_one(Instance, ticket.instance_id)
    status = session.get_one(InstanceStatus, ticket.instance_id)
    if word_for(instance, status) is not Shown.RUNNING or status.address is None:
        return Refusal("not_running", "The desktop does not run any more.")
    opened = DesktopSession(
        id=new_id(),
        instance_id=ticket.instance_id,
        person_id=ticket.person_id,
        login_session_id=ticket.login_session_id,
        right=ticket.right,
        broker_id=broker_id,
        opened_at=now,
        seen_at=now,
    )
    session.add(opened)
    person = session.get_one(Person, ticket.person_id)
    record(
        session,
        "desktop.opened",
        "Opened the desktop." if ticket.right == Right.CONTROL else "Opened the desktop to look on.",
        at=now,
        by=By("person", person.name, person.id),
        person_id=instance.owner_id,
        instance_id=instance.id,
    )
    return Grant(opened.id, instance.id, person.id, Right(ticket.right), status.address, status.secret)


def heartbeat(session: Session, broker_id: str, holds: tuple[Held, ...], *, now: datetime) -> dict[str, str]:
    """Take a broker's report; returns which of its sessions must close now, and why."""
    by_id = {held.desktop_session_id: held for held in holds}
    mine = select(DesktopSession).where(DesktopSession.id.in_(by_id), DesktopSession.broker_id == broker_id)
    rows = {row.id: row for row in session.scalars(mine)}
    must_close = dict.fromkeys(by_id.keys() - rows.keys(), "revoked")
    for row in rows.values():
        row.seen_at = now
        _take_input(session, row, by_id[row.id].last_input_at)
        if reason := _reason_to_close(session, row, now):
            must_close[row.id] = reason
    return must_close


def closed(session: Session, desktop_session_ids: tuple[str, ...], *, now: datetime, reason: str) -> None:
    """These sessions have ended; repeating it changes nothing."""
    ended = update(DesktopSession).where(DesktopSession.id.in_(desktop_session_ids), DesktopSession.closed_at.is_(None))
    session.execute(ended.values(closed_at=now, close_reason=reason))


def close_lost(session: Session, *, now: datetime, silent_s: float) -> int:
    """Close the sessions of brokers that have not reported for `silent_s` seconds; returns how many."""
    lost = update(DesktopSession).where(
        DesktopSession.closed_at.is_(None), DesktopSession.seen_at < now - timedelta(seconds=silent_s)
    )
    result = session.execute(lost.values(closed_at=now, close_reason="broker_lost").returning(DesktopSession.id))
    return len(result.all())


def _reason_to_close(session: Session, row: DesktopSession, now: datetime) -> str | None:
    instance = session.get_one(Instance, row.instance_id)
    if row.closed_at is not None or instance.owner_id != row.person_id:
        return "revoked"
    if not _signed_in(session, row.login_session_id, now):
        return "signed_out"
    phase = session.scalar(select(InstanceStatus.phase).where(InstanceStatus.instance_id == instance.id))
    if instance.wanted != Wanted.RUNNING or phase in {Phase.STOPPED, Phase.GONE, Phase.DELETING}:
        return "not_running"
    return None


def _signed_in(session: Session, login_session_id: str, now: datetime) -> bool:
    login = session.get(LoginSession, login_session_id)
    return login is not None and login.expires_at > now


def _take_input(session: Session, row: DesktopSession, at: datetime | None) -> None:
    if at is None or (row.last_input_at is not None and at <= row.last_input_at):
        return
    row.last_input_at = at
    activity = session.get(Activity, (row.instance_id, INPUT))
    if activity is None:
        session.add(Activity(instance_id=row.instance_id, kind=INPUT, at=at))
    elif at > activity.at:
        activity.at = at
