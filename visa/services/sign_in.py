"""Signing in: what is remembered while the browser is at the provider, and what has to fit when it comes back.

An attempt is used up by the first answer that names it, whatever that answer is worth. While the provider is asked no
transaction is open: it may take seconds.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import delete
from sqlalchemy.orm import Session

from visa.errors import SignInRefused
from visa.ports.clock import Clock, NewId
from visa.ports.identity import Identity
from visa.services import accounts, login_sessions
from visa.services.hashing import hashed
from visa.settings import Identity as IdentitySettings
from visa.store.session import Sessions
from visa.store.tables import LoginAttempt

ATTEMPT_LIFETIME = timedelta(minutes=10)
MAX_NEXT_LENGTH = 2000
HOME = "/"


@dataclass(frozen=True)
class Opening:
    """Random texts of at least 32 letters each; `browser` is what the browser keeps, and may be older."""

    state: str
    nonce: str
    verifier: str
    browser: str


@dataclass(frozen=True)
class Answer:
    """What the browser brought back from the provider."""

    state: str
    code: str
    error: str
    issuer: str | None


@dataclass(frozen=True)
class Entered:
    """A finished sign-in: where to go on."""

    next_path: str
    person_id: str


def begin(
    sessions: Sessions, identity: Identity, opening: Opening, *, next_path: str, redirect_uri: str, now: datetime
) -> str:
    """Remember an attempt; returns the provider's address for the browser. Raises `ProviderDown`."""
    address = identity.sign_in_address(
        redirect_uri=redirect_uri, state=opening.state, nonce=opening.nonce, verifier=opening.verifier
    )
    with sessions.write() as session:
        session.add(
            LoginAttempt(
                state_hash=hashed(opening.state),
                browser_hash=hashed(opening.browser),
                nonce=opening.nonce,
                verifier=opening.verifier,
                next_path=safe_next(next_path),
                expires_at=now + ATTEMPT_LIFETIME,
            )
        )
    return address


@dataclass(frozen=True)
class Door:
    """What finishing a sign-in works with."""

    sessions: Sessions
    identity: Identity
    settings: IdentitySettings
    clock: Clock
    new_id: NewId
    redirect_uri: str


def finish(door: Door, answer: Answer, *, browser: str, token: str, old_token: str) -> Entered:
    """Open a session with `token` for who came back; the browser's old session ends.

    Nothing is sent to the provider for an answer that this browser did not ask for. Raises `SignInRefused` and
    `ProviderDown`.
    """
    with door.sessions.write() as session:
        used = _use_up(session, answer.state)
    attempt = _fitting(used, answer, browser, door)
    who = door.identity.redeem(
        code=answer.code, redirect_uri=door.redirect_uri, nonce=attempt.nonce, verifier=attempt.verifier
    )
    now = door.clock.now()
    with door.sessions.write() as session:
        person = accounts.welcome(session, who, orcid_links=door.settings.orcid_links, now=now, new_id=door.new_id)
        login_sessions.close(session, old_token)
        login_sessions.open_session(
            session,
            session_id=door.new_id(),
            token=token,
            person_id=person.id,
            id_token=who.id_token,
            now=now,
            settings=door.settings,
        )
        return Entered(attempt.next_path, person.id)


def safe_next(path: str) -> str:
    """A path of ours to go on to after signing in; the first page for anything that could lead elsewhere."""
    # Browsers read "\" as "/" and drop tabs and line ends, so that "/\example.org" would leave this site.
    plain = path.isprintable() and "\\" not in path and path.startswith("/") and not path.startswith("//")
    if not plain or len(path) > MAX_NEXT_LENGTH:
        return HOME
    parts = urlsplit(path)
    if parts.scheme or parts.netloc or parts.path.startswith(("/auth/", "/sign-in")):
        return HOME
    return path


def _use_up(session: Session, state: str) -> LoginAttempt | None:
    used = delete(LoginAttempt).where(LoginAttempt.state_hash == hashed(state)).returning(LoginAttempt)
    return session.scalar(used)


def _fitting(attempt: LoginAttempt | None, answer: Answer, browser: str, door: Door) -> LoginAttempt:
    if attempt is None:
        raise SignInRefused("This sign-in is unknown or was used already. Sign in again.", code="sign_in_unknown")
    if not hmac.compare_digest(attempt.browser_hash, hashed(browser)):
        raise SignInRefused("This sign-in was begun in another browser. Sign in again.", code="sign_in_elsewhere")
    if attempt.expires_at <= door.clock.now():
        raise SignInRefused("This sign-in took too long. Sign in again.", code="sign_in_expired")
    if answer.issuer is not None and answer.issuer != door.settings.issuer:
        raise SignInRefused("This answer comes from another provider.", code="sign_in_other_issuer")
    if answer.error or not answer.code:
        detail = f"the provider answered {answer.error[:100] or 'without a code'}"
        raise SignInRefused("The provider did not sign you in.", code="sign_in_denied", detail=detail)
    return attempt
