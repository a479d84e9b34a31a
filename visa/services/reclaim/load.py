"""Reading what the fate of many instances or workspaces depends on, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visa.domain.deferral import During, Hindrances, Off, Until
from visa.domain.fate import Told
from visa.domain.instance import Kept, Phase, Wanted, WorkspacePhase
from visa.domain.reclaim import Moment
from visa.services.actors import allowance
from visa.services.idleness import idleness
from visa.services.reclaim import notices, requests
from visa.services.reclaim.cases import InstanceCase, WorkspaceCase, stay
from visa.services.reclaim.terms import beamtime
from visa.services.standings import standings
from visa.services.wake import Subject
from visa.settings import Policy
from visa.store.tables import (
    Experiment,
    ExtensionRequest,
    Flavour,
    Hold,
    Image,
    Instance,
    InstanceExperiment,
    InstanceStatus,
    Reclaim,
    ReclaimStop,
    Workspace,
    WorkspaceStatus,
)

_FOR_EVER = datetime.max.replace(tzinfo=UTC)


def instance_cases(session: Session, policy: Policy, ids: Collection[str], now: datetime) -> list[InstanceCase]:
    """Those of these instances that can still be taken; the others are left out."""
    rows = select(Instance, Workspace, Image, Flavour).join(InstanceStatus).join(Image).join(Flavour)
    rows = rows.join(Workspace, Workspace.id == Instance.workspace_id)
    rows = rows.where(Instance.id.in_(ids), Instance.wanted != Wanted.GONE, InstanceStatus.phase != Phase.GONE)
    found = session.execute(rows.order_by(Instance.id)).all()
    here = [instance.id for instance, *_ in found]
    who = standings(session, {instance.owner_id for instance, *_ in found}, now)
    idle = idleness(session, policy, here, now)
    over = _over_since(session, here)
    told = notices.told(session, Subject.INSTANCE, here)
    holds = _holds(session, [*here, *(workspace.id for _, workspace, *_ in found)])
    asked = _requests(session, policy, here)
    running = _experiments(session, policy, here)
    shared = _stops(session)
    return [
        InstanceCase(
            instance,
            workspace,
            allowance(policy, who[instance.owner_id], image, flavour),
            idle.get(instance.id),
            over.get(instance.id),
            told[instance.id],
            Hindrances(
                (*shared, *holds[instance.id], *holds[workspace.id], *asked[instance.id]),
                running[instance.id],
                policy.windows.next_open,
                policy.windows.why_closed,
            ),
        )
        for instance, workspace, image, flavour in found
    ]


def workspace_cases(session: Session, policy: Policy, ids: Collection[str], moment: Moment) -> list[WorkspaceCase]:
    """Those of these workspaces that are not to be deleted."""
    rows = select(Workspace, WorkspaceStatus.phase, Reclaim).join(WorkspaceStatus)
    rows = rows.outerjoin(Reclaim, (Reclaim.subject == Subject.WORKSPACE) & (Reclaim.subject_id == Workspace.id))
    found = session.execute(
        rows.where(Workspace.id.in_(ids), Workspace.wanted != Kept.GONE, WorkspaceStatus.phase != WorkspacePhase.GONE)
        .order_by(Workspace.id)
        .execution_options(populate_existing=True)
    ).all()
    here = [workspace.id for workspace, *_ in found]
    told, holds, shared = notices.told(session, Subject.WORKSPACE, here), _holds(session, here), _stops(session)
    uses = _uses(session, here)
    return [
        WorkspaceCase(
            workspace,
            WorkspacePhase(phase),
            use.since if (use := uses.get(workspace.id)) else None,
            use.newest if use and not use.left else None,
            stay(workspace, row, moment),
            told[workspace.id],
            Hindrances(
                (*shared, *holds[workspace.id], *_promised(policy, told[workspace.id])),
                (),
                policy.windows.next_open,
                policy.windows.why_closed,
            ),
        )
        for workspace, phase, row in found
    ]


def _over_since(session: Session, ids: Sequence[str]) -> Mapping[str, datetime]:
    rows = select(Reclaim.subject_id, Reclaim.over_since).where(Reclaim.subject == Subject.INSTANCE)
    rows = rows.where(Reclaim.subject_id.in_(ids), Reclaim.over_since.is_not(None))
    return {one: since for one, since in session.execute(rows) if since is not None}


def _holds(session: Session, ids: Sequence[str]) -> Mapping[str, list[Until]]:
    """By the id of an instance or workspace, those that ended too: what was held gets full notice again."""
    found: dict[str, list[Until]] = defaultdict(list)
    for row in session.scalars(select(Hold).where(Hold.subject_id.in_(ids))):
        until = min(row.released_at or _FOR_EVER, row.ends_at or _FOR_EVER)
        says = f"Kept by {row.placed_by}: {row.reason}"
        found[row.subject_id].append(Until(Off.HOLD, None if until == _FOR_EVER else until, says))
    return found


def _requests(session: Session, policy: Policy, ids: Sequence[str]) -> Mapping[str, list[Until]]:
    """Until a request is answered, and for so long as the policy waits for an answer.

    Who is refused and asks again soon gets no more of that: such requests count from the first of them.
    """
    found: dict[str, list[Until]] = defaultdict(list)
    begun: dict[str, ExtensionRequest] = {}
    patience = timedelta(days=policy.request_hold_d)
    rows = select(ExtensionRequest).where(ExtensionRequest.instance_id.in_(ids))
    for row in session.scalars(rows.order_by(ExtensionRequest.made_at, ExtensionRequest.id)):
        first = begun.get(row.instance_id)
        if first is None or row.made_at - first.made_at >= requests.ANEW:
            first = begun[row.instance_id] = row
        until = min(row.answered_at or _FOR_EVER, first.made_at + patience)
        says = "Its owner asked for more time; support has not answered yet."
        found[row.instance_id].append(Until(Off.REQUEST, until, says))
        if row.state == requests.State.GRANTED:
            del begun[row.instance_id]
    return found


def _experiments(session: Session, policy: Policy, ids: Sequence[str]) -> Mapping[str, list[During]]:
    found: dict[str, list[During]] = defaultdict(list)
    if not policy.windows.beamtime:
        return found
    rows = select(InstanceExperiment.instance_id, Experiment).join(Experiment)
    for instance_id, one in session.execute(rows.where(InstanceExperiment.instance_id.in_(ids))):
        begins, ends = beamtime(policy, one.starts_on, one.ends_on)
        found[instance_id].append(During(Off.BEAMTIME, begins, ends, f"Experiment {one.proposal} runs."))
    return found


def _promised(policy: Policy, told: Sequence[Told]) -> tuple[Until, ...]:
    """Who was told that it goes to the archive is told in full that it does not, before anything is deleted."""
    ends = [one.given.announced_for for one in told if one.archives and one.given is not None]
    if policy.archive or not ends:
        return ()
    says = "Its owner was told that it goes to the archive; the policy archives no more, so they are warned anew."
    return (Until(Off.PROMISED, max(ends) + timedelta(seconds=1), says),)


def _stops(session: Session) -> tuple[Until, ...]:
    """When reclaim was last set going again: what came due meanwhile gets full notice from then on."""
    resumed = session.scalar(select(func.max(ReclaimStop.resumed_at)))
    return () if resumed is None else (Until(Off.STOPPED, resumed, "All reclaim was stopped until then."),)


@dataclass(frozen=True)
class _Use:
    """Of one workspace: its newest instance, whether any is left, and since when one answers."""

    newest: str
    left: bool
    since: datetime | None


def _uses(session: Session, ids: Sequence[str]) -> Mapping[str, _Use]:
    found: dict[str, _Use] = {}
    rows = select(Instance.workspace_id, Instance.id, InstanceStatus.phase, InstanceStatus.ready_at)
    rows = rows.join(InstanceStatus).where(Instance.workspace_id.in_(ids)).order_by(Instance.created_at, Instance.id)
    for workspace_id, newest, phase, ready_at in session.execute(rows):
        before = found.get(workspace_id)
        since = ready_at if phase == Phase.RUNNING else before.since if before else None
        left = phase != Phase.GONE or (before is not None and before.left)
        found[workspace_id] = _Use(newest, left, since)
    return found
