"""Reclaimed, archived and restored for real: what a desktop wrote is what the next one reads, by the whole loop."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from tests.local_cloud.conftest import Bench
from visa.adapters.cloud.local import LocalImage
from visa.bootstrap import SystemClock
from visa.domain.instance import Kept, Phase, Wanted, WorkspacePhase
from visa.domain.pace import Limits
from visa.domain.resources import VolumeState
from visa.ports.clock import NewId
from visa.services.create_instance import NewInstance, create
from visa.services.reconcile import Work, run_pass
from visa.store.session import Sessions
from visa.store.tables import Experiment, Instance, InstanceStatus, Workspace, WorkspaceStatus
from visa.testing.builders import ADA, OPEN, Seeded, seed

LIMITS = Limits(
    absence_s=0.2,
    empty_absence_s=0.5,
    settle_s=0.2,
    build_timeout_s=60,
    stable_s=60,
    max_attempts=5,
    backoff_s=0.2,
    max_backoff_s=1,
)
SESSION = """
if test -e "$HOME/first"; then cp "$HOME/first" "$HOME/second"; else date +%s%N >"$HOME/first"; fi
exec sleep infinity
"""


@pytest.fixture
def database_kind() -> str:
    """One kind of database is enough here: this is about files."""
    return "sqlite"


@pytest.fixture
def seeded(sessions: Sessions, new_id: NewId, experiment: Path) -> Seeded:
    with sessions.write() as session:
        small = seed(session, SystemClock().now(), new_id)
        folders = {"raw_path": str(experiment / "raw"), "processed_path": str(experiment / "processed")}
        session.execute(update(Experiment).values(folders))
        return small


@pytest.fixture
def work(sessions: Sessions, bench: Bench, new_id: NewId) -> Iterator[Work]:
    bench.images["xfce"] = LocalImage(("bash", "-c", SESSION), geometry="320x200")
    with ThreadPoolExecutor(2) as calls:
        yield Work(sessions, bench.cloud, SystemClock(), "bench", "scheduler-1", 60, LIMITS, 0.5, calls, new_id)


def test_what_one_desktop_wrote_is_read_by_the_next_after_the_archive(bench: Bench, work: Work, seeded: Seeded):
    with work.sessions.write() as session:
        first = seeded.create(session, ADA, work.clock.now())
        first_id, workspace_id = first.id, first.workspace_id
    until(bench, work, lambda: phase(work, InstanceStatus, first_id) == Phase.RUNNING)
    home = bench.root / "volumes" / bench.cloud.survey().volumes[0].ref / "data"
    bench.wait(lambda: (home / "first").exists() and bool((home / "first").read_text()))
    written = (home / "first").read_text()

    with work.sessions.write() as session:  # as the policy does
        session.get_one(Instance, first_id).wanted = Wanted.GONE
        session.get_one(Instance, first_id).revision += 1
        workspace = session.get_one(Workspace, workspace_id)
        workspace.copies = workspace.snapshot_no = 1
        workspace.binned_at, workspace.revision = work.clock.now(), workspace.revision + 1
    until(bench, work, lambda: phase(work, InstanceStatus, first_id) == Phase.GONE)
    survey = bench.cloud.survey()
    assert [(one.mark.id, one.state) for one in survey.snapshots] == [(f"{workspace_id}.1", VolumeState.AVAILABLE)]

    with work.sessions.write() as session:
        workspace = session.get_one(Workspace, workspace_id)
        workspace.wanted, workspace.snapshot_no = Kept.ARCHIVED, None
        workspace.copies = workspace.archive_no = 2
        workspace.archived_until = work.clock.now() + timedelta(days=365)
        workspace.revision += 1
    until(bench, work, lambda: phase(work, WorkspaceStatus, workspace_id) == WorkspacePhase.ARCHIVED)
    survey = bench.cloud.survey()
    assert (survey.volumes, survey.snapshots, len(survey.backups)) == ((), (), 1)
    assert not home.exists()

    with work.sessions.write() as session:
        wish = NewInstance("Again", "xfce", "small", (OPEN,), "us", workspace_id)
        second_id = create(session, seeded.desk(session, ADA, work.clock.now()), wish).id
    until(bench, work, lambda: phase(work, InstanceStatus, second_id) == Phase.RUNNING)
    home = bench.root / "volumes" / bench.cloud.survey().volumes[0].ref / "data"
    bench.wait(lambda: (home / "second").exists() and (home / "second").read_text() == written)


def phase(work: Work, table: type[InstanceStatus] | type[WorkspaceStatus], row_id: str) -> str:
    with work.sessions.read() as session:
        return session.get_one(table, row_id).phase


def until(bench: Bench, work: Work, holds: Callable[[], bool]) -> None:
    def look() -> bool:
        run_pass(work)
        return holds()

    bench.wait(look)
