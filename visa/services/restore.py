"""Getting a workspace back from recycle bin or archive: a new instance like the one that used it last."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.errors import Conflict
from visa.services import workspaces
from visa.services.create_instance import NewInstance, create
from visa.services.desk import Desk
from visa.services.mounting import granted
from visa.services.workspaces import WorkspaceView
from visa.store.tables import Experiment, Flavour, Image, Instance, InstanceExperiment


@dataclass(frozen=True)
class Changes:
    """What the new instance should have; None is as it was last."""

    name: str | None = None
    image_id: str | None = None
    flavour_id: str | None = None
    experiment_ids: tuple[str, ...] | None = None
    keyboard: str | None = None


@dataclass(frozen=True)
class LastUse:
    """The newest instance that used a workspace, with what it was made of."""

    instance: Instance
    image: Image
    flavour: Flavour
    experiments: tuple[Experiment, ...]

    @property
    def retired(self) -> tuple[str, ...]:
        """Which of "image" and "flavour" are not to be had any more: another has to be chosen."""
        parts = (("image", self.image), ("flavour", self.flavour))
        return tuple(name for name, entry in parts if entry.retired_at is not None)


def last_use(session: Session, view: WorkspaceView) -> LastUse | None:
    """What used this workspace last; None when nothing ever did."""
    if view.last is None:
        return None
    used = select(Experiment).join(InstanceExperiment).where(InstanceExperiment.instance_id == view.last.id)
    return LastUse(
        instance=view.last,
        image=session.get_one(Image, view.last.image_id),
        flavour=session.get_one(Flavour, view.last.flavour_id),
        experiments=tuple(session.scalars(used.order_by(Experiment.id))),
    )


def restore(session: Session, desk: Desk, workspace_id: str, changes: Changes) -> Instance:
    """A new instance with this workspace. Experiments that the person has lost access to since are left out.

    Raises `NotFound`, `Conflict` while it is not in the recycle bin, and all that `create` raises.
    """
    view = workspaces.view(session, workspaces.find_mine(session, desk.actor, workspace_id))
    if not view.restore.allowed:
        raise Conflict(view.restore.reason or "", code=view.restore.code)
    last = last_use(session, view)
    if last is None:
        raise Conflict("Nothing ever used this workspace.", code="never_used")
    experiment_ids = changes.experiment_ids
    if experiment_ids is None:
        still = (one for one in last.experiments if granted(session, desk.actor, one, desk.now).raw is not None)
        experiment_ids = tuple(one.id for one in still)
    wish = NewInstance(
        name=changes.name or view.workspace.name,
        image_id=changes.image_id or last.image.id,
        flavour_id=changes.flavour_id or last.flavour.id,
        experiment_ids=experiment_ids,
        keyboard=changes.keyboard or last.instance.keyboard,
        workspace_id=workspace_id,
    )
    return create(session, desk, wish)
