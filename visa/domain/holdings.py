"""What the cloud holds of one workspace: its volume and the copies of it. No I/O, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from visa.domain.resources import BackupSeen, Mark, SnapshotSeen, VolumeSeen

Copy = TypeVar("Copy", SnapshotSeen, BackupSeen)


@dataclass(frozen=True)
class Holdings:
    """All of one workspace in one survey. `volume` is None when it was not listed."""

    volume: VolumeSeen | None
    snapshots: tuple[SnapshotSeen, ...] = ()
    backups: tuple[BackupSeen, ...] = ()


def named(copies: Sequence[Copy], mark: Mark | None) -> Copy | None:
    """The copy that carries this mark."""
    return next((copy for copy in copies if copy.mark == mark), None)


def others(copies: Sequence[Copy], mark: Mark | None) -> list[Copy]:
    """The copies that nobody wants: all but the one with this mark."""
    return [copy for copy in copies if copy.mark != mark]
