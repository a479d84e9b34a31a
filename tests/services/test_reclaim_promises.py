"""The four promises of reclaim, over the real services, the fake cloud and clocks that jump, in generated histories.

`make soak` runs the same for as long as it is told. Broken copies of each promise are kept in
test_reclaim_mutants.py and have to be caught here.
"""

import math
import os
import shutil
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from tests.services.reclaim_parts import HOUR, POLICIES, STEP, TROUBLES
from tests.services.reclaim_world import World
from visa.domain.instance import Kept, Phase, Wanted
from visa.errors import VisaError
from visa.services import instances, policies, workspaces
from visa.services.create_instance import NewInstance, create
from visa.services.journal import By
from visa.services.reclaim import holds, requests, stop
from visa.services.wake import Subject
from visa.store.session import open_engine, open_sessions
from visa.store.tables import Hold, Instance, InstanceStatus, Workspace
from visa.testing.builders import ADA, BOB, OPEN

PARTS, STEPS, LEAST = 4, 250, 2_500
LONG = 10
ADMIN = By("person", "Admin", "admin")
people = st.sampled_from([ADA, BOB])
numbers = st.integers(0, 9)
which = st.integers(0, 1)
TROUBLE = st.one_of(
    st.tuples(st.just("clock"), which, st.sampled_from([-20000, -600, -61, -1, 0, 0, 1, 61, 600, 20000])),
    st.tuples(st.just("mail"), st.sampled_from(["up", "down", "refuses", "unknown"])),
    st.tuples(st.just("slow mail"), st.sampled_from([0, 30, 200])),
    st.tuples(st.just("nobody works"), st.sampled_from([1, 5, 60])),
    st.tuples(st.just("cloud"), st.lists(st.sampled_from(sorted(TROUBLES)), max_size=3)),
    st.tuples(st.just("copies"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("load"), st.sampled_from([None, 0.0, 0.0, 3.0])),
)


class Reclaim(RuleBasedStateMachine):
    """What people, admins, clocks, mail and the cloud do, in any order."""

    template: Path
    steps = 0

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="visa-reclaim-", dir=_in_memory())
        self.engine = open_engine(f"sqlite:///{shutil.copy(self.template, Path(self.folder) / 'visa.db')}")
        self.world = World(open_sessions(self.engine))

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.dispose()
            shutil.rmtree(self.folder)

    # Time and processes

    @rule(number=which, times=st.sampled_from([1, 1, 1, 3, 3, 14]))
    def schedulers_work(self, number, times):
        """One of them, both in turn, or one for long with nothing in its way."""
        if times > LONG:
            self._all_is_well()
        for one in range(times):
            self.world.clock.advance(STEP.total_seconds())
            self.world.activate(number if times > LONG else (number + one) % 2)

    def _all_is_well(self):
        self.world.post.state, self.world.troubles = "up", []
        self.world.cloud.fail_copies()
        for number in range(2):
            self.world.set_clock(number, timedelta())

    @rule(trouble=TROUBLE)
    def something_is_wrong(self, trouble):
        match trouble:
            case ("clock", number, minutes):
                self.world.set_clock(number, timedelta(minutes=minutes))
            case ("mail", state):
                self.world.post.state = state
            case ("slow mail", seconds):
                self.world.post.slow_s = seconds
            case ("nobody works", hours):
                self.world.clock.advance(hours * HOUR.total_seconds())
            case ("cloud", names):
                self.world.troubles = [TROUBLES[name]() for name in names]
            case ("copies", backups, restores):
                self.world.cloud.fail_copies(backups=backups, restores=restores)
            case ("load", load):
                self.world.cloud.tells_use(load=load)

    # People

    @rule(who=people)
    def somebody_starts_a_desktop(self, who):
        with self._trying() as session:
            self.world.seeded.create(session, who, self.world.clock.now())

    @rule(number=numbers)
    def somebody_writes_a_file(self, number):
        """Into a desktop that runs."""
        running = self._chosen(number, InstanceStatus.phase == Phase.RUNNING, Instance.wanted == Wanted.RUNNING)
        if running is None:
            return
        for volume in self.world.survey().volumes:
            if volume.mark.id == running.workspace_id and volume.attached_to:
                content = self.world.new_id()
                self.world.cloud.contents[volume.ref] = self.world.files[running.workspace_id] = content

    @rule(number=numbers, verb=st.sampled_from([instances.extend, instances.extend, instances.stop, instances.start]))
    def somebody_extends_stops_or_starts(self, number, verb):
        self._do(number, verb)

    @rule(number=numbers)
    def somebody_deletes_a_desktop(self, number):
        done = self._do(number, instances.delete)
        if done is not None:
            self.world.by_owner.add(done.id)
            self.world.binned[done.workspace_id] = self.world.clock.now()

    @rule(number=numbers)
    def somebody_restores(self, number):
        chosen = self._workspace(number)
        if chosen is None:
            return
        with self._trying() as session:
            desk = self.world.seeded.desk(session, chosen.owner_id, self.world.clock.now())
            create(session, desk, NewInstance("Again", "xfce", "small", (OPEN,), "us", chosen.id))
            self.world.binned.pop(chosen.id, None)
            self.world.archived.pop(chosen.id, None)

    @precondition(lambda self: self.world.taken > 3)
    @rule(number=numbers)
    def somebody_deletes_for_ever(self, number):
        chosen = self._workspace(number)
        if chosen is None:
            return
        with self._trying() as session:
            desk = self.world.seeded.desk(session, chosen.owner_id, self.world.clock.now())
            workspaces.delete_for_ever(session, desk, chosen.id, confirm_name=chosen.name)
            self.world.let_go.add(chosen.id)

    @rule(number=numbers)
    def somebody_asks_for_more_time(self, number):
        until = self.world.clock.now() + 40 * HOUR
        self._do(number, lambda *given: requests.make(*given, reason="The fit takes longer.", until=until))

    # Admins

    @rule(number=numbers, of_workspace=st.booleans())
    def an_admin_holds(self, number, of_workspace):
        chosen = self._workspace(number) if of_workspace else self._chosen(number)
        if chosen is None:
            return
        subject = Subject.WORKSPACE if of_workspace else Subject.INSTANCE
        with self._trying() as session:
            told = {"reason": "A paper.", "ends_at": None, "by": ADMIN, "now": self.world.clock.now()}
            holds.place(session, subject, chosen.id, new_id=self.world.new_id, **told)

    @rule(what=st.sampled_from(["release", "release", "stop", "resume", "resume", *POLICIES]))
    def an_admin_decides(self, what):
        now = self.world.clock.now()
        with self._trying() as session:
            match what:
                case "release":
                    for hold in session.scalars(select(Hold).where(Hold.released_at.is_(None))):
                        holds.release(session, hold.id, by=ADMIN, now=now)
                case "stop":
                    stop.stop(session, reason="Storage", by=ADMIN, now=now, new_id=self.world.new_id)
                case "resume":
                    stop.resume(session, by=ADMIN, now=now)
                case policy:
                    policies.load(session, policy, by="admin", note="", now=now)

    @invariant()
    def counted(self):
        """Every step, of all examples."""
        Reclaim.steps += 1

    # Helpers

    def _trying(self):
        return _Trying(self.world.sessions)

    def _do(self, number, verb):
        chosen = self._chosen(number)
        if chosen is None:
            return None
        with self._trying() as session:
            verb(session, self.world.seeded.desk(session, chosen.owner_id, self.world.clock.now()), chosen.id)
            return chosen
        return None

    def _chosen(self, number, *conditions):
        query = select(Instance).join(InstanceStatus).where(InstanceStatus.phase != Phase.GONE, *conditions)
        return self._nth(query.order_by(Instance.id), number)

    def _workspace(self, number):
        binned = select(Workspace).where(Workspace.wanted != Kept.GONE, Workspace.binned_at.is_not(None))
        return self._nth(binned.order_by(Workspace.id), number)

    def _nth(self, query, number):
        with self.world.sessions.read() as session:
            found = session.scalars(query).all()
        return found[number % len(found)] if found else None


