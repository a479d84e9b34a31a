"""Who is let in: at the moment of a request, and by a job whenever others made room.

Locks are taken in one order: the person's row, experiments by id, the cloud by its name, instances. So no two
transactions decide about the same shared limit at once, and none waits for another in a circle.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from visa.domain import expiry, pages
from visa.domain.instance import Wanted
from visa.domain.letters import Facts, LetterKind
from visa.domain.line import Turn, Wish
from visa.domain.quota import Bound, Mine, Ruling
from visa.ports.clock import NewId
from visa.services import allowances, lines
from visa.services.actors import allowance
from visa.services.journal import SYSTEM, record
from visa.services.reclaim import notices
from visa.services.standings import standings
from visa.services.wake import Subject, wake
from visa.settings import Policy
from visa.store.session import Sessions, alone, lock
from visa.store.tables import Experiment, Flavour, Image, Instance, Workspace


@dataclass(frozen=True)
class AdmitReport:
    """How many were let in, and how many wait on."""

    admitted: int = 0
    waiting: int = 0


def decide(session: Session, policy: Policy, wish: Wish, *, own: Bound, mine: Sequence[Mine], cloud: str) -> Ruling:
    """What becomes of a new wish. Shared limits stay locked until the transaction ends; the person's row must be."""
    _lock_shared(session, policy, cloud, wish.experiment_ids)
    return lines.scene(session, policy, cloud, wish.since, new=[wish]).outlook(wish, own, mine).ruling


def admit_all(sessions: Sessions, policy: Policy, now: datetime, *, new_id: NewId) -> AdmitReport:
    """Let in whoever there is room for, cloud by cloud; one cheap query when nobody waits."""
    with sessions.read() as session:
        waits = select(Workspace.cloud).join(Instance).where(Instance.waiting_since.is_not(None))
        clouds = session.scalars(waits.distinct().order_by(Workspace.cloud)).all()
    reports = [admit(sessions, policy, cloud, now, new_id=new_id) for cloud in clouds]
    return AdmitReport(sum(one.admitted for one in reports), sum(one.waiting for one in reports))


def admit(sessions: Sessions, policy: Policy, cloud: str, now: datetime, *, new_id: NewId) -> AdmitReport:
    """Let in, in their order, those who fit, and have them told; several schedulers may do so at once."""
    with sessions.read() as session:
        line = lines.scene(session, policy, cloud, now).turns()
        experiments = {one for turn in line for one in turn.wish.experiment_ids}
    if all(turn.block for turn in line):
        return AdmitReport(0, len(line))
    with sessions.write() as session:
        _lock_shared(session, policy, cloud, experiments, always=True)
        line = lines.scene(session, policy, cloud, now).turns()  # anew: only now nobody else changes what is counted
        free = [turn for turn in line if turn.block is None and experiments.issuperset(turn.wish.experiment_ids)]
        admitted = [turn.wish.id for turn in free if _let_in(session, policy, turn, len(line), now)]
        for instance_id in admitted:
            _have_told(session, instance_id, new_id, now)
    return AdmitReport(len(admitted), len(line) - len(admitted))


def _let_in(session: Session, policy: Policy, turn: Turn, of: int, now: datetime) -> bool:
    """Its lifetime begins now. False when its owner left the line at this moment."""
    instance = lock(session, Instance, turn.wish.id)
    if instance is None or instance.waiting_since is None or instance.wanted != Wanted.RUNNING:
        return False
    who = standings(session, [instance.owner_id], now)[instance.owner_id]
    image, flavour = session.get_one(Image, instance.image_id), session.get_one(Flavour, instance.flavour_id)
    waited_min = (now - instance.waiting_since).total_seconds() / 60
    instance.waiting_since, instance.admitted_at = None, now
    instance.expires_at = expiry.first_deadline(now, allowance(policy, who, image, flavour))
    instance.revision += 1  # the loop looks at whatever it has not seen at its newest
    wake(session, Subject.INSTANCE, instance.id, at=now)
    wake(session, Subject.WORKSPACE, instance.workspace_id, at=now)
    until = f"{instance.expires_at:%Y-%m-%d %H:%M} UTC"
    record(
        session,
        "instance.admitted",
        f"There is room now, after {waited_min:.0f} minutes, at place {turn.place} of {of}. It lives until {until}.",
        at=now,
        by=SYSTEM,
        person_id=instance.owner_id,
        instance_id=instance.id,
        workspace_id=instance.workspace_id,
    )
    return True


def _have_told(session: Session, instance_id: str, new_id: NewId, now: datetime) -> None:
    """Nobody watches a line for days: its owner gets a letter."""
    instance = session.get_one(Instance, instance_id)
    notices.ask(
        session,
        new_id=new_id,
        person_id=instance.owner_id,
        subject=Subject.INSTANCE,
        subject_id=instance.id,
        kind=LetterKind.ADMITTED,
        cycle=now,
        lead=timedelta(),
        facts=Facts(deadline=instance.expires_at, url=pages.instance(instance.id)),
        now=now,
    )


def _lock_shared(
    session: Session, policy: Policy, cloud: str, experiment_ids: Collection[str], *, always: bool = False
) -> None:
    """Nobody else decides about these limits until this transaction ends; what has no limit is not locked."""
    if allowances.limits_of(policy.experiment).bind:
        for one in sorted(experiment_ids):
            lock(session, Experiment, one)
    if always or allowances.cloud_is_limited(session, policy, cloud):
        alone(session, f"cloud-{cloud}")
