"""Asking the policy to look at an instance or workspace again, from whatever changes something that it goes by."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from visa.store.tables import Reclaim


class Subject(StrEnum):
    """What may be taken back."""

    INSTANCE = "instance"
    WORKSPACE = "workspace"


def wake(session: Session, subject: Subject, subject_id: str, *, at: datetime) -> None:
    """It is looked at at `at` or before, in the caller's writing transaction; one that was never looked at is enrolled.

    A look that runs meanwhile finds its row changed and is done anew.
    """
    wake_all(session, subject, [subject_id], at=at)


def wake_all(session: Session, subject: Subject, ids: Collection[str], *, at: datetime) -> None:
    """The same for many, in one statement; their rows are taken in one order, so that no two wait in a circle."""
    if not ids:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = insert(Reclaim).values(
        [{"subject": subject, "subject_id": one, "look_at": at, "version": 1} for one in sorted(set(ids))]
    )
    sooner = case((Reclaim.look_at < at, Reclaim.look_at), else_=at)
    session.execute(
        rows.on_conflict_do_update(
            index_elements=["subject", "subject_id"],
            set_={"look_at": sooner, "version": Reclaim.version + 1},
        )
    )
