"""What is shown of instances: one frozen view with everything that a page needs, and how far a start has come."""

import statistics
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visa.domain import expiry, lifecycle
from visa.domain.idle import Idle
from visa.domain.instance import Phase
from visa.domain.lifecycle import Action, Shown, Verdict
from visa.domain.mounts import Rights
from visa.domain.progress import Milestone, progress
from visa.services.actors import Actor, allowance
from visa.services.desktops import INPUT
from visa.services.idleness import idleness
from visa.services.instances import find_mine, word_for
from visa.services.lines import Place, places
from visa.services.mounting import granted_by_instance
from visa.services.reclaim.ends import Ends, ends, looked_at
from visa.settings import Policy
from visa.store.tables import (
    Activity,
    Event,
    Experiment,
    Flavour,
    Image,
    Instance,
    InstanceStatus,
    Person,
    Thumbnail,
    Workspace,
    WorkspaceStatus,
)

USUAL_SAMPLE = 20


@dataclass(frozen=True)
class InstanceView:
    """One instance for its owner.

    `mounts` pairs each experiment with what is granted now; `usual_s` is how many seconds a start usually takes. After
    `idle_d` days without use it is reclaimed.
    """

    instance: Instance
    status: InstanceStatus
    owner: Person
    image: Image
    flavour: Flavour
    workspace: Workspace
    workspace_status: WorkspaceStatus
    shown: Shown
    warning: expiry.Warning
    actions: dict[Action, Verdict]
    mounts: tuple[tuple[Experiment, Rights], ...]
    progress: tuple[Milestone, ...]
    usual_s: float | None
    thumbnail_at: datetime | None
    last_input_at: datetime | None
    idle: Idle
    idle_d: float | None
    ends: Ends
    waiting: Place | None


def get_mine(session: Session, actor: Actor, instance_id: str, *, now: datetime, policy: Policy) -> InstanceView:
    """One own instance. Raises `NotFound`."""
    find_mine(session, actor, instance_id)
    (view,) = _views(session, actor, _rows().where(Instance.id == instance_id), now=now, policy=policy)
    return view


def list_mine(
    session: Session, actor: Actor, *, after: tuple[datetime, str] | None, limit: int, now: datetime, policy: Policy
) -> list[InstanceView]:
    """Own instances that are not gone, newest first, from just after the one at `after`."""
    mine = select(Instance.id).join(InstanceStatus)
    mine = mine.where(Instance.owner_id == actor.person_id, InstanceStatus.phase != Phase.GONE)
    if after:
        at, last_id = after
        mine = mine.where((Instance.created_at < at) | ((Instance.created_at == at) & (Instance.id < last_id)))
    # The page is chosen first, by an index: joining everything before would leave the order to a planner's mood.
    page = session.scalars(mine.order_by(Instance.created_at.desc(), Instance.id.desc()).limit(limit)).all()
    newest_first = _rows().where(Instance.id.in_(page)).order_by(Instance.created_at.desc(), Instance.id.desc())
    return _views(session, actor, newest_first, now=now, policy=policy)


def _rows() -> Any:
    """Instances with everything that has exactly one row for each."""
    return (
        select(Instance, InstanceStatus, Person, Image, Flavour, Workspace, WorkspaceStatus)
        .join(InstanceStatus, InstanceStatus.instance_id == Instance.id)
        .join(Person, Person.id == Instance.owner_id)
        .join(Image, Image.id == Instance.image_id)
        .join(Flavour, Flavour.id == Instance.flavour_id)
        .join(Workspace, Workspace.id == Instance.workspace_id)
        .join(WorkspaceStatus, WorkspaceStatus.workspace_id == Workspace.id)
    )


