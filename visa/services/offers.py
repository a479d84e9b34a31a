"""What a person can start: images and flavours in the catalogue's order, with what the cloud really enforces."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar, assert_never

from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.domain.audience import is_for
from visa.domain.lifecycle import Verdict
from visa.domain.line import Wish
from visa.domain.quota import Fits, Never, NotNow, OwnLimit
from visa.domain.resources import Enforcement
from visa.services import allowances, cloud_offers, lines
from visa.services.actors import Actor, seeker
from visa.services.desk import Desk
from visa.services.lines import Outlook
from visa.services.mounting import granted
from visa.store.tables import Experiment, Flavour, Image, JobReport

Offered = TypeVar("Offered", Image, Flavour)

CLOUD_JOB = "cloud"  # the scheduler's report of what the cloud enforces: the api never asks the cloud itself
UNKNOWN = Enforcement(memory=False, cpu=False, note="What the cloud enforces is not known yet.")


@dataclass(frozen=True)
class ImageOffer:
    """One image, and whether the person could start it now."""

    image: Image
    available: Verdict


class When(StrEnum):
    """When a machine of some size could start: now, after waiting in a line, once the person made room, or never."""

    NOW = "now"
    WAITS = "waits"
    OWN_LIMIT = "own_limit"
    NEVER = "never"


@dataclass(frozen=True)
class Available:
    """Why it is not now; `place` in a line of `of` is set where one would wait."""

    when: When
    reason: str | None = None
    place: int | None = None
    of: int | None = None


@dataclass(frozen=True)
class FlavourOffer:
    """One flavour, which of its limits hold, and whether and when the person could start one."""

    flavour: Flavour
    enforcement: Enforcement
    available: Available


def list_images(session: Session, actor: Actor, *, after: tuple[int, str] | None, limit: int) -> list[ImageOffer]:
    """Images for this person, from just after the one at position and id `after`."""
    rows = _for(session, actor, Image, after=after, limit=limit)
    there = cloud_offers.in_cloud(session, rows)
    return [ImageOffer(row, there[row.id].startable) for row in rows]


def list_flavours(
    session: Session, desk: Desk, *, experiment_ids: tuple[str, ...] = (), after: tuple[int, str] | None, limit: int
) -> list[FlavourOffer]:
    """Flavours for this person, from just after the one at position and id `after`.

    `experiment_ids`: what the machine would be for; their limits count too, as far as the person may use them.
    """
    actor, policy, now = desk.actor, desk.policy, desk.now
    rows = _for(session, actor, Flavour, after=after, limit=limit)
    there = cloud_offers.in_cloud(session, rows)
    clouds = sorted({row.cloud for row in rows})
    usable = tuple(sorted(one for one in set(experiment_ids) if _may_use(session, actor, one, now)))
    asked = {row.id: Wish("", actor.person_id, now, allowances.amount_of(row), usable) for row in rows}
    scenes = {cloud: lines.scene(session, policy, cloud, now, new=[*asked.values()]) for cloud in clouds}
    having = allowances.mine(session, actor.person_id)
    own = allowances.own_bound(actor.person_id, allowances.own_limits(policy, actor.standing), having)
    enforcement = {cloud: _enforcement(session, cloud) for cloud in clouds}
    return [
        FlavourOffer(
            row,
            enforcement[row.cloud],
            _available(there[row.id].startable, scenes[row.cloud].outlook(asked[row.id], own, having)),
        )
        for row in rows
    ]


def _available(cloud_says: Verdict, outlook: Outlook) -> Available:
    """The cloud's reason comes first: making room in the quota would not help."""
    if not cloud_says.allowed:
        return Available(When.NEVER, cloud_says.reason)
    match outlook.ruling:
        case Fits():
            return Available(When.NOW)
        case NotNow(reason=reason):
            return Available(When.WAITS, reason, outlook.place, outlook.of)
        case OwnLimit(reason=reason):
            return Available(When.OWN_LIMIT, reason)
        case Never(reason=reason):
            return Available(When.NEVER, reason)
        case _ as never:
            assert_never(never)


def _may_use(session: Session, actor: Actor, experiment_id: str, now: datetime) -> bool:
    experiment = session.get(Experiment, experiment_id)
    return experiment is not None and granted(session, actor, experiment, now).raw is not None


def _for(
    session: Session, actor: Actor, table: type[Offered], *, after: tuple[int, str] | None, limit: int
) -> list[Offered]:
    """Audiences are judged by the domain's rule and not in SQL: a catalogue has tens of entries, not thousands."""
    query = select(table).where(table.retired_at.is_(None))
    if after:
        position, last_id = after
        query = query.where((table.position > position) | ((table.position == position) & (table.id > last_id)))
    who = seeker(session, actor)
    rows = session.scalars(query.order_by(table.position, table.id))
    return [row for row in rows if is_for(row.audience, who)][:limit]


def _enforcement(session: Session, cloud: str) -> Enforcement:
    said = select(JobReport.report).where(JobReport.job == CLOUD_JOB, JobReport.cloud == cloud, JobReport.ok.is_(True))
    report = session.scalar(said.order_by(JobReport.id.desc()).limit(1))
    return Enforcement(**report) if report else UNKNOWN
