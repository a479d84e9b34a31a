"""Tokens of the services inside machines: made with each create call, good for one instance, dead with it."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from visa.services.hashing import hashed
from visa.store.tables import GuestToken


def issue(session: Session, instance_id: str, secret: str, *, now: datetime, keep_others: bool) -> None:
    """Let whoever has `secret` report for this instance. The others stay good while their machine may still come."""
    if not keep_others:
        revoke(session, instance_id)
    session.add(GuestToken(secret_hash=hashed(secret), instance_id=instance_id, made_at=now))


def revoke(session: Session, instance_id: str) -> None:
    """No token of this instance is good any more."""
    session.execute(delete(GuestToken).where(GuestToken.instance_id == instance_id))


def instance_of(session: Session, secret: str) -> str | None:
    """The instance that a token speaks for; None for one that is not good (any more)."""
    token = session.get(GuestToken, hashed(secret))
    return token.instance_id if token else None
