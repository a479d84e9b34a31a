"""Looking for resources of ours that no row accounts for, remembering them, and curing what may be cured.

One cloud at a time: rows of another cloud account for nothing here, and nothing is concluded about what they stand for.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.domain.belief import Belief, belief
from visa.domain.instance import Phase, WorkspacePhase
from visa.domain.leaks import Cure, Kind, Known, Leak, Rules, cure, endable, leaks, suspicious
from visa.domain.resources import Mark, ServerSeen, Survey
from visa.errors import CloudError
from visa.ports.cloud import Cloud
from visa.services.reconcile import scan
from visa.services.reconcile.loop import Work
from visa.store.session import alone
from visa.store.tables import Instance, InstanceStatus, LeakSeen, Workspace, WorkspaceStatus

log = structlog.get_logger(__name__)

LEAKS_JOB = "leaks"
DATA = frozenset({Kind.VOLUME, Kind.SNAPSHOT, Kind.BACKUP})
"""What holds people's data, and is left to people."""


@dataclass(frozen=True)
class LeakReport:
    """One look: what has no row, by kind, and what was done. `alert` is a sentence that somebody should read."""

    servers: int = 0
    volumes: int = 0
    ports: int = 0
    cured: int = 0
    alert: str = ""
    snapshots: int = 0
    backups: int = 0


def look(work: Work, rules: Rules) -> LeakReport:
    """One look at one cloud. Raises `CloudError` when it cannot be listed: nothing is known then."""
    survey, ports = work.cloud.survey(), work.cloud.ports()
    survey = _ours(survey, work.deployment)
    now = work.clock.now()
    with work.sessions.write() as session:
        alone(session, LEAKS_JOB)
        rows = scan.read(session, work.cloud_name, now)  # after the list: a row is there before what it stands for
        if alert := _not_believed(rows, survey, work):
            return LeakReport(alert=alert)
        found = leaks(survey, ports, _known(session, work.cloud_name))
        counts = {kind: sum(leak.kind is kind for leak in found) for kind in Kind}
        if suspicious(found, survey, rules.max_share):
            alert = (
                f"{counts[Kind.SERVER]} of {len(survey.servers)} machines and {counts[Kind.VOLUME]} of "
                f"{len(survey.volumes)} volumes have no row. Is this the right database? Nothing is done about them."
            )
            log.error("too many leaks to be true", alert=alert)
            return LeakReport(counts[Kind.SERVER], counts[Kind.VOLUME], counts[Kind.PORT], alert=alert)
        lasting = _remember(session, found, work)
    servers = endable(survey)
    orders = [(leak, cure(leak, servers.get(leak.ref), first, now, rules)) for leak, first in lasting]
    cured = sum(_carry_out(work, leak, order, servers.get(leak.ref)) for leak, order in orders)
    quarantined = sum(leak.kind in DATA and now - first >= rules.quiet for leak, first in lasting)
    alert = f"{quarantined} volumes, snapshots or backups belong to no workspace: see `visa leaks`."
    return LeakReport(
        servers=counts[Kind.SERVER],
        volumes=counts[Kind.VOLUME],
        ports=counts[Kind.PORT],
        cured=cured,
        alert=alert if quarantined else "",
        snapshots=counts[Kind.SNAPSHOT],
        backups=counts[Kind.BACKUP],
    )


def list_all(session: Session) -> list[LeakSeen]:
    """The leaks that were seen last time, those that have lasted longest first."""
    return list(session.scalars(select(LeakSeen).order_by(LeakSeen.first_seen_at, LeakSeen.cloud, LeakSeen.ref)))