class _Trying:
    """A writing transaction that may be refused in words, and then changes nothing."""

    def __init__(self, sessions) -> None:
        self._inner = sessions.write()

    def __enter__(self):
        return self._inner.__enter__()

    def __exit__(self, kind, error, trace):
        self._inner.__exit__(kind, error, trace)
        return kind is not None and issubclass(kind, VisaError)


def _in_memory() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - one folder of its own an example


@pytest.fixture
def machine(sqlite_template):
    Reclaim.template = sqlite_template
    return Reclaim


def play(machine, examples: int) -> int:
    """Generate so many histories; returns how many steps they had."""
    before = Reclaim.steps
    checks = list(HealthCheck)
    wish = settings(
        max_examples=examples, stateful_step_count=STEPS, deadline=None, database=None, suppress_health_check=checks
    )
    run_state_machine_as_test(machine, settings=wish)
    return Reclaim.steps - before


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("_part", range(PARTS))
def test_the_promises_hold_over_ten_thousand_steps(_part, machine):
    """In parts, which may run at the same time; each generates histories of its own until they are long enough."""
    steps = 0
    while steps < LEAST:
        steps += play(machine, math.ceil((LEAST - steps) / STEPS))


@pytest.mark.timeout(0)
@pytest.mark.skipif("VISA_SOAK_MINUTES" not in os.environ, reason="make soak runs it")
def test_the_promises_hold_for_as_long_as_told(machine):
    end = time.monotonic() + 60 * float(os.environ["VISA_SOAK_MINUTES"])
    steps = 0
    while time.monotonic() < end:
        steps += play(machine, 10)
        sys.stderr.write(f"{steps} steps, the promises held\n")
    assert steps
