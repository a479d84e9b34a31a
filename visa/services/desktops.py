"""Opening desktops: tickets, the sessions that brokers hold, and what must close.

Revoking needs no message to a broker: it reports what it holds every few seconds and is told what must close. Nothing
here trusts a browser; a ticket is good for one use, for one person, one instance and one right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, select, update
from sqlalchemy.orm import Session

from visa.domain.idle import Signal
from visa.domain.instance import Phase, Wanted
from visa.domain.lifecycle import Shown
from visa.errors import Conflict
from visa.ports.clock import NewId
from visa.services import idleness, policies
from visa.services.actors import Actor
from visa.services.hashing import hashed
from visa.services.instances import find_mine, word_for
from visa.services.journal import By, record
from visa.store.tables import DesktopSession, Instance, InstanceStatus, LoginSession, Person, Ticket

INPUT = Signal.INPUT


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
        raise Conflict(f"The desktop cannot be opened while it is {word}.", code=f"is_{word}")
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
    """Take a broker's report; returns which of its sessions must close now, and why.

    A handful of statements, however many sessions: brokers report every few seconds.
    """
    by_id = {held.desktop_session_id: held for held in holds}
    reported = DesktopSession.broker_id == broker_id, DesktopSession.id.in_(by_id)
    rows = session.execute(_with_what_decides().where(*reported)).all()
    _note_silence(session, rows, now)
    _take_inputs(session, {row.id: (row, by_id[row.id].last_input_at) for row in rows})
    seen = update(DesktopSession).where(*reported).values(seen_at=now)
    session.execute(seen.execution_options(synchronize_session=False))
    must_close = dict.fromkeys(by_id.keys() - {row.id for row in rows}, "revoked")
    for row in rows:
        if reason := _reason_to_close(row, now):
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
    closing = lost.values(closed_at=now, close_reason="broker_lost")
    ended = session.execute(closing.returning(DesktopSession.instance_id, DesktopSession.opened_at)).all()
    idleness.unheard(session, {row.instance_id: row.opened_at for row in ended}, now=now)
    return len(ended)


def _with_what_decides() -> Select[*tuple[Any, ...]]:
    """Desktop sessions, each in one row with all that says whether it may go on."""
    return (
        select(
            DesktopSession.id,
            DesktopSession.instance_id,
            DesktopSession.person_id,
            DesktopSession.opened_at,
            DesktopSession.closed_at,
            DesktopSession.seen_at,
            DesktopSession.last_input_at,
            Instance.owner_id,
            Instance.wanted,
            InstanceStatus.phase,
            LoginSession.expires_at,
        )
        .join(Instance, Instance.id == DesktopSession.instance_id)
        .outerjoin(InstanceStatus, InstanceStatus.instance_id == Instance.id)
        .outerjoin(LoginSession, LoginSession.id == DesktopSession.login_session_id)
    )


def _reason_to_close(row: Row[*tuple[Any, ...]], now: datetime) -> str | None:
    if row.closed_at is not None or row.owner_id != row.person_id:
        return "revoked"
    if row.expires_at is None or row.expires_at <= now:
        return "signed_out"
    if row.wanted != Wanted.RUNNING or row.phase in {Phase.STOPPED, Phase.GONE, Phase.DELETING}:
        return "not_running"
    return None


def _signed_in(session: Session, login_session_id: str, now: datetime) -> bool:
    login = session.get(LoginSession, login_session_id)
    return login is not None and login.expires_at > now


def _note_silence(session: Session, rows: Sequence[Row[*tuple[Any, ...]]], now: datetime) -> None:
    """Whose input was not known for too long counts as used until now."""
    held = [row for row in rows if row.closed_at is None]
    if not held:
        return
    known_for = idleness.known_for(policies.in_force(session).policy)
    silent = {row.instance_id: row.opened_at for row in held if abs(now - row.seen_at) > known_for}
    idleness.unheard(session, silent, now=now)


def _take_inputs(session: Session, reported: dict[str, tuple[Row[*tuple[Any, ...]], datetime | None]]) -> None:
    """Newer input is noted with its session and with its instance; older reports change nothing."""
    newer = {
        row.id: at for row, at in reported.values() if at and (row.last_input_at is None or at > row.last_input_at)
    }
    if not newer:
        return
    session.execute(update(DesktopSession), [{"id": name, "last_input_at": at} for name, at in newer.items()])
    newest: dict[str, datetime] = {}
    for name, at in newer.items():
        instance_id = reported[name][0].instance_id
        newest[instance_id] = max(at, newest.get(instance_id, at))
    idleness.note_input(session, newest)
