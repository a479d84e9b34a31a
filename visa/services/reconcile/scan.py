"""Which rows need attention, and taking them. Reads only light columns, so that settled rows cost next to nothing.

Order matters: rows are read, then the cloud is listed, then rows are claimed at the version that was read. So a claim
proves that nobody recorded anything since before the list was taken: the list is at least as new as the facts.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, update
from sqlalchemy.orm import Session

from visa.domain.belief import Tally
from visa.domain.holdings import Holdings
from visa.domain.instance import Doing, WorkspacePhase
from visa.domain.resources import BackupSeen, ServerSeen, SnapshotSeen, Survey, VolumeSeen, workspace_of
from visa.store.tables import Instance, InstanceStatus, Workspace, WorkspaceStatus

INSTANCE = "instance"
WORKSPACE = "workspace"
GONE = "gone"


@dataclass(frozen=True)
class Light:
    """What a scan reads of a row. `due`: its time has come, or what is wanted has changed.

    `expected`: it was made or seen, and nobody has ordered its end, so that a list should show it; `archived`: what a
    list should show is its archive.
    """

    kind: str
    id: str
    version: int
    expected: bool
    fingerprint: str
    due: bool
    used_bytes: int | None = None
    archived: bool = False


@dataclass(frozen=True)
class Listed:
    """One survey, by the ids in the marks; copies by the id of their workspace."""

    servers: dict[str, ServerSeen]
    volumes: dict[str, VolumeSeen]
    snapshots: dict[str, list[SnapshotSeen]] = field(default_factory=dict)
    backups: dict[str, list[BackupSeen]] = field(default_factory=dict)

    def holdings(self, workspace_id: str) -> Holdings:
        """All that is listed of one workspace."""
        return Holdings(
            self.volumes.get(workspace_id),
            tuple(self.snapshots.get(workspace_id, ())),
            tuple(self.backups.get(workspace_id, ())),
        )

    def shows(self, light: Light) -> bool:
        """Whether what should be there of a row is listed: its machine, its volume, or the archive in its place."""
        if light.kind == INSTANCE:
            return light.id in self.servers
        return light.id in (self.backups if light.archived else self.volumes)

    def fingerprint(self, kind: str, row_id: str) -> str:
        """Changes exactly when a settled row has to be looked at again."""
        if kind == WORKSPACE:
            held = self.holdings(row_id)
            volume = f"{held.volume.ref}|{held.volume.state}" if held.volume else ""
            return f"{volume}|{_short(held)}" if held.snapshots or held.backups else volume
        server = self.servers.get(row_id)
        return f"{server.ref}|{server.power}|{server.desktop_ready}|{server.address}" if server else ""


def _short(held: Holdings) -> str:
    """The copies and their states, however many, in few letters."""
    copies = [f"{copy.mark.id} {copy.state}" for copy in held.snapshots]
    copies += [f"{copy.mark.id} {copy.state} archive" for copy in held.backups]
    return hashlib.blake2s("|".join(sorted(copies)).encode(), digest_size=8).hexdigest()


def tally(kind: str, rows: list[Light], listed: Listed) -> Tally:
    """How many of a kind should be listed, and are not."""
    expected = [light for light in rows if light.kind == kind and light.expected]
    return Tally(len(expected), sum(not listed.shows(light) for light in expected))


def listed(survey: Survey, deployment: str) -> Listed:
    """Only what carries this deployment's mark counts."""
    servers = {one.mark.id: one for one in survey.servers if one.mark.deployment == deployment}
    volumes = {one.mark.id: one for one in survey.volumes if one.mark.deployment == deployment}
    snapshots: dict[str, list[SnapshotSeen]] = defaultdict(list)
    backups: dict[str, list[BackupSeen]] = defaultdict(list)
    for snapshot in survey.snapshots:
        if snapshot.mark.deployment == deployment:
            snapshots[workspace_of(snapshot.mark)].append(snapshot)
    for backup in survey.backups:
        if backup.mark.deployment == deployment:
            backups[workspace_of(backup.mark)].append(backup)
    return Listed(servers, volumes, snapshots, backups)


