"""How busy real sandboxes are: work inside keeps a machine alive, whoever does it, and is over when it is over."""

from datetime import datetime

import pytest

from tests.local_cloud.conftest import Bench
from visa.adapters.cloud.local import LocalCloud
from visa.adapters.cloud.local.meter import cpu_of_trees
from visa.adapters.cloud.local.processes import Stat, parse_stat
from visa.bootstrap import SystemClock
from visa.domain.idle import Idle, Sign, Signal, State
from visa.domain.instance import Phase
from visa.domain.resources import Mark, ServerSeen, ServerSpec
from visa.services import idleness, policies
from visa.services.create_instance import NewInstance, create
from visa.services.reconcile.use import note_use
from visa.settings import Policy
from visa.store.session import Sessions
from visa.store.tables import Activity, InstanceStatus
from visa.testing.builders import ADA, OPEN, seed
from visa.testing.clock import FrozenClock

BUSY = """
(while [ ! -e ~/enough ]; do :; done) & # a child of a child of the session
wait; sleep infinity
"""
HASTE = Policy.model_validate({"idle": {"known_min": 0.2, "mean_min": 0.005}})


@pytest.fixture
def watched(bench: Bench) -> LocalCloud:
    """The bench's cloud, as a process sees it that measures over less than a second."""
    return LocalCloud(bench.root, "bench", bench.images, FrozenClock(), load_window_s=0.6)


def only(cloud: LocalCloud) -> ServerSeen:
    (seen,) = cloud.survey().servers
    return seen


def enough(bench: Bench, spec: ServerSpec) -> None:
    (bench.home(spec) / "enough").touch()


def test_a_busy_loop_is_a_processor_busy_until_it_ends(bench, watched):
    spec = bench.run(BUSY)
    bench.wait(lambda: (only(watched).load or 0) > 0.3)
    assert only(watched).logins == 0
    enough(bench, spec)
    bench.wait(lambda: (only(watched).load or 0) < 0.1)
    watched.stop_server(only(watched).ref)
    bench.wait(lambda: (only(watched).load, only(watched).logins) == (None, None))


def test_one_look_says_nothing_of_the_load(bench, watched):
    ref = bench.server().ref
    (first,) = watched.survey().servers
    assert (first.ref, first.load, first.logins) == (ref, None, 0)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_work_inside_keeps_an_instance_alive_and_its_end_makes_it_quiet(bench, watched, sessions, new_id):
    clock = SystemClock()
    with sessions.write() as session:
        seeded = seed(session, clock.now(), new_id)
        policies.load(session, HASTE, by="test", note="", now=clock.now())
        desk = seeded.desk(session, ADA, clock.now())
        mine = create(session, desk, NewInstance("Mine", "xfce", "small", (OPEN,), "us")).id
        session.flush()
        session.get_one(InstanceStatus, mine).phase = Phase.RUNNING

    def look() -> Idle:
        servers = {seen.mark.id: seen for seen in watched.survey().servers}
        note_use(sessions, servers, [mine], now=clock.now())
        with sessions.read() as session:
            return idleness.idleness(session, HASTE, [mine], clock.now())[mine]

    def load() -> Sign:
        return next(sign for sign in look().signals if sign.signal is Signal.LOAD)

    assert look().since is None, "nothing is known of it yet"
    spec = bench.run(BUSY, mark=Mark("bench", "server", mine))
    bench.wait(lambda: load().state is State.ACTIVE)
    first = look().since
    assert first is not None
    bench.wait(lambda: look().since not in (None, first))
    enough(bench, spec)
    bench.wait(lambda: load().state is State.QUIET)
    ended = look().since
    assert ended is not None
    assert load().since == ended
    heard_at = last_heard(sessions, mine)
    bench.wait(lambda: look() is not None and last_heard(sessions, mine) > heard_at)
    assert look().since == ended


def last_heard(sessions: Sessions, instance_id: str) -> datetime:
    with sessions.read() as session:
        known_at = session.get_one(Activity, (instance_id, Signal.LOAD)).known_at
    assert known_at is not None
    return known_at


def test_the_time_of_a_tree_is_that_of_all_its_processes():
    stats = [Stat(1, "S", 0, 0, 5), Stat(2, "S", 1, 0, 100), Stat(3, "R", 2, 0, 300), Stat(4, "Z", 3, 0, 1000)]
    assert parse_stat("77 (evil) S 1 (x) R 5 5 5 0 -1 4194304 1 0 0 0 10 20 30 40 20 0 1 0 4242 0 0").cpu == 100
    assert cpu_of_trees([2, 9], stats) == {2: pytest.approx(14.0)}