def _views(session: Session, actor: Actor, query: Any, *, now: datetime, policy: Policy) -> list[InstanceView]:
    """The views of a page in a fixed number of queries, however long the page is."""
    rows = session.execute(query).all()
    ids = [row[0].id for row in rows]
    mounts = granted_by_instance(session, actor, ids, now)
    taken = select(Thumbnail.instance_id, Thumbnail.taken_at).where(Thumbnail.instance_id.in_(ids))
    thumbnails = {row.instance_id: row.taken_at for row in session.execute(taken)}
    used = select(Activity.instance_id, Activity.at).where(Activity.instance_id.in_(ids), Activity.kind == INPUT)
    inputs = {row.instance_id: row.at for row in session.execute(used)}
    use, found = idleness(session, policy, ids, now), looked_at(session, ids)
    entered = _entered(session, ids)
    clouds = {row.Workspace.cloud for row in rows if row.Instance.waiting_since is not None}
    in_line = places(session, policy, clouds, now)
    usual: dict[str, float | None] = {}
    views = []
    for instance, status, owner, image, flavour, workspace, workspace_status in rows:
        word = word_for(instance, status)
        limits = allowance(policy, actor.standing, image, flavour)
        extension = expiry.may_extend(instance.lives_from, instance.expires_at, now, limits)
        if word in _ON_THE_WAY and image.id not in usual:
            usual[image.id] = _usual_s(session, image.id)
        comes = ends(instance, found.get(instance.id), use[instance.id].deadline(limits.idle_d))
        views.append(
            InstanceView(
                instance=instance,
                status=status,
                owner=owner,
                image=image,
                flavour=flavour,
                workspace=workspace,
                workspace_status=workspace_status,
                shown=word,
                warning=_warning(word, comes, now, warn_d=policy.warn_d),
                actions=lifecycle.allowed_actions(word, extension=extension),
                mounts=mounts[instance.id],
                progress=progress(
                    word,
                    Phase(status.phase),
                    workspace_ready=workspace_status.ref is not None,
                    created_at=instance.lives_from,
                    phase_since=status.phase_since,
                    entered=entered.get(instance.id, {}),
                ),
                usual_s=usual.get(image.id) if word in _ON_THE_WAY else None,
                thumbnail_at=thumbnails.get(instance.id),
                last_input_at=inputs.get(instance.id),
                idle=use[instance.id],
                idle_d=limits.idle_d,
                ends=comes,
                waiting=in_line.get(instance.id),
            )
        )
    return views


def _warning(word: Shown, comes: Ends, now: datetime, *, warn_d: float) -> expiry.Warning:
    """The time of one that waits for room has not begun, and one that is held for ever has no end."""
    if word is Shown.WAITING or comes.at is None:
        return expiry.Warning.NONE
    return expiry.warning(comes.at, now, warn_d=warn_d)


def _entered(session: Session, instance_ids: list[str]) -> dict[str, dict[Phase, datetime]]:
    """When each instance last entered the phases of a start, from its events."""
    kinds = {f"instance.{phase}": phase for phase in (Phase.BUILDING, Phase.STARTING, Phase.RUNNING)}
    told = select(Event.instance_id, Event.kind, func.max(Event.at).label("at"))
    told = told.where(Event.instance_id.in_(instance_ids), Event.kind.in_(kinds)).group_by(
        Event.instance_id, Event.kind
    )
    entered: dict[str, dict[Phase, datetime]] = {}
    for row in session.execute(told):
        entered.setdefault(row.instance_id, {})[kinds[row.kind]] = row.at
    return entered


_ON_THE_WAY = {Shown.QUEUED, Shown.BUILDING, Shown.STARTING, Shown.REBOOTING}


def _usual_s(session: Session, image_id: str) -> float | None:
    """Median seconds from Create to ready of the newest instances of this image; None when there was none."""
    begun = func.coalesce(Instance.admitted_at, Instance.created_at)
    ready = select(begun, InstanceStatus.first_ready_at).join(InstanceStatus)
    ready = ready.where(Instance.image_id == image_id, InstanceStatus.first_ready_at.is_not(None))
    newest = session.execute(ready.order_by(Instance.created_at.desc()).limit(USUAL_SAMPLE)).all()
    took = [(at - created).total_seconds() for created, at in newest if at is not None]
    return round(statistics.median(took), 1) if took else None
