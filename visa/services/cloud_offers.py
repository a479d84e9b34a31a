"""What the clouds have, as the scheduler last saw it: the api shows it and never asks a cloud itself.

A cloud that fails changes nothing here, and an empty list of a kind neither: both say nothing about what is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visa.domain.audience import InCloud, State
from visa.domain.resources import Offers
from visa.store.session import alone
from visa.store.tables import CatalogueEntry, CloudOffer, Image

IMAGE, FLAVOUR = "image", "flavour"


def record(session: Session, cloud: str, offers: Offers, *, now: datetime) -> None:
    """Store what one cloud was seen to have. What it had before and has no more is gone since now."""
    alone(session, "cloud_offers")
    for kind, seen in ((IMAGE, _images(offers)), (FLAVOUR, _flavours(offers))):
        if seen:
            _record(session, cloud, kind, seen, now)


def _images(offers: Offers) -> dict[str, dict[str, Any]]:
    return {
        one.ref: {
            "name": one.name,
            "status": "ready" if one.ready else "not_ready",
            "size_bytes": one.size_bytes,
            "min_disk_gib": one.min_disk_gib,
        }
        for one in offers.images
    }


def _flavours(offers: Offers) -> dict[str, dict[str, Any]]:
    return {
        one.ref: {
            "name": one.name,
            "status": "ready",
            "vcpus": one.vcpus,
            "memory_mib": one.memory_mib,
            "disk_gib": one.disk_gib,
        }
        for one in offers.flavours
    }


def _record(session: Session, cloud: str, kind: str, seen: dict[str, dict[str, Any]], now: datetime) -> None:
    known = select(CloudOffer).where(CloudOffer.cloud == cloud, CloudOffer.kind == kind)
    rows = {row.ref: row for row in session.scalars(known)}
    for ref, values in seen.items():
        row = rows.pop(ref, None)
        if row is None:
            session.add(CloudOffer(cloud=cloud, kind=kind, ref=ref, seen_at=now, **values))
            continue
        for name, value in (values | {"seen_at": now, "gone_at": None}).items():
            setattr(row, name, value)
    for row in rows.values():
        row.gone_at = row.gone_at or now


@dataclass(frozen=True)
class Seen:
    """What there is to choose from now, and when it was looked last (None: never)."""

    images: tuple[CloudOffer, ...]
    flavours: tuple[CloudOffer, ...]
    seen_at: datetime | None


def list_here(session: Session) -> Seen:
    """What the clouds have now, by name."""
    here = select(CloudOffer).where(CloudOffer.gone_at.is_(None)).order_by(CloudOffer.name, CloudOffer.ref)
    rows = session.scalars(here).all()
    return Seen(
        images=tuple(row for row in rows if row.kind == IMAGE),
        flavours=tuple(row for row in rows if row.kind == FLAVOUR),
        seen_at=session.scalar(select(func.max(CloudOffer.seen_at))),
    )


def in_cloud(session: Session, entries: Sequence[CatalogueEntry]) -> dict[str, InCloud]:
    """What the clouds have of these entries, all images or all flavours, by the entries' ids."""
    if not entries:
        return {}
    kind = IMAGE if isinstance(entries[0], Image) else FLAVOUR
    rows = session.scalars(select(CloudOffer).where(CloudOffer.kind == kind)).all()
    return {entry.id: _state([row for row in rows if row.cloud == entry.cloud], entry.cloud_name) for entry in entries}


def _state(rows: list[CloudOffer], cloud_name: str) -> InCloud:
    """`rows`: all of the entry's cloud and kind. It may be named by the cloud's reference or by a name."""
    if not rows:
        return InCloud(State.UNKNOWN)
    same = [row for row in rows if cloud_name in {row.ref, row.name}]
    if not same:
        return InCloud(State.VANISHED)
    best = min(same, key=_newest_first)
    if best.gone_at is None:
        return InCloud(State.HERE, name=best.name, ref=best.ref)
    return InCloud(State.VANISHED, since=best.gone_at, name=best.name, ref=best.ref)


def _newest_first(row: CloudOffer) -> tuple[bool, float, str]:
    """What is there before what is gone, what was seen last first."""
    return row.gone_at is not None, -row.seen_at.timestamp(), row.ref
