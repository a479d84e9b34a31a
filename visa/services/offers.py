"""What a person can start: images and flavours in the catalogue's order, with what the cloud really enforces."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.domain import quota
from visa.domain.lifecycle import Verdict
from visa.domain.resources import Enforcement
from visa.services.actors import Actor, allowance
from visa.services.instances import count_live
from visa.settings import Policy
from visa.store.tables import Flavour, Image, JobReport

CLOUD_JOB = "cloud"  # the scheduler's report of what the cloud enforces: the api never asks the cloud itself
UNKNOWN = Enforcement(memory=False, cpu=False, note="What the cloud enforces is not known yet.")


@dataclass(frozen=True)
class FlavourOffer:
    """One flavour, which of its limits hold, and whether the person could start one now."""

    flavour: Flavour
    enforcement: Enforcement
    available: Verdict


def list_images(session: Session, *, after: tuple[int, str] | None, limit: int) -> list[Image]:
    """Images that can be started, from just after the one at position and id `after`."""
    query = select(Image).where(Image.retired_at.is_(None))
    if after:
        position, last_id = after
        query = query.where((Image.position > position) | ((Image.position == position) & (Image.id > last_id)))
    return list(session.scalars(query.order_by(Image.position, Image.id).limit(limit)))


def list_flavours(
    session: Session, actor: Actor, *, policy: Policy, after: tuple[int, str] | None, limit: int
) -> list[FlavourOffer]:
    """Flavours that can be started, from just after the one at position and id `after`."""
    query = select(Flavour).where(Flavour.retired_at.is_(None))
    if after:
        position, last_id = after
        query = query.where((Flavour.position > position) | ((Flavour.position == position) & (Flavour.id > last_id)))
    used = count_live(session, actor.person_id)
    verdict = quota.may_create(used=used, limit=allowance(policy, actor.standing).instances)
    rows = session.scalars(query.order_by(Flavour.position, Flavour.id).limit(limit)).all()
    enforcement = {cloud: _enforcement(session, cloud) for cloud in {row.cloud for row in rows}}
    return [FlavourOffer(row, enforcement[row.cloud], verdict) for row in rows]


def _enforcement(session: Session, cloud: str) -> Enforcement:
    said = select(JobReport.report).where(JobReport.job == CLOUD_JOB, JobReport.cloud == cloud, JobReport.ok.is_(True))
    report = session.scalar(said.order_by(JobReport.id.desc()).limit(1))
    return Enforcement(**report) if report else UNKNOWN
