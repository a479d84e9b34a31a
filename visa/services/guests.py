"""What the service inside a machine tells us, and what it is told: the mounts that should be there now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from visa.domain.idle import Signal
from visa.domain.instance import Phase
from visa.domain.resources import Mount
from visa.services import idleness, policies
from visa.services.actors import load_actor
from visa.services.idleness import Word
from visa.services.mounting import instance_mounts
from visa.store.tables import GuestReport, Instance, InstanceStatus


@dataclass(frozen=True)
class Report:
    """One report. `boot` tells one boot of the machine from the next; `said` is everything, as it was sent.

    `busy` is how many processors were, over a minute; `logins` how many are logged in besides the desktop. None is not
    known: services of older images do not count logins.
    """

    boot: str
    desktop_up: bool
    said: dict[str, Any]
    busy: float | None = None
    logins: int | None = None


def keep(session: Session, instance_id: str, report: Report, *, now: datetime) -> None:
    """Store it in place of the one before. A desktop that came or went is looked at soon by the reconcile loop."""
    kept = session.get(GuestReport, instance_id)
    if kept is None or (kept.boot, kept.desktop_up) != (report.boot, report.desktop_up):
        _hint(session, instance_id, now)
    if kept is None:
        kept = GuestReport(instance_id=instance_id)
        session.add(kept)
    kept.received_at, kept.boot, kept.desktop_up, kept.said = now, report.boot, report.desktop_up, report.said
    _note_use(session, instance_id, report, now)


def wanted_mounts(session: Session, instance_id: str, now: datetime) -> tuple[Mount, ...]:
    """What its owner may have mounted in it now."""
    instance = session.get_one(Instance, instance_id)
    return instance_mounts(session, load_actor(session, instance.owner_id, now), instance_id, now)


def desktop_ready(session: Session, status: InstanceStatus) -> bool:
    """Whether the newest report says that the desktop is up, and does not come from a boot that was left behind."""
    report = session.get(GuestReport, status.instance_id)
    return report is not None and report.desktop_up and report.boot != status.left_boot


def newest_boot(session: Session, instance_id: str) -> str:
    """The boot that the newest report came from; "" before the first."""
    report = session.get(GuestReport, instance_id)
    return report.boot if report else ""


def _note_use(session: Session, instance_id: str, report: Report, now: datetime) -> None:
    told = {Signal.LOAD: report.busy, Signal.LOGINS: report.logins}
    words = [Word(instance_id, signal, value) for signal, value in told.items() if value is not None]
    policy = policies.in_force(session).policy
    worth = idleness.worth_recording(session, policy, words, now=now)
    idleness.record_all(session, policy, worth, now=now)


def _hint(session: Session, instance_id: str, now: datetime) -> None:
    """Only a hint: should the loop overwrite it at this moment, its own next look comes later, but comes."""
    waits = InstanceStatus.phase.in_((Phase.STARTING, Phase.RUNNING, Phase.FAILED))
    session.execute(
        update(InstanceStatus).where(InstanceStatus.instance_id == instance_id, waits).values(next_look_at=now)
    )
