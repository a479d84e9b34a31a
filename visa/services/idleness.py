"""What is known of the use of instances: keys and pointer from the brokers, load and logins from inside the machines.

Load and logins come from the service inside a machine or from its cloud, whichever tells; each word updates one row.
Input is told by whoever holds a desktop open: with none open nobody can give any, and that is known.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from visa.domain.idle import Heard, Idle, Running, Signal, hear, idle, mean_load
from visa.domain.lifecycle import Shown
from visa.services.instances import word_for
from visa.services.standings import AT_ONCE
from visa.settings import Policy
from visa.store.tables import Activity, DesktopSession, Instance, InstanceStatus

SELDOM = 10
"""Of words that change nothing, so many in `known_min` are written down."""
SPACING = timedelta(minutes=1)


@dataclass(frozen=True)
class Word:
    """What was heard of one machine. `value` is a sample of processors busy, or how many are logged in."""

    instance_id: str
    signal: Signal
    value: float


def known_for(policy: Policy) -> timedelta:
    """For how long a word of a signal holds."""
    return timedelta(minutes=policy.idle.known_min)


def idleness(session: Session, policy: Policy, instance_ids: Collection[str], now: datetime) -> dict[str, Idle]:
    """How each is used, in three queries a batch of `AT_ONCE`; ids that do not exist are left out."""
    ids = sorted(instance_ids)
    found: dict[str, Idle] = {}
    for start in range(0, len(ids), AT_ONCE):
        found.update(_idleness(session, policy, ids[start : start + AT_ONCE], now))
    return found


def record(session: Session, policy: Policy, instance_id: str, signal: Signal, *, value: float, now: datetime) -> None:
    """Take one word of load or logins, in the caller's writing transaction."""
    record_all(session, policy, [Word(instance_id, signal, value)], now=now)


def record_all(session: Session, policy: Policy, words: Collection[Word], *, now: datetime) -> None:
    """Take words of load and logins, at most one a machine and signal, in the caller's writing transaction."""
    if not words:
        return
    by_key = {(word.instance_id, word.signal): word for word in sorted(words, key=lambda one: one.instance_id)}
    rows = _locked(session, dict.fromkeys(by_key, now))
    for key, word in by_key.items():
        _take(rows[key], word, policy, now)


def worth_recording(session: Session, policy: Policy, words: Iterable[Word], *, now: datetime) -> list[Word]:
    """Those of the words that say something new, or come long enough after the last: so few are written down."""
    wanted = list(words)
    spacing = min(SPACING, known_for(policy) / SELDOM)
    rows = _rows(session, {word.instance_id for word in wanted})
    return [word for word in wanted if _is_news(rows.get((word.instance_id, word.signal)), word, now, spacing)]


def note_input(session: Session, newest: Mapping[str, datetime]) -> None:
    """Take the moment of the newest key or pointer in each of these instances; an older one changes nothing."""
    rows = _locked(session, {(one, Signal.INPUT): at for one, at in newest.items()})
    for (instance_id, _), row in rows.items():
        row.at = max(newest[instance_id], row.at)


def unheard(session: Session, opened: Mapping[str, datetime], *, now: datetime) -> None:
    """Nobody knows whether input was given to these until now: whoever holds their desktops had not reported.

    `opened` is when: the last that is known of a person where no input ever came.
    """
    if not opened:
        return
    for row in _locked(session, {(one, Signal.INPUT): at for one, at in opened.items()}).values():
        row.quiet_since = now


def _idleness(session: Session, policy: Policy, ids: list[str], now: datetime) -> Iterator[tuple[str, Idle]]:
    query = select(Instance, InstanceStatus).join(InstanceStatus).where(Instance.id.in_(ids))
    rows = session.execute(query).all()
    heard = _rows(session, ids)
    held = select(DesktopSession.instance_id, func.min(DesktopSession.seen_at).label("seen_at"))
    held = held.where(DesktopSession.instance_id.in_(ids), DesktopSession.closed_at.is_(None))
    last_report = {row.instance_id: row.seen_at for row in session.execute(held.group_by(DesktopSession.instance_id))}
    for instance, status in rows:
        inside = [_heard(heard.get((instance.id, one)), one, policy) for one in (Signal.LOAD, Signal.LOGINS)]
        given = heard.get((instance.id, Signal.INPUT))
        input_known_at = last_report.get(instance.id, now)
        yield (
            instance.id,
            idle(
                [_input(given, input_known_at, instance.lives_from, now, policy), *inside],
                now=now,
                lives_from=instance.lives_from,
                running=_RUNNING.get(word_for(instance, status), Running.ON_ITS_WAY),
                known_for=known_for(policy),
                stopped_since=status.phase_since,
            ),
        )


def _input(row: Activity | None, known_at: datetime, lives_from: datetime, now: datetime, policy: Policy) -> Heard:
    """Input that was given a little while ago is shown as going on: nobody types all the time."""
    if row is None:
        return Heard(Signal.INPUT, known_at, lives_from)
    quiet_since = max(lives_from, row.at, row.quiet_since or row.at)
    return Heard(Signal.INPUT, known_at, quiet_since, active=now - row.at <= known_for(policy))


def _heard(row: Activity | None, signal: Signal, policy: Policy) -> Heard:
    if row is None or row.known_at is None:
        return Heard(signal)
    active = row.value is None or _tells_of_use(signal, row.value, policy)
    return Heard(signal, row.known_at, row.quiet_since, row.value, active=active)


def _tells_of_use(signal: Signal, value: float, policy: Policy) -> bool:
    return value > (policy.idle.load if signal is Signal.LOAD else 0)


def _take(row: Activity, word: Word, policy: Policy, now: datetime) -> None:
    before, value = _heard(row, word.signal, policy), word.value
    if word.signal is Signal.LOAD:
        over = timedelta(minutes=policy.idle.mean_min)
        value = mean_load(before, value, now=now, known_for=known_for(policy), over=over)
    active = _tells_of_use(word.signal, value, policy)
    after = hear(before, now=now, active=active, known_for=known_for(policy), value=value)
    row.known_at, row.quiet_since, row.value = after.known_at, after.quiet_since, after.value
    if active:
        row.at = max(now, row.at)


def _is_news(row: Activity | None, word: Word, now: datetime, spacing: timedelta) -> bool:
    if row is None or row.known_at is None or abs(now - row.known_at) >= spacing:
        return True
    return word.signal is Signal.LOGINS and row.value != word.value


def _rows(session: Session, ids: Collection[str]) -> dict[tuple[str, Signal], Activity]:
    rows = session.scalars(select(Activity).where(Activity.instance_id.in_(ids)))
    return {(row.instance_id, Signal(row.kind)): row for row in rows}


def _locked(session: Session, told: Mapping[tuple[str, Signal], datetime]) -> dict[tuple[str, Signal], Activity]:
    """Their rows, which nobody else changes until the transaction ends; one that is missing is made, with its `at`."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    keys = sorted(told)
    new = [{"instance_id": one, "kind": signal, "at": told[one, signal]} for one, signal in keys]
    session.execute(insert(Activity).on_conflict_do_nothing(), new)
    query = select(Activity).where(tuple_(Activity.instance_id, Activity.kind).in_(keys))
    locked = query.order_by(Activity.instance_id, Activity.kind).with_for_update(key_share=True)
    rows = session.scalars(locked.execution_options(populate_existing=True))
    return {(row.instance_id, Signal(row.kind)): row for row in rows}


_RUNNING = {Shown.RUNNING: Running.RUNS, Shown.REBOOTING: Running.RUNS, Shown.STOPPED: Running.STOPPED}
