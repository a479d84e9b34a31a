"""Signed-in browsers: made at sign-in, looked up with each request, gone at sign-out or when their time is over.

Only the hash of a session's token is stored. `expires_at` is the earlier of two ends, some time after the last request
and some time after the sign-in: who asks the table (the broker does too) needs to look at nothing else.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from visa.services.hashing import hashed
from visa.settings import Identity
from visa.store.session import Sessions, lock
from visa.store.tables import LoginSession

TOUCH_EVERY = timedelta(seconds=60)


def open_session(
    session: Session, *, session_id: str, token: str, person_id: str, id_token: str, now: datetime, settings: Identity
) -> LoginSession:
    """A new signed-in browser that holds `token`."""
    opened = LoginSession(
        id=session_id,
        token_hash=hashed(token),
        person_id=person_id,
        id_token=id_token,
        created_at=now,
        seen_at=now,
        expires_at=_end(now, now, settings),
    )
    session.add(opened)
    return opened


def find(sessions: Sessions, token: str, *, now: datetime, settings: Identity) -> LoginSession | None:
    """The sign-in in force with this token; being asked for keeps it alive, noted once a minute at most."""
    if not token:
        return None
    with sessions.read() as session:
        found = session.scalar(select(LoginSession).where(LoginSession.token_hash == hashed(token)))
    if found is None or found.expires_at <= now:
        return None
    if now - found.seen_at >= TOUCH_EVERY:
        with sessions.write() as session:
            _touch(session, found.id, now, settings)
    return found


def close(session: Session, token: str) -> str | None:
    """Sign this browser out; returns the id token of its sign-in, None when there was none."""
    gone = delete(LoginSession).where(LoginSession.token_hash == hashed(token)).returning(LoginSession.id_token)
    return session.scalar(gone)


def _touch(session: Session, login_session_id: str, now: datetime, settings: Identity) -> None:
    row = lock(session, LoginSession, login_session_id)
    if row is not None and row.seen_at < now:  # it may have been signed out, or noted by another request
        row.seen_at = now
        row.expires_at = _end(row.created_at, now, settings)


def _end(created_at: datetime, seen_at: datetime, settings: Identity) -> datetime:
    return min(created_at + timedelta(hours=settings.session_max_h), seen_at + timedelta(hours=settings.session_idle_h))
