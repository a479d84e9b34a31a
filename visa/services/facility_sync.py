"""Copying the facility's source into the database. A reading that fails changes nothing: the last good state stays."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from visa.domain.facility import FacilityState
from visa.services.mounting import rights_changed
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
    people = _merge(session, FacilityPerson, [_person(one) for one in state.people], now)
    instruments = _merge(session, Instrument, [_without(one, "scientist_ids") for one in state.instruments], now)
    experiments = _merge(session, Experiment, [_without(one, "team_ids") for one in state.experiments], now)
    scientists = {(one.id, person) for one in state.instruments for person in one.scientist_ids}
    members = {
        (one.id, person): "pi" if person == one.pi_id else "member"
        for one in state.experiments
        for person in one.team_ids
    }
    links = _link_scientists(session, scientists)
    memberships = _link_members(session, members)
    rights_changed(
        session,
        experiment_ids=experiments.touched | {experiment_id for experiment_id, _ in memberships},
        facility_person_ids=people.touched,
    )
    merged = (people, instruments, experiments)
    return SyncReport(
        added=sum(one.added for one in merged),
        changed=sum(len(one.changed) for one in merged) + links + len(memberships),
        vanished=sum(len(one.vanished) for one in merged),
    )


def _person(one: Any) -> dict[str, Any]:
    values = asdict(one)
    return values | {"gids": list(one.gids), "roles": list(one.roles)}


def _without(one: Any, field: str) -> dict[str, Any]:
    return {name: value for name, value in asdict(one).items() if name != field}


@dataclass(frozen=True)
class _Merged:
    """What became of the rows of one table: how many were added, and which changed or vanished."""

    added: int
    changed: frozenset[str]
    vanished: frozenset[str]

    @property
    def touched(self) -> frozenset[str]:
        return self.changed | self.vanished


def _merge(session: Session, table: type[Base], wanted: list[dict[str, Any]], now: datetime) -> _Merged:
    """Make one table with a key `id` and a tombstone `gone_at` hold the wanted rows."""
    rows: dict[str, Any] = {row.id: row for row in session.scalars(select(table))}  # type: ignore[attr-defined]
    added, changed = 0, set()
    for values in wanted:
        row = rows.pop(values["id"], None)
        if row is None:
            session.add(table(**values))
            added += 1
        elif any(getattr(row, name) != value for name, value in (values | {"gone_at": None}).items()):
            for name, value in (values | {"gone_at": None}).items():
                setattr(row, name, value)
            changed.add(row.id)
    vanished = [row for row in rows.values() if row.gone_at is None]
    for row in vanished:
        row.gone_at = now
    session.flush()
    return _Merged(added, frozenset(changed), frozenset(row.id for row in vanished))


def _link_scientists(session: Session, wanted: set[tuple[str, str]]) -> int:
    have = {(row.instrument_id, row.facility_person_id) for row in session.scalars(select(InstrumentScientist))}
    for key in have - wanted:
        session.delete(session.get_one(InstrumentScientist, key))
    session.add_all(InstrumentScientist(instrument_id=one, facility_person_id=who) for one, who in wanted - have)
    session.flush()
    return len(have ^ wanted)


def _link_members(session: Session, wanted: dict[tuple[str, str], str]) -> set[tuple[str, str]]:
    have = {(row.experiment_id, row.facility_person_id): row.role for row in session.scalars(select(ExperimentMember))}
    changed = {key for key in have.keys() | wanted.keys() if have.get(key) != wanted.get(key)}
    _forget(session, (key for key in changed if key in have))
    session.add_all(
        ExperimentMember(experiment_id=one, facility_person_id=who, role=wanted[one, who])
        for one, who in changed
        if (one, who) in wanted
    )
    session.flush()
    return changed


def _forget(session: Session, keys: Iterable[tuple[str, str]]) -> None:
    for experiment_id, who in keys:
        session.execute(
            delete(ExperimentMember).where(
                ExperimentMember.experiment_id == experiment_id, ExperimentMember.facility_person_id == who
            )
        )
