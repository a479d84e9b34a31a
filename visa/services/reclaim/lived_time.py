"""The lived time of all schedulers together, in one row: who looks ticks it, and may act only when that was good."""

from datetime import datetime

from sqlalchemy.orm import Session

from visa.domain.lived import Behind, Lived, Pace, begin, set_back, tick
from visa.store.session import alone
from visa.store.tables import LivedTime

ROW = 1
TWICE = 2


def now_lived(session: Session, now: datetime, pace: Pace) -> Lived | Behind:
    """Count this moment in, in the caller's writing transaction. Nothing may be decided by a clock that is `Behind`.

    A clock that is behind twice in a row, with no other tick between, is believed and sets the count back.
    """
    alone(session, "lived time")
    row = session.get(LivedTime, ROW, with_for_update=True, populate_existing=True)
    if row is None:
        first = begin(now)
        session.add(LivedTime(id=ROW, behind=0, **_columns(first)))
        return first
    before = Lived(row.lived_s, row.at, row.since, row.broken)
    after = tick(before, now, pace)
    if isinstance(after, Behind):
        row.behind += 1
        if row.behind < TWICE:
            return after
        after = set_back(before, now)
    row.behind = 0
    for name, value in _columns(after).items():
        setattr(row, name, value)
    return after


def read(session: Session) -> float:
    """Seconds lived through until the last tick; 0 before the first."""
    row = session.get(LivedTime, ROW, populate_existing=True)
    return row.lived_s if row else 0.0


def settled(session: Session, pace: Pace | None = None) -> bool:
    """Whether the clocks have agreed for long enough, as of the last tick, that something may be taken by them."""
    row = session.get(LivedTime, ROW, populate_existing=True)
    return row is None or Lived(row.lived_s, row.at, row.since, row.broken).settled(pace or Pace())


def _columns(lived: Lived) -> dict[str, object]:
    return {"lived_s": lived.lived_s, "at": lived.at, "since": lived.since, "broken": lived.broken}
