"""Which experiments a person sees: members theirs, everybody those that are open. The rest does not exist for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from visa.domain.mounts import NOTHING, Rights, is_open, rights
from visa.errors import NotFound
from visa.services.actors import Actor
from visa.store.tables import Experiment, ExperimentMember, FacilityPerson, Instrument


class Scope(StrEnum):
    """Which experiments a list shows."""

    MINE = "mine"
    OPEN = "open"


@dataclass(frozen=True)
class TeamMember:
    name: str
    role: str


@dataclass(frozen=True)
class ExperimentView:
    """One experiment for one person. `team` is None for who is not in it; `my_role` is "pi", "member" or None."""

    experiment: Experiment
    instrument_name: str
    pi_name: str
    open: bool
    my_role: str | None
    rights: Rights
    team: tuple[TeamMember, ...] | None


def list_visible(
    session: Session,
    actor: Actor,
    scope: Scope,
    *,
    now: datetime,
    q: str,
    instrument_id: str | None,
    after: tuple[date, str] | None,
    limit: int,
) -> list[ExperimentView]:
    """Experiments, newest first, from just after the one at `after`. `q` is looked for in ids, proposals and titles."""
    query = _in_scope(actor, scope, now.date()).where(Experiment.gone_at.is_(None))
    if q:
        columns = (Experiment.id, Experiment.proposal, Experiment.title)
        query = query.where(or_(*(column.icontains(q, autoescape=True) for column in columns)))
    if instrument_id is not None:
        query = query.where(Experiment.instrument_id == instrument_id)
    if after:
        starts_on, last_id = after
        query = query.where(
            (Experiment.starts_on < starts_on) | ((Experiment.starts_on == starts_on) & (Experiment.id < last_id))
        )
    newest_first = query.order_by(Experiment.starts_on.desc(), Experiment.id.desc()).limit(limit)
    return _views(session, actor, session.scalars(newest_first).all(), now.date())


def get_visible(session: Session, actor: Actor, experiment_id: str, *, now: datetime) -> ExperimentView:
    """One experiment. Raises `NotFound` for those that the person may not know of."""
    experiment = session.get(Experiment, experiment_id)
    views = _views(session, actor, [experiment] if experiment and experiment.gone_at is None else [], now.date())
    if not views or views[0].rights == NOTHING:
        raise NotFound("There is no such experiment, or you have no access to it.")
    return views[0]


def list_instruments(session: Session, *, after: tuple[str, str] | None, limit: int) -> list[Instrument]:
    """Instruments by name, from just after the one with the name and id `after`."""
    query = select(Instrument).where(Instrument.gone_at.is_(None))
    if after:
        name, last_id = after
        query = query.where((Instrument.name > name) | ((Instrument.name == name) & (Instrument.id > last_id)))
    return list(session.scalars(query.order_by(Instrument.name, Instrument.id).limit(limit)))


def _in_scope(actor: Actor, scope: Scope, today: date) -> Select[Experiment]:
    match scope:
        case Scope.MINE:
            mine = ExperimentMember.facility_person_id == actor.facility_person_id
            return select(Experiment).join(ExperimentMember).where(mine)
        case Scope.OPEN:
            # The same rule as `visa.domain.mounts.is_open`, said to the database.
            return select(Experiment).where(Experiment.proprietary.is_(False), Experiment.public_at <= today)


def _views(session: Session, actor: Actor, experiments: Iterable[Experiment], today: date) -> list[ExperimentView]:
    experiments = list(experiments)
    instruments = _names(session, Instrument, {one.instrument_id for one in experiments})
    pis = _names(session, FacilityPerson, {one.pi_id for one in experiments})
    roles = _my_roles(session, actor, [one.id for one in experiments])
    teams = _teams(session, list(roles))
    return [
        ExperimentView(
            experiment=one,
            instrument_name=instruments[one.instrument_id],
            pi_name=pis[one.pi_id],
            open=is_open(public_at=one.public_at, proprietary=one.proprietary, today=today),
            my_role=roles.get(one.id),
            rights=rights(member=one.id in roles, public_at=one.public_at, proprietary=one.proprietary, today=today),
            team=tuple(teams[one.id]) if one.id in roles else None,
        )
        for one in experiments
    ]


def _names(session: Session, table: type[Instrument] | type[FacilityPerson], ids: set[str]) -> dict[str, str]:
    rows = session.execute(select(table.id, table.name).where(table.id.in_(ids))).all()
    return {row.id: row.name for row in rows}


def _my_roles(session: Session, actor: Actor, experiment_ids: list[str]) -> dict[str, str]:
    if actor.facility_person_id is None:
        return {}
    mine = select(ExperimentMember).where(
        ExperimentMember.facility_person_id == actor.facility_person_id,
        ExperimentMember.experiment_id.in_(experiment_ids),
    )
    return {member.experiment_id: member.role for member in session.scalars(mine)}


def _teams(session: Session, experiment_ids: list[str]) -> dict[str, list[TeamMember]]:
    """The principal investigator first, then the others by name."""
    teams: dict[str, list[TeamMember]] = {experiment_id: [] for experiment_id in experiment_ids}
    members = (
        select(ExperimentMember.experiment_id, ExperimentMember.role, FacilityPerson.name)
        .join(FacilityPerson, FacilityPerson.id == ExperimentMember.facility_person_id)
        .where(ExperimentMember.experiment_id.in_(experiment_ids))
        .order_by(ExperimentMember.role.desc(), FacilityPerson.name)
    )
    for row in session.execute(members):
        teams[row.experiment_id].append(TeamMember(row.name, row.role))
    return teams
