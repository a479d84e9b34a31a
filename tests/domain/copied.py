"""A workspace with a snapshot and an archive, and its next step, for the tests of what becomes of copies."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from visa.domain.holdings import Holdings
from visa.domain.instance import Facts, Kept, WorkspacePhase
from visa.domain.pace import Limits
from visa.domain.plan_workspace import plan_workspace
from visa.domain.resources import Account, BackupSeen, Mark, SnapshotSeen, VolumeSeen, VolumeSpec, VolumeState
from visa.domain.workspace import WorkspaceIntent

NOW = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)
LIMITS = Limits(
    absence_s=2,
    empty_absence_s=600,
    settle_s=5,
    build_timeout_s=600,
    stable_s=60,
    max_attempts=5,
    backoff_s=2,
    max_backoff_s=300,
)
SPEC = VolumeSpec(Mark("test", "volume", "w1"), 20, Account("ada", 10001, 10001))
SNAPSHOT, ARCHIVE, OLD = (Mark("test", kind, f"w1.{n}") for kind, n in (("snapshot", 1), ("backup", 2), ("backup", 1)))
KEPT = WorkspaceIntent(Kept.KEPT, 1, SPEC, occupied=False)
ARCHIVED = replace(KEPT, wanted=Kept.ARCHIVED, archive=ARCHIVE)
RESTORED = replace(KEPT, archive=ARCHIVE)
GONE = replace(ARCHIVED, wanted=Kept.GONE)
FACTS = Facts(phase=WorkspacePhase.AVAILABLE, ref="v1", seen_revision=1)
NO_VOLUME = replace(FACTS, phase=WorkspacePhase.ARCHIVED, ref=None)
VOLUME = VolumeSeen(SPEC.mark, "v1", VolumeState.AVAILABLE, 20)
COPY = SnapshotSeen(SNAPSHOT, "s1", "v1", VolumeState.AVAILABLE)
BACKUP = BackupSeen(ARCHIVE, "b2", VolumeState.AVAILABLE, 20, "v1", NOW)
BEFORE = replace(BACKUP, mark=OLD, ref="b1")


def step(intent: WorkspaceIntent, facts: Facts, *, volume=None, snapshots=(), backups=()):
    return plan_workspace(intent, facts, Holdings(volume, tuple(snapshots), tuple(backups)), NOW, LIMITS)


def in_state(copy, state: VolumeState):
    return replace(copy, state=state)
