"""What people do with their instances. Each verb checks who asks and what may be, changes intent, and writes an event.

Nothing here calls the cloud: the reconcile loop makes it so. All functions run in the caller's writing transaction.
"""

from sqlalchemy.orm import Session

from visa.domain import expiry, lifecycle
from visa.domain.expiry import Allowance
from visa.domain.instance import Phase, Wanted
from visa.domain.lifecycle import Action
from visa.errors import Conflict, NotFound
from visa.services.actors import Actor, allowance
from visa.services.desk import Desk
from visa.services.journal import record
from visa.services.wake import Subject, wake
from visa.store.session import lock as lock_row
from visa.store.tables import Flavour, Image, Instance, InstanceStatus, Workspace

BY_OWNER = "owner"
"""Why a workspace is in the recycle bin, where it was not the policy."""


def rename(session: Session, desk: Desk, instance_id: str, name: str) -> Instance:
    instance = _claim(session, desk, instance_id, Action.RENAME)
    if instance.name != name:
        note(session, desk, instance, "renamed", f"Renamed from “{instance.name}” to “{name}”.")
        instance.name = name
        instance.revision += 1
    return instance


def start(session: Session, desk: Desk, instance_id: str) -> Instance:
    instance = _claim(session, desk, instance_id, Action.START)
    return _want(session, desk, instance, Wanted.RUNNING, kind="start_wanted", message="Start was asked for.")


def stop(session: Session, desk: Desk, instance_id: str) -> Instance:
    instance = _claim(session, desk, instance_id, Action.STOP)
    return _want(session, desk, instance, Wanted.STOPPED, kind="stop_wanted", message="Stop was asked for.")


def reboot(session: Session, desk: Desk, instance_id: str) -> Instance:
    instance = _claim(session, desk, instance_id, Action.REBOOT)
    instance.restart_nonce += 1
    return _want(session, desk, instance, Wanted.RUNNING, kind="reboot_wanted", message="Reboot was asked for.")


def extend(session: Session, desk: Desk, instance_id: str) -> Instance:
    """Move the deadline as far as one extension allows now."""
    instance = _claim(session, desk, instance_id, Action.EXTEND)
    terms = limits(session, desk, instance)
    instance.expires_at = expiry.extended(instance.lives_from, instance.expires_at, desk.now, terms)
    instance.revision += 1
    wake(session, Subject.INSTANCE, instance.id, at=desk.now)
    note(session, desk, instance, "extended", f"Extended until {instance.expires_at:%Y-%m-%d %H:%M} UTC.")
    return instance


def delete(session: Session, desk: Desk, instance_id: str) -> Instance:
    """Want the machine gone; its workspace goes to the recycle bin, where it is kept for `policy.bin_d` days."""
    instance = _claim(session, desk, instance_id, Action.DELETE)
    workspace = session.get_one(Workspace, instance.workspace_id)
    workspace.binned_at = desk.now
    workspace.binned_why = BY_OWNER
    workspace.kept_until = desk.bin_until
    workspace.revision += 1
    wake(session, Subject.WORKSPACE, workspace.id, at=desk.now)
    until = f"{workspace.kept_until:%Y-%m-%d}"
    message = f"Deleted “{instance.name}”. Its workspace is in the recycle bin until {until}."
    return _want(session, desk, instance, Wanted.GONE, kind="delete_wanted", message=message)


def find_mine(session: Session, actor: Actor, instance_id: str, *, lock: bool = False) -> Instance:
    """An own instance. Raises `NotFound` for others', so that nobody learns which ids exist."""
    instance = lock_row(session, Instance, instance_id) if lock else session.get(Instance, instance_id)
    if instance is None or instance.owner_id != actor.person_id:
        raise NotFound("There is no such instance.")
    return instance


def word_for(instance: Instance, status: InstanceStatus) -> lifecycle.Shown:
    """The one word that this instance is shown with."""
    pending = instance.restart_nonce > status.seen_nonce
    waiting = instance.waiting_since is not None
    return lifecycle.shown(Wanted(instance.wanted), Phase(status.phase), restart_pending=pending, waiting=waiting)


def note(session: Session, desk: Desk, instance: Instance, kind: str, message: str) -> None:
    """An event of this instance, done by the person who asks."""
    record(
        session,
        f"instance.{kind}",
        message,
        at=desk.now,
        by=desk.by,
        person_id=instance.owner_id,
        instance_id=instance.id,
        workspace_id=instance.workspace_id,
    )


def _claim(session: Session, desk: Desk, instance_id: str, action: Action) -> Instance:
    """The own instance, locked, when the action is allowed now. Raises `NotFound` or `Conflict` with the reason."""
    instance = find_mine(session, desk.actor, instance_id, lock=True)
    status = session.get_one(InstanceStatus, instance_id)
    terms = limits(session, desk, instance)
    extension = expiry.may_extend(instance.lives_from, instance.expires_at, desk.now, terms)
    verdict = lifecycle.allowed_actions(word_for(instance, status), extension=extension)[action]
    if not verdict.allowed:
        raise Conflict(verdict.reason or "", code=verdict.code)
    return instance


def limits(session: Session, desk: Desk, instance: Instance) -> Allowance:
    """The numbers that hold for this instance of the person who asks."""
    image, flavour = session.get_one(Image, instance.image_id), session.get_one(Flavour, instance.flavour_id)
    return allowance(desk.policy, desk.actor.standing, image, flavour)


def _want(session: Session, desk: Desk, instance: Instance, wanted: Wanted, *, kind: str, message: str) -> Instance:
    instance.wanted = wanted
    instance.revision += 1
    wake(session, Subject.INSTANCE, instance.id, at=desk.now)
    note(session, desk, instance, kind, message)
    return instance
