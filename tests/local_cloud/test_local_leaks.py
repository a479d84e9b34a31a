"""A real sandbox that no row asked for is found, stopped and deleted, and its volume stays."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from visa.domain.leaks import Rules
from visa.domain.pace import Limits
from visa.services import leaks
from visa.services.reconcile import Work

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
RULES = Rules(timedelta(minutes=10), delete_servers=True, max_share=0.2)


def test_an_orphan_is_found_and_goes_without_its_volume(bench, sessions, clock, new_id):
    spec = bench.spec()
    bench.server(spec)
    (bench.home(spec) / "thesis").write_text("years of work")
    with ThreadPoolExecutor(1) as calls:
        work = Work(sessions, bench.cloud, clock, "bench", "scheduler-1", 60, LIMITS, 0.5, calls, new_id)
        first = leaks.look(work, RULES)
        assert (first.servers, first.volumes, first.cured) == (1, 1, 0)

        def gone() -> bool:
            clock.advance(660)
            leaks.look(work, RULES)
            return not bench.cloud.survey().servers

        bench.wait(gone)
    assert (bench.home(spec) / "thesis").read_text() == "years of work"
    with sessions.read() as session:
        assert "volume" in {row.kind for row in leaks.list_all(session)}
