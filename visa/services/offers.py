"""What a person can start: images and flavours in the catalogue's order, with what the cloud really enforces."""

from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.domain import quota
from visa.domain.audience import is_for
from visa.domain.lifecycle import Verdict
from visa.domain.resources import Enforcement
from visa.services import cloud_offers
from visa.services.actors import Actor, allowance, seeker
from visa.services.instances import count_live
from visa.settings import Policy
from visa.store.tables import Flavour, Image, JobReport

Offered = TypeVar("Offered", Image, Flavour)

CLOUD_JOB = "cloud"  # the scheduler's report of what the cloud enforces: the api never asks the cloud itself
UNKNOWN = Enforcement(memory=False, cpu=False, note="What the cloud enforces is not known yet.")


@dataclass(frozen=True)
class ImageOffer:
    """One image, and whether the person could start it now."""

    image: Image
    available: Verdict


@dataclass(frozen=True)
class FlavourOffer:
    """One flavour, which of its limits hold, and whether the person could start one now."""

    flavour: Flavour
    enforcement: Enforcement
    available: Verdict


def list_images(session: Session, actor: Actor, *, after: tuple[int, str] | None, limit: int) -> list[ImageOffer]:
    """Images for this person, from just after the one at position and id `after`."""
    rows = _for(session, actor, Image, after=after, limit=limit)
    there = cloud_offers.in_cloud(session, rows)
    return [ImageOffer(row, there[row.id].startable) for row in rows]


def list_flavours(
    session: Session, actor: Actor, *, policy: Policy, after: tuple[int, str] | None, limit: int
) -> list[FlavourOffer]:
    """Flavours for this person, from just after the one at position and id `after`."""
    rows = _for(session, actor, Flavour, after=after, limit=limit)
    used = count_live(session, actor.person_id)
    quota_says = quota.may_create(used=used, limit=allowance(policy, actor.standing).instances)
    there = cloud_offers.in_cloud(session, rows)
    enforcement = {cloud: _enforcement(session, cloud) for cloud in {row.cloud for row in rows}}
    return [FlavourOffer(row, enforcement[row.cloud], _both(there[row.id].startable, quota_says)) for row in rows]


def _both(cloud_says: Verdict, quota_says: Verdict) -> Verdict:
    """The cloud's reason comes first: making room in the quota would not help."""
    return quota_says if cloud_says.allowed else cloud_says


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
