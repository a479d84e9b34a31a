"""What admins do with images and flavours: create, edit, retire, bring back. Nothing is ever deleted.

Whoever is no admin is told that there is nothing here. What an admin touched follows the catalogue file no more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visa.domain.access import Role
from visa.domain.audience import InCloud
from visa.domain.instance import Phase
from visa.errors import Conflict, Invalid, NotFound
from visa.services import cloud_offers
from visa.services.actors import Actor
from visa.services.desk import Desk
from visa.services.journal import record
from visa.store.session import alone, lock
from visa.store.tables import CatalogueEntry, Flavour, Image, Instance, InstanceStatus

Table = type[CatalogueEntry]

FILE, ADMIN = "file", "admin"
_WORDS: Mapping[type, str] = {Image: "image", Flavour: "flavour"}


@dataclass(frozen=True)
class EntryView:
    """One entry for admins. `in_use`: how many instances that are not gone were made from it."""

    entry: CatalogueEntry
    in_cloud: InCloud
    in_use: int


def require_admin(actor: Actor) -> None:
    """Raises `NotFound` for everybody else: they may not know."""
    if Role.ADMIN not in actor.roles:
        raise NotFound("There is no such thing.")


def list_all(
    session: Session,
    actor: Actor,
    table: Table,
    *,
    include_retired: bool,
    after: tuple[int, str] | None,
    limit: int,
) -> list[EntryView]:
    """Entries in the catalogue's order, from just after the one at position and id `after`. For admins."""
    require_admin(actor)
    query = select(table)
    if not include_retired:
        query = query.where(table.retired_at.is_(None))
    if after:
        position, last_id = after
        query = query.where((table.position > position) | ((table.position == position) & (table.id > last_id)))
    return _views(session, table, list(session.scalars(query.order_by(table.position, table.id).limit(limit))))


def get(session: Session, actor: Actor, table: Table, entry_id: str) -> EntryView:
    """One entry, retired or not. For admins. Raises `NotFound`."""
    (view,) = _views(session, table, [find(session, actor, table, entry_id)])
    return view


def find(session: Session, actor: Actor, table: Table, entry_id: str, *, for_change: bool = False) -> CatalogueEntry:
    """The row, locked `for_change`. For admins. Raises `NotFound`."""
    require_admin(actor)
    entry = lock(session, table, entry_id) if for_change else session.get(table, entry_id)
    if entry is None:
        raise NotFound(f"There is no such {_WORDS[table]}.")
    return entry


def create(session: Session, desk: Desk, table: Table, values: Mapping[str, Any]) -> CatalogueEntry:
    """A new entry, at the end unless `position` says where. Raises `Conflict` when the id is taken, `Invalid`."""
    require_admin(desk.actor)
    alone(session, "catalogue")
    if session.get(table, values["id"]) is not None:
        raise Conflict(f"There is a {_WORDS[table]} {values['id']} already, perhaps a retired one.", code="id_taken")
    said = dict(values)
    said["cloud"] = said.get("cloud") or next(iter(desk.workspace_gib))
    if said["cloud"] not in desk.workspace_gib:
        raise Invalid(f"There is no cloud {said['cloud']}.", field="cloud", code="unknown_cloud")
    if said.get("position") is None:
        said["position"] = (session.scalar(select(func.max(table.position))) or 0) + 1
    entry = table(**said, origin=ADMIN, revision=1, updated_at=desk.now, retired_at=None)
    session.add(entry)
    _note(session, desk, entry, "created", f"Created the {_WORDS[table]} “{entry.name}” ({entry.id}).")
    return entry


def edit(session: Session, desk: Desk, table: Table, entry_id: str, changes: Mapping[str, Any]) -> CatalogueEntry:
    """Change what is named; nothing happens when all of it is so already."""
    entry = find(session, desk.actor, table, entry_id, for_change=True)
    different = {name: value for name, value in changes.items() if getattr(entry, name) != value}
    if different:
        told = "; ".join(f"{name}: {_told(getattr(entry, name))} → {_told(value)}" for name, value in different.items())
        for name, value in different.items():
            setattr(entry, name, value)
        _change(session, desk, entry, "edited", f"Changed the {_WORDS[table]} “{entry.name}” ({entry.id}): {told}.")
    return entry


def retire(session: Session, desk: Desk, table: Table, entry_id: str) -> CatalogueEntry:
    """Offer it no more. Instances that were made from it go on; nothing happens when it is retired already."""
    entry = find(session, desk.actor, table, entry_id, for_change=True)
    if entry.retired_at is None:
        entry.retired_at = desk.now
        _change(session, desk, entry, "retired", f"Retired the {_WORDS[table]} “{entry.name}” ({entry.id}).")
    return entry


def bring_back(session: Session, desk: Desk, table: Table, entry_id: str) -> CatalogueEntry:
    """Offer it again; nothing happens when it is offered."""
    entry = find(session, desk.actor, table, entry_id, for_change=True)
    if entry.retired_at is not None:
        entry.retired_at = None
        _change(session, desk, entry, "brought_back", f"Brought the {_WORDS[table]} “{entry.name}” ({entry.id}) back.")
    return entry


def _change(session: Session, desk: Desk, entry: CatalogueEntry, kind: str, message: str) -> None:
    entry.origin, entry.updated_at = ADMIN, desk.now
    entry.revision += 1
    _note(session, desk, entry, kind, message)


def _note(session: Session, desk: Desk, entry: CatalogueEntry, kind: str, message: str) -> None:
    record(session, f"{_WORDS[type(entry)]}.{kind}", message, at=desk.now, by=desk.by)


def _told(value: object) -> str:
    """A value in an event: nothing is a dash."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return str(value) if value not in (None, "", {}) else "–"


def _views(session: Session, table: Table, entries: list[CatalogueEntry]) -> list[EntryView]:
    column = Instance.image_id if table is Image else Instance.flavour_id
    live = select(column, func.count()).join(InstanceStatus).where(InstanceStatus.phase != Phase.GONE)
    ids = [entry.id for entry in entries]
    counted = session.execute(live.where(column.in_(ids)).group_by(column)).all()
    used = {str(entry_id): int(count) for entry_id, count in counted}
    there = cloud_offers.in_cloud(session, entries)
    return [EntryView(entry, there[entry.id], used.get(entry.id, 0)) for entry in entries]
