"""Starting an instance: what is checked before intent is written, and that repeating a request makes nothing twice."""

from dataclasses import dataclass
from typing import TypeVar, assert_never

from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.domain import expiry
from visa.domain.access import needs_experiment
from visa.domain.audience import is_for
from visa.domain.instance import Kept, Phase, Wanted, WorkspacePhase
from visa.domain.line import Wish
from visa.domain.quota import Fits, Never, NotNow, OwnLimit
from visa.errors import Conflict, Forbidden, Invalid, NotFound
from visa.services import allowances, cloud_offers, waiting
from visa.services.actors import Actor, allowance, ensure_account, seeker
from visa.services.desk import Desk
from visa.services.instances import note
from visa.services.mounting import granted
from visa.services.wake import Subject, wake
from visa.services.workspaces import find_mine, take_from_bin
from visa.store.session import lock
from visa.store.tables import (
    Experiment,
    Flavour,
    Image,
    Instance,
    InstanceExperiment,
    InstanceStatus,
    Person,
    Workspace,
    WorkspaceStatus,
)

Offered = TypeVar("Offered", Image, Flavour)

MAX_EXPERIMENTS = 20
VNC_PASSWORD_LENGTH = 8  # the protocol cuts longer ones off (RFC 6143, 7.2.2)


@dataclass(frozen=True)
class NewInstance:
    """A wish for an instance. `workspace_id` names an own workspace from the recycle bin, else a new one is made."""

    name: str
    image_id: str
    flavour_id: str
    experiment_ids: tuple[str, ...]
    keyboard: str
    workspace_id: str | None = None


@dataclass(frozen=True)
class Repeat:
    """A caller's key that makes a repeated request harmless, and a hash of the request to tell a misuse."""

    key: str
    request_hash: str


def create(session: Session, desk: Desk, wish: NewInstance, *, repeat: Repeat | None = None) -> Instance:
    """A new instance, or the one that an earlier request with the same key made.

    It waits (`waiting_since`) while it does not fit into a limit that others share. Raises `Invalid` (a field is
    wrong), `Forbidden` (an own limit, or it can never fit) and `Conflict` (workspace in use, key used differently).
    """
    person = lock(session, Person, desk.actor.person_id)  # two requests at once: one waits
    if person is None:
        raise NotFound("There is no such person.")
    if repeat and (earlier := _earlier(session, desk.actor, repeat)):
        return earlier
    image = _offered(session, desk, Image, wish.image_id, field="image_id")
    flavour = _offered(session, desk, Flavour, wish.flavour_id, field="flavour_id")
    cloud = _cloud_of(session, desk, wish, image, flavour)
    _check_experiments(session, desk, wish.experiment_ids)
    instance_id = desk.new_id()
    not_now = _room(session, desk, wish, instance_id, flavour)
    ensure_account(session, person, first_uid=desk.policy.guest_uid_first)
    workspace = _workspace(session, desk, wish, cloud)
    instance = Instance(
        id=instance_id,
        owner_id=desk.actor.person_id,
        name=wish.name,
        image_id=wish.image_id,
        flavour_id=wish.flavour_id,
        workspace_id=workspace.id,
        keyboard=wish.keyboard,
        wanted=Wanted.RUNNING,
        created_at=desk.now,
        expires_at=expiry.first_deadline(desk.now, allowance(desk.policy, desk.actor.standing, image, flavour)),
        waiting_since=desk.now if not_now else None,
        idempotency_key=repeat.key if repeat else None,
        request_hash=repeat.request_hash if repeat else None,
    )
    secret = desk.new_id()[:VNC_PASSWORD_LENGTH]
    session.add(instance)
    session.flush()
    session.add(
        InstanceStatus(
            instance_id=instance.id, phase=Phase.NEW, phase_since=desk.now, next_look_at=desk.now, secret=secret
        )
    )
    session.add_all(
        InstanceExperiment(instance_id=instance.id, experiment_id=one) for one in dict.fromkeys(wish.experiment_ids)
    )
    wake(session, Subject.INSTANCE, instance.id, at=desk.now)
    wake(session, Subject.WORKSPACE, workspace.id, at=desk.now)
    note(session, desk, instance, "created", f"Created “{instance.name}”.")
    if not_now:
        note(session, desk, instance, "waits", f"It waits for room: {not_now.reason}")
    return instance


