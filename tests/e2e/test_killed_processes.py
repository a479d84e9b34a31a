"""Any of the three processes is killed at random moments while instances are made and deleted: nothing is lost,
doubled or left behind."""

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select

from tests.e2e.household import Household, household
from tests.e2e.visitor import Visitor
from visa.domain.instance import Phase, WorkspacePhase
from visa.settings import Policy
from visa.store.tables import Instance, InstanceStatus, Workspace, WorkspaceStatus
from visa.testing.sample.people import SAMPLE_PEOPLE

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

ROUNDS = 30
AT_ONCE = 3
VICTIMS = ("scheduler", "api", "broker")
SEED = 20260907


@pytest.fixture
def house() -> Iterator[Household]:
    folder = Path(tempfile.mkdtemp(prefix="visa-kill-"))
    usual = Policy()
    with household(folder, {"VISA_RECONCILE__LEASE_S": "3"}) as running:
        running.go_by(usual.model_copy(update={"user": usual.user.model_copy(update={"instances": ROUNDS})}))
        yield running
    shutil.rmtree(folder)


def test_thirty_creates_and_deletes_survive_kills_at_random_moments(house: Household):
    person = Visitor(house.address, next(iter(SAMPLE_PEOPLE.values())).claims["sub"])
    person.sign_in()
    experiment = person.get("/experiments?scope=mine")["items"][0]["id"]
    done, killed = Event(), Counter[str]()
    with ThreadPoolExecutor(AT_ONCE + 1) as pool:
        reaper = pool.submit(kill_now_and_then, house, done, killed)
        try:
            made = list(pool.map(lambda number: live_and_die(person, experiment, number), range(ROUNDS)))
        finally:
            done.set()
        reaper.result()
    assert sum(killed.values()) >= 10, f"too few kills to prove anything: {killed}"
    assert set(killed) == set(VICTIMS)
    assert len(set(made)) == ROUNDS
    nothing_is_lost_or_left(house, set(made))


def live_and_die(person: Visitor, experiment: str, number: int) -> str:
    wish = {"name": f"Round {number}", "image_id": "terminal", "flavour_id": "small", "keyboard": "us"}
    instance_id = person.post("/instances", wish | {"experiment_ids": [experiment]})["id"]
    path = f"/instances/{instance_id}"
    if number % 3:  # every third is deleted while it is still being made
        person.until(lambda: person.get(path)["phase"] == "running" or None, f"{instance_id} runs")
    person.delete(path)
    person.until(lambda: person.get(path)["phase"] == "gone" or None, f"{instance_id} is gone")
    return str(instance_id)


def kill_now_and_then(house: Household, done: Event, killed: Counter[str]) -> None:
    chance = random.Random(SEED)
    order = list(VICTIMS)
    while not done.wait(chance.uniform(0.2, 1.5)):
        victim = order.pop(0) if order else chance.choice(VICTIMS)
        house.kill(victim)
        killed[victim] += 1
        house.start(victim)
        if chance.random() < 0.7:  # else it is killed again before it is ready
            house.wait_ready(victim)


def nothing_is_lost_or_left(house: Household, made: set[str]) -> None:
    with house.runtime.sessions.read() as session:
        instances = {row.id: row for row in session.scalars(select(Instance))}
        phases = {row.instance_id: row.phase for row in session.scalars(select(InstanceStatus))}
        workspaces = {row.id: row for row in session.scalars(select(Workspace))}
        volumes = {row.workspace_id: row for row in session.scalars(select(WorkspaceStatus))}
    assert set(instances) == made
    assert set(phases.values()) == {Phase.GONE}
    assert all(workspace.binned_at is not None for workspace in workspaces.values())
    survey = house.runtime.open_cloud("main").survey()
    assert survey.servers == ()
    # A workspace whose instance was deleted before its volume was made has none yet; the loop still makes it.
    assert {row.phase for row in volumes.values()} <= {WorkspacePhase.AVAILABLE}
    assert {volume.mark.id for volume in survey.volumes} == set(workspaces)
    assert {volume.ref for volume in survey.volumes} == {row.ref for row in volumes.values()}
    assert len(survey.volumes) == ROUNDS
    assert sandboxes_below(house.state.cloud) == []


def sandboxes_below(folder: Path) -> list[str]:
    """Command lines of all processes that name the folder: what is still running from it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it ended meanwhile
        if str(folder) in line:
            found.append(line)
    return found
