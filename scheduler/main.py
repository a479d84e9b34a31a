"""The scheduler process: `python -m scheduler`. May be killed and restarted at any moment, and run in copies."""

import os
import secrets
import signal
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import structlog

from scheduler.clock import Jobs, make_clock
from scheduler.jobs import (
    Reconciling,
    Run,
    let_in,
    look_at_cloud,
    look_for_leaks,
    reported,
    send_letters,
    sweep,
    sync_facility,
)
from scheduler.reclaiming import LOOK_JOB, OVER_QUOTA_JOB, count_surplus, find_unseen, look_at_due
from visa import bootstrap
from visa.bootstrap import Runtime
from visa.errors import VisaError
from visa.logs import set_up_logs
from visa.services.leaks import LEAKS_JOB
from visa.services.offers import CLOUD_JOB
from visa.services.reclaim.sender import LETTERS_JOB
from visa.services.reconcile import Work
from visa.settings import load

log = structlog.get_logger(__name__)

SWEEP_S = 60.0
ADMIT_S = 2.0
LIMITS_S = 600.0


def main() -> int:
    """Run until SIGTERM or SIGINT; a pass under way is finished first."""
    try:
        settings = load()
        set_up_logs("scheduler")
        runtime = bootstrap.build(settings)
        bootstrap.require_current_schema(runtime)
        bootstrap.require_known_clouds(runtime)
        run(runtime)
    except VisaError as error:
        sys.stderr.write(f"scheduler: {error.public}\n")
        return 1
    return 0


def run(runtime: Runtime) -> None:
    """Do the jobs until told to stop."""
    settings, name = runtime.settings, holder()
    facility = runtime.open_facility()
    sync = reported(runtime, Run("facility", name), lambda: sync_facility(runtime, facility))
    clean = reported(runtime, Run("sweep", name), lambda: sweep(runtime))
    letters = bootstrap.letter_sending(runtime, holder=name)
    surplus = reported(runtime, Run(OVER_QUOTA_JOB, name), lambda: count_surplus(runtime))
    unseen = reported(runtime, Run("enrol", name), lambda: find_unseen(runtime))
    with ExitStack() as pools:
        works = [_work(runtime, cloud.name, pools) for cloud in settings.clouds]
        loops = {work.cloud_name: Reconciling(runtime, work) for work in works}
        jobs: Jobs = {
            "facility": (settings.facility.sync_s, sync),
            "sweep": (SWEEP_S, clean),
            LETTERS_JOB: (settings.mail.send_s, lambda: send_letters(runtime, letters)),
            OVER_QUOTA_JOB: (settings.reclaim.surplus_s, surplus),
            "enrol": (settings.reclaim.enrol_s, unseen),
            LOOK_JOB: (settings.reclaim.look_s, lambda: look_at_due(runtime, Run(LOOK_JOB, name))),
            "admit": (ADMIT_S, lambda: let_in(runtime, Run("admit", name))),
        }
        for work in works:
            jobs |= _jobs_of_a_cloud(runtime, work, loops[work.cloud_name])
        sync()  # before anything else: mounts and roles come from it
        unseen()
        clock = make_clock(jobs)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: clock.shutdown(wait=False))
        log.info("scheduler runs", holder=name, clouds=list(loops))
        clock.start()
        for loop in loops.values():
            loop.stop()  # before the threads for its calls end
    log.info("scheduler stopped", holder=name)


def _work(runtime: Runtime, cloud: str, pools: ExitStack) -> Work:
    """Each cloud has its threads and a holder of its own: one that answers slowly takes nothing from the others."""
    workers = runtime.settings.reconcile.workers
    calls = pools.enter_context(ThreadPoolExecutor(workers, thread_name_prefix=f"cloud-{cloud}"))
    return bootstrap.reconcile_work(runtime, cloud, holder=holder(), calls=calls)


def _jobs_of_a_cloud(runtime: Runtime, work: Work, loop: Reconciling) -> Jobs:
    """What is done in each cloud, apart from all others."""
    settings, cloud = runtime.settings, work.cloud_name
    limits = reported(runtime, Run(CLOUD_JOB, work.holder, cloud), lambda: look_at_cloud(runtime, work))
    find = reported(runtime, Run(LEAKS_JOB, work.holder, cloud), lambda: look_for_leaks(runtime, work))
    limits()  # the api shows them, and never asks a cloud itself
    return {
        f"reconcile {cloud}": (settings.reconcile.poll_s, loop),
        f"{CLOUD_JOB} {cloud}": (LIMITS_S, limits),
        f"{LEAKS_JOB} {cloud}": (settings.leaks.look_s, find),
    }


def holder() -> str:
    """This process's name in leases and reports: host, process and chance, so that no two are ever alike."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"