def read(session: Session, cloud: str, now: datetime) -> list[Light]:
    """All rows of one cloud that are not gone."""
    instances = session.execute(_rows(Instance, InstanceStatus).where(_instance_in(cloud))).all()
    workspaces = session.execute(_rows(Workspace, WorkspaceStatus).where(Workspace.cloud == cloud)).all()
    return [_light(INSTANCE, row, now) for row in instances] + [_light(WORKSPACE, row, now) for row in workspaces]


def anything_due(session: Session, cloud: str, now: datetime) -> bool:
    """Whether a pass over this cloud would find a row whose time has come; cheap enough to ask often."""
    for table, intent, key, place in (
        (InstanceStatus, Instance, Instance.id == InstanceStatus.instance_id, _instance_in(cloud)),
        (WorkspaceStatus, Workspace, Workspace.id == WorkspaceStatus.workspace_id, Workspace.cloud == cloud),
    ):
        is_due = or_(table.next_look_at <= now, table.seen_revision != intent.revision)
        free = or_(table.lease_until.is_(None), table.lease_until < now)
        query = select(table.version).join(intent, key).where(table.phase != GONE, is_due, free, place).limit(1)
        if session.scalar(query) is not None:
            return True
    return False


def claim(session: Session, row: Light, *, holder: str, now: datetime, lease_s: float) -> bool:
    """Take the row's lease if nobody recorded anything since it was read, and nobody else holds it."""
    table: Any = InstanceStatus if row.kind == INSTANCE else WorkspaceStatus
    key = InstanceStatus.instance_id if row.kind == INSTANCE else WorkspaceStatus.workspace_id
    free = or_(table.lease_until.is_(None), table.lease_until < now)
    taken = (
        update(table)
        .where(and_(key == row.id, table.version == row.version, free))
        .values(lease_holder=holder, lease_until=now + timedelta(seconds=lease_s), version=table.version + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(session.execute(taken).rowcount)  # type: ignore[attr-defined]


def renew(session: Session, *, holder: str, now: datetime, lease_s: float) -> set[str]:
    """Keep up all leases of `holder`: calls may take longer than a lease lasts. Returns the ids that are still held."""
    held: set[str] = set()
    for table, key in ((InstanceStatus, InstanceStatus.instance_id), (WorkspaceStatus, WorkspaceStatus.workspace_id)):
        kept = update(table).where(table.lease_holder == holder).values(lease_until=now + timedelta(seconds=lease_s))
        held.update(session.scalars(kept.returning(key).execution_options(synchronize_session=False)))
    return held


def _instance_in(cloud: str) -> ColumnElement[bool]:
    """It is where its workspace is. Asked row by row, so that nothing is paid for rows that nothing else selects."""
    return select(Workspace.id).where(Workspace.id == Instance.workspace_id, Workspace.cloud == cloud).exists()


def _rows(intent: Any, status: Any) -> Select[Any]:
    columns = (intent.id, status.version, status.ref, status.doing, status.fingerprint, status.next_look_at)
    more = (status.used_bytes,) if status is WorkspaceStatus else ()
    return (
        select(*columns, status.seen_revision, status.phase, intent.revision, *more)
        .join(status)
        .where(status.phase != GONE)
    )


def _light(kind: str, row: Any, now: datetime) -> Light:
    row_id, version, ref, doing, fingerprint, next_look_at, seen_revision, phase, revision, *more = row
    due = seen_revision != revision or (next_look_at is not None and next_look_at <= now)
    archived = phase == WorkspacePhase.ARCHIVED or (phase == WorkspacePhase.RESTORING and ref is None)
    expected = archived or (ref is not None and doing != Doing.DELETE)
    return Light(kind, row_id, version, expected, fingerprint, due, more[0] if more else None, archived)
