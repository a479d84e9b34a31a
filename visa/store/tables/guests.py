"""What machines say of themselves: the tokens of the services inside them, and the newest report of each."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from visa.store.base import Base


class GuestToken(Base):
    """Right to report for one instance. Only the secret's hash is kept.

    Several may be good at a time: when nobody knows whether a create call took effect, its machine may still come.
    """

    __tablename__ = "guest_token"

    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"), index=True)
    made_at: Mapped[datetime]


class GuestReport(Base):
    """The newest report from inside a machine. `boot` tells one boot from the next; `said` is the whole report."""

    __tablename__ = "guest_report"

    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"), primary_key=True)
    received_at: Mapped[datetime]
    boot: Mapped[str] = mapped_column(String(64))
    desktop_up: Mapped[bool]
    said: Mapped[dict[str, Any]]
