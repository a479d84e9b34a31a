"""What a notice says, in one English sentence: for timelines, pages and commands. Letters have words of their own."""

from collections.abc import Collection
from datetime import datetime
from typing import assert_never

from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.domain.letters import Facts, LetterKind
from visa.services.reclaim.notices import from_json
from visa.store.tables import Instance, Notice, Workspace


def names(session: Session, notices: Collection[Notice]) -> dict[str, str]:
    """How the thing is called that each notice is about, by the notice's id; its own id when it has no row."""
    ids = {notice.subject_id for notice in notices}
    found = {
        table.__tablename__: {
            row.id: row.name for row in session.execute(select(table.id, table.name).where(table.id.in_(ids)))
        }
        for table in (Instance, Workspace)
    }
    return {one.id: found.get(one.subject, {}).get(one.subject_id, one.subject_id) for one in notices}


def said(notice: Notice, name: str, end: datetime | None = None) -> str:
    """What this notice says; `end`: the moment that it names, if that is not the one that it was made with."""
    try:
        facts = from_json(notice.facts)
        return sentence(LetterKind(notice.kind), name, facts, end or facts.deadline)
    except ValueError:  # another release wrote it: whoever lists notices lists the others all the same
        return f"there is news of “{name}” ({notice.kind})"


def sentence(kind: LetterKind, name: str, facts: Facts, end: datetime | None) -> str:
    """The sentence about the thing called `name`, without a stop. `end`: the moment that it names, if it names one."""
    this, on = f"“{name}”", f"on {moment(end)}" if end else "soon"
    match kind:
        case LetterKind.LIFETIME_WARNING:
            return f"{this} ends {on}, when its time is over"
        case LetterKind.IDLE_WARNING:
            return f"{this} ends {on} unless it is used"
        case LetterKind.QUOTA_WARNING:
            return f"{this} ends {on}, because more is in use than the limits allow"
        case LetterKind.BIN_WARNING if facts.archived_until:
            return f"{this} moves from the recycle bin to the archive {on}"
        case LetterKind.BIN_WARNING | LetterKind.ARCHIVE_WARNING:
            return f"{this} is deleted for ever {on}"
        case _:
            return _news(kind, this, facts, moment(end) if end else "further notice")


def moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _news(kind: LetterKind, this: str, facts: Facts, until: str) -> str:
    match kind:
        case LetterKind.RECLAIMED:
            return f"{this} was taken back ({facts.taken_for or 'policy'}), and its files are kept until {until}"
        case LetterKind.ARCHIVED:
            return f"{this} was moved to the archive, and can be restored until {until}"
        case LetterKind.REQUEST_MADE:
            return f"{facts.asked_by or 'Somebody'} asks for more time for {this}, until {until}"
        case LetterKind.REQUEST_ANSWERED if facts.granted:
            return f"{this} was given more time: it ends on {until}"
        case LetterKind.REQUEST_ANSWERED:
            return f"{this} was not given more time"
        case LetterKind.ADMITTED:
            return f"{this} has found room, and lives until {until}"
        case LetterKind.TOLD_OPERATORS:
            return f"{len(facts.stuck)} things need an operator"
        case (
            LetterKind.LIFETIME_WARNING
            | LetterKind.IDLE_WARNING
            | LetterKind.QUOTA_WARNING
            | LetterKind.BIN_WARNING
            | LetterKind.ARCHIVE_WARNING
        ):
            raise ValueError(f"{kind} is a warning")
        case _ as never:
            assert_never(never)
