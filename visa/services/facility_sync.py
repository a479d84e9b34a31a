"""Copying the facility's source into the database. A reading that fails changes nothing: the last good state stays."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from visa.domain.facility import FacilityState
from visa.store.base import Base
from visa.store.session import alone
from visa.store.tables import Experiment, ExperimentMember, FacilityPerson, Instrument, InstrumentScientist


@dataclass(frozen=True)
class SyncReport:
    """How many rows were added, changed, or vanished from the source."""

    added: int
    changed: int
    vanished: int


def sync(session: Session, state: FacilityState, *, now: datetime) -> SyncReport:
    """Make the tables show `state`, in the caller's transaction. What vanished is marked and no longer gives rights."""
    alone(session, "facility")  # every scheduler reads the source, and two would add the same rows
    counts = [
        _merge(session, FacilityPerson, [_person(one) for one in state.people], now),
        _merge(session, Instrument, [_without(one, "scientist_ids") for one in state.instruments], now),
        _merge(session, Experiment, [_without(one, "team_ids") for one in state.experiments], now),
    ]
    scientists = {(one.id, person) for one in state.instruments for person in one.scientist_ids}
    members = {
        (one.id, person): "pi" if person == one.pi_id else "member"
        for one in state.experiments
        for person in one.team_ids
    }
    links = _link_scientists(session, scientists) + _link_members(session, members)
    return SyncReport(
        added=sum(added for added, _, _ in counts),
        changed=sum(changed for _, changed, _ in counts) + links,
        vanished=sum(vanished for _, _, vanished in counts),
    )


def _person(one: Any) -> dict[str, Any]:
    values = asdict(one)
    return values | {"gids": list(one.gids), "roles": list(one.roles)}


def _without(one: Any, field: str) -> dict[str, Any]:
    return {name: value for name, value in asdict(one).items() if name != field}


def _merge(session: Session, table: type[Base], wanted: list[dict[str, Any]], now: datetime) -> tuple[int, int, int]:
    """Added, changed and vanished rows of one table with a key `id` and a tombstone `gone_at`."""
    rows: dict[str, Any] = {row.id: row for row in session.scalars(select(table))}  # type: ignore[attr-defined]
    added = changed = 0
    for values in wanted:
        row = rows.pop(values["id"], None)
        if row is None:
            session.add(table(**values))
            added += 1
        elif any(getattr(row, name) != value for name, value in (values | {"gone_at": None}).items()):
            for name, value in (values | {"gone_at": None}).items():
                setattr(row, name, value)
            changed += 1
    vanished = [row for row in rows.values() if row.gone_at is None]
    for row in vanished:
        row.gone_at = now
    session.flush()
    return added, changed, len(vanished)


def _link_scientists(session: Session, wanted: set[tuple[str, str]]) -> int:
    have = {(row.instrument_id, row.facility_person_id) for row in session.scalars(select(InstrumentScientist))}
    for key in have - wanted:
        session.delete(session.get_one(InstrumentScientist, key))
    session.add_all(InstrumentScientist(instrument_id=one, facility_person_id=who) for one, who in wanted - have)
    session.flush()
    return len(have ^ wanted)


def _link_members(session: Session, wanted: dict[tuple[str, str], str]) -> int:
    have = {(row.experiment_id, row.facility_person_id): row.role for row in session.scalars(select(ExperimentMember))}
    changed = {key for key in have.keys() | wanted.keys() if have.get(key) != wanted.get(key)}
    _forget(session, (key for key in changed if key in have))
    session.add_all(
        ExperimentMember(experiment_id=one, facility_person_id=who, role=wanted[one, who])
        for one, who in changed
        if (one, who) in wanted
    )
    session.flush()
    return len(changed)


def _forget(session: Session, keys: Iterable[tuple[str, str]]) -> None:
    for experiment_id, who in keys:
        session.execute(
            delete(ExperimentMember).where(
                ExperimentMember.experiment_id == experiment_id, ExperimentMember.facility_person_id == who
            )
        )
