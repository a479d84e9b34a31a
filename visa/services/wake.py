"""Asking the policy to look at an instance or workspace again, from whatever changes something that it goes by."""

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
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(Reclaim).values(subject=subject, subject_id=subject_id, look_at=at, version=1)
    sooner = case((Reclaim.look_at < at, Reclaim.look_at), else_=at)
    session.execute(
        row.on_conflict_do_update(
            index_elements=["subject", "subject_id"],
            set_={"look_at": sooner, "version": Reclaim.version + 1},
        )
    )