def _room(session: Session, desk: Desk, wish: NewInstance, instance_id: str, flavour: Flavour) -> NotNow | None:
    """Whether it must wait for room; shared limits are locked from here on. Raises `Forbidden`."""
    person_id, named = desk.actor.person_id, tuple(sorted(set(wish.experiment_ids)))
    having = allowances.mine(session, person_id)
    own = allowances.own_bound(person_id, allowances.own_limits(desk.policy, desk.actor.standing), having)
    asked = Wish(instance_id, person_id, desk.now, allowances.amount_of(flavour), named)
    ruling = waiting.decide(session, desk.policy, asked, own=own, mine=having, cloud=flavour.cloud)
    match ruling:
        case Fits():
            return None
        case NotNow():
            return ruling
        case Never() | OwnLimit():
            raise Forbidden(ruling.reason, code=ruling.code)
        case _ as never:
            assert_never(never)


def _earlier(session: Session, actor: Actor, repeat: Repeat) -> Instance | None:
    mine = select(Instance).where(Instance.owner_id == actor.person_id, Instance.idempotency_key == repeat.key)
    earlier = session.scalar(mine)
    if earlier and earlier.request_hash != repeat.request_hash:
        raise Conflict("This Idempotency-Key was used for a different request.", code="key_reused")
    return earlier


def _cloud_of(session: Session, desk: Desk, wish: NewInstance, image: Image, flavour: Flavour) -> str:
    """The one cloud that the image, the flavour and the workspace are in."""
    if flavour.cloud != image.cloud:
        message = f"“{image.name}” does not run where “{flavour.name}” is offered. Choose another size."
        raise Invalid(message, field="flavour_id", code="other_cloud")
    if wish.workspace_id is not None:
        workspace = find_mine(session, desk.actor, wish.workspace_id)
        if workspace.cloud != image.cloud:
            message = f"“{image.name}” does not run where the files of “{workspace.name}” are. Choose another desktop."
            raise Invalid(message, field="image_id", code="other_cloud")
    return image.cloud


def _offered(session: Session, desk: Desk, table: type[Offered], entry_id: str, *, field: str) -> Offered:
    """An entry of the catalogue for this person, in a cloud that there is, and that has it as far as we know."""
    entry = session.get(table, entry_id)
    if entry is None or entry.retired_at is not None or entry.cloud not in desk.workspace_gib:
        raise _not_offered(field)
    if not is_for(entry.audience, seeker(session, desk.actor)):
        raise _not_offered(field)  # as if there were none: nobody learns what others are offered
    verdict = cloud_offers.in_cloud(session, [entry])[entry.id].startable
    if not verdict.allowed:
        raise Invalid(f"“{entry.name}”: {verdict.reason}", field=field, code=verdict.code)
    return entry


def _not_offered(field: str) -> Invalid:
    return Invalid("It is not offered (any more). Choose another.", field=field, code="not_offered")


def _check_experiments(session: Session, desk: Desk, experiment_ids: tuple[str, ...]) -> None:
    if not experiment_ids and needs_experiment(desk.actor.standing):
        raise Invalid("Choose at least one experiment.", field="experiment_ids", code="needs_experiment")
    if len(set(experiment_ids)) > MAX_EXPERIMENTS:
        raise Invalid(f"At most {MAX_EXPERIMENTS} experiments fit.", field="experiment_ids", code="too_many")
    for experiment_id in experiment_ids:
        experiment = session.get(Experiment, experiment_id)
        if experiment is None or granted(session, desk.actor, experiment, desk.now).raw is None:
            message = f"There is no experiment {experiment_id} that you may use."
            raise Invalid(message, field="experiment_ids", code="unknown_experiment")


def _workspace(session: Session, desk: Desk, wish: NewInstance, cloud: str) -> Workspace:
    if wish.workspace_id is not None:
        return take_from_bin(session, desk, wish.workspace_id)
    workspace = Workspace(
        id=desk.new_id(),
        owner_id=desk.actor.person_id,
        name=wish.name,
        size_gib=desk.workspace_gib[cloud],
        cloud=cloud,
        wanted=Kept.KEPT,
        created_at=desk.now,
    )
    session.add(workspace)
    session.flush()
    session.add(
        WorkspaceStatus(
            workspace_id=workspace.id, phase=WorkspacePhase.NEW, phase_since=desk.now, next_look_at=desk.now
        )
    )
    return workspace
