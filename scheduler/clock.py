"""APScheduler as the clock, and nothing more: it calls jobs at intervals, one run of each at a time."""

from collections.abc import Callable

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler

Jobs = dict[str, tuple[float, Callable[[], None]]]
"""By name: an interval in seconds, and what is done then."""


def make_clock(jobs: Jobs) -> BlockingScheduler:
    """A stopped clock for these jobs."""
    clock = BlockingScheduler(
        executors={"default": ThreadPoolExecutor(len(jobs))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone="UTC",
    )
    for name, (interval_s, job) in jobs.items():
        clock.add_job(job, "interval", seconds=interval_s, id=name, name=name)
    return clock
