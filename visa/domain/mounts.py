"""Experiment × person × day → what is mounted, and how. Raw data are never writable; proprietary data never open."""

from dataclasses import dataclass
from datetime import date

from visa.domain.resources import Mount, MountMode


@dataclass(frozen=True)
class Rights:
    """How raw and processed data may be mounted; None is not at all."""

    raw: MountMode | None
    processed: MountMode | None


NOTHING = Rights(None, None)


def is_open(*, public_at: date | None, proprietary: bool, today: date) -> bool:
    """Whether everybody who signed in may read it: its embargo is over and it is not proprietary."""
    return not proprietary and public_at is not None and public_at <= today


def rights(*, member: bool, public_at: date | None, proprietary: bool, today: date) -> Rights:
    """What one person may have of one experiment on one day."""
    if member:
        return Rights(MountMode.READ_ONLY, MountMode.READ_WRITE)
    if is_open(public_at=public_at, proprietary=proprietary, today=today):
        return Rights(MountMode.READ_ONLY, MountMode.READ_ONLY)
    return NOTHING


def mounts(experiment_id: str, *, raw_path: str, processed_path: str, granted: Rights) -> tuple[Mount, ...]:
    """The mounts of one experiment: /data/<id>/raw and /data/<id>/processed, as far as they are granted."""
    wanted = (("raw", raw_path, granted.raw), ("processed", processed_path, granted.processed))
    return tuple(Mount(source, f"/data/{experiment_id}/{name}", mode) for name, source, mode in wanted if mode)