def _ours(survey: Survey, deployment: str) -> Survey:
    """An adapter lists nothing else; should one ever, it is not ours to touch."""

    def ours(mark: Mark, kind: Kind) -> bool:
        return mark.deployment == deployment and mark.kind == kind

    return Survey(
        tuple(one for one in survey.servers if ours(one.mark, Kind.SERVER)),
        tuple(one for one in survey.volumes if ours(one.mark, Kind.VOLUME)),
        tuple(one for one in survey.snapshots if ours(one.mark, Kind.SNAPSHOT)),
        tuple(one for one in survey.backups if ours(one.mark, Kind.BACKUP)),
    )


def _not_believed(rows: list[scan.Light], survey: Survey, work: Work) -> str:
    """A list that lacks what should be there is no ground to call anything else a leak."""
    listed = scan.listed(survey, work.deployment)
    machines, volumes = scan.tally(scan.INSTANCE, rows, listed), scan.tally(scan.WORKSPACE, rows, listed)
    if belief(machines, volumes, max_missing_share=work.max_missing_share) is Belief.FULL:
        return ""
    return f"The cloud's list lacks {machines.missing} machines and {volumes.missing} volumes: no leaks are looked for."


def _known(session: Session, cloud: str) -> Known:
    live = select(InstanceStatus.instance_id, InstanceStatus.ref, Workspace.cloud).select_from(InstanceStatus)
    rows = session.execute(live.join(Instance).join(Workspace).where(InstanceStatus.phase != Phase.GONE)).all()
    kept = select(WorkspaceStatus.workspace_id).join(Workspace).where(Workspace.cloud == cloud)
    return Known(
        machines={row.instance_id: row.ref for row in rows if row.cloud == cloud},
        workspaces=frozenset(session.scalars(kept.where(WorkspaceStatus.phase != WorkspacePhase.GONE))),
        elsewhere=frozenset(row.instance_id for row in rows if row.cloud != cloud),
    )


def _remember(session: Session, found: tuple[Leak, ...], work: Work) -> list[tuple[Leak, datetime]]:
    """Store what is seen now, forget what is not any more; returns each leak with when it was first seen."""
    now = work.clock.now()
    here = select(LeakSeen).where(LeakSeen.cloud == work.cloud_name)
    before = {(row.kind, row.ref): row for row in session.scalars(here)}
    lasting: list[tuple[Leak, datetime]] = []
    for leak in found:
        row = before.pop((leak.kind, leak.ref), None)
        if row is None:
            row = LeakSeen(cloud=work.cloud_name, kind=leak.kind, ref=leak.ref, owner=leak.owner, cure="")
            row.first_seen_at = now
            session.add(row)
            log.error("leak", cloud=work.cloud_name, kind=leak.kind, ref=leak.ref, owner=leak.owner)
        row.seen_at = now
        lasting.append((leak, row.first_seen_at))
    for row in before.values():
        session.delete(row)
    return lasting


def _carry_out(work: Work, leak: Leak, order: Cure, server: ServerSeen | None) -> bool:
    """One call. A cloud that does not accept it is asked again at the next look."""
    if order is Cure.LEAVE:
        return False
    try:
        _call(work.cloud, leak, order, server)
    except CloudError as error:
        log.warning("leak not cured", kind=leak.kind, ref=leak.ref, cure=order, detail=error.detail)
        return False
    log.warning("leak cured", kind=leak.kind, ref=leak.ref, owner=leak.owner, cure=order)
    with work.sessions.write() as session:
        row = session.get(LeakSeen, (work.cloud_name, leak.kind, leak.ref))
        if row is not None:
            row.cure = order
    return True


def _call(cloud: Cloud, leak: Leak, order: Cure, server: ServerSeen | None) -> None:
    match order:
        case Cure.STOP:
            cloud.stop_server(leak.ref)
        case Cure.DETACH:
            for volume_ref in server.volume_refs if server else ():
                cloud.detach_volume(leak.ref, volume_ref)
        case Cure.DELETE if leak.kind is Kind.PORT:
            cloud.delete_port(leak.ref)
        case Cure.DELETE:
            cloud.delete_server(leak.ref)
        case Cure.LEAVE:
            return
        case _ as never:
            assert_never(never)
