"""What is shown of instances: one frozen view with everything that a page needs, and how far a start has come."""

import statistics
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.domain import expiry, lifecycle
from visa.domain.instance import Phase
from visa.domain.lifecycle import Action, Shown, Verdict
from visa.domain.mounts import Rights
from visa.domain.progress import Milestone, progress
from visa.services.actors import Actor, allowance
from visa.services.instances import find_mine, word_for
from visa.services.mounting import granted
from visa.settings import Policy
from visa.store.tables import (
    Activity,
    Experiment,
    Flavour,
    Image,
    Instance,
    InstanceExperiment,
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

    `mounts` pairs each experiment with what is granted now; `usual_s` is how many seconds a start usually takes.
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

    @property
    def etag(self) -> str:
        """Changes whenever intent or facts do; the first part is what If-Match compares."""
        return f"{self.instance.revision}.{self.status.version}.{self.workspace_status.version}"


def get_mine(session: Session, actor: Actor, instance_id: str, *, now: datetime, policy: Policy) -> InstanceView:
    """One own instance. Raises `NotFound`."""
    return _view(session, actor, find_mine(session, actor, instance_id), now=now, policy=policy)


def list_mine(
    session: Session, actor: Actor, *, after: tuple[datetime, str] | None, limit: int, now: datetime, policy: Policy
) -> list[InstanceView]:
    """Own instances that are not gone, newest first, from just after the one at `after`."""
    query = select(Instance).join(InstanceStatus).where(Instance.owner_id == actor.person_id)
    query = query.where(InstanceStatus.phase != Phase.GONE)
    if after:
        at, last_id = after
        query = query.where((Instance.created_at < at) | ((Instance.created_at == at) & (Instance.id < last_id)))
    newest_first = query.order_by(Instance.created_at.desc(), Instance.id.desc()).limit(limit)
    return [_view(session, actor, instance, now=now, policy=policy) for instance in session.scalars(newest_first)]


def _view(session: Session, actor: Actor, instance: Instance, *, now: datetime, policy: Policy) -> InstanceView:
    status = session.get_one(InstanceStatus, instance.id)
    workspace_status = session.get_one(WorkspaceStatus, instance.workspace_id)
    word = word_for(instance, status)
    limits = allowance(policy, actor.standing)
    extension = expiry.may_extend(instance.created_at, instance.expires_at, now, limits)
    mine = select(Experiment).join(InstanceExperiment).where(InstanceExperiment.instance_id == instance.id)
    experiments = session.scalars(mine.order_by(Experiment.id))
    thumbnail = select(Thumbnail.taken_at).where(Thumbnail.instance_id == instance.id)
    last_input = select(Activity.at).where(Activity.instance_id == instance.id, Activity.kind == "input")
    return InstanceView(
        instance=instance,
        status=status,
        owner=session.get_one(Person, instance.owner_id),
        image=session.get_one(Image, instance.image_id),
        flavour=session.get_one(Flavour, instance.flavour_id),
        workspace=session.get_one(Workspace, instance.workspace_id),
        workspace_status=workspace_status,
        shown=word,
        warning=expiry.warning(instance.expires_at, now, warn_d=policy.warn_d),
        actions=lifecycle.allowed_actions(word, extension=extension),
        mounts=tuple((one, granted(session, actor, one, now)) for one in experiments),
        progress=progress(
            word,
            Phase(status.phase),
            workspace_ready=workspace_status.ref is not None,
            created_at=instance.created_at,
            phase_since=status.phase_since,
        ),
        usual_s=_usual_s(session, instance.image_id) if word in _ON_THE_WAY else None,
        thumbnail_at=session.scalar(thumbnail),
        last_input_at=session.scalar(last_input),
    )


_ON_THE_WAY = {Shown.QUEUED, Shown.BUILDING, Shown.STARTING, Shown.REBOOTING}


def _usual_s(session: Session, image_id: str) -> float | None:
    """Median seconds from Create to ready of the newest instances of this image; None when there was none."""
    ready = select(Instance.created_at, InstanceStatus.first_ready_at).join(InstanceStatus)
    ready = ready.where(Instance.image_id == image_id, InstanceStatus.first_ready_at.is_not(None))
    newest = session.execute(ready.order_by(Instance.created_at.desc()).limit(USUAL_SAMPLE)).all()
    took = [(at - created).total_seconds() for created, at in newest if at is not None]
    return round(statistics.median(took), 1) if took else None
