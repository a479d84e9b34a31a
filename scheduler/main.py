"""The scheduler process: `python -m scheduler`. May be killed and restarted at any moment, and run in copies."""

import os
import secrets
import signal
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

import structlog

from scheduler.clock import make_clock
from scheduler.jobs import Reconciling, look_for_leaks, reported, sweep, sync_facility
from visa import bootstrap
from visa.bootstrap import Runtime
from visa.errors import VisaError
from visa.logs import set_up_logs
from visa.services.leaks import LEAKS_JOB
from visa.services.offers import CLOUD_JOB
from visa.settings import load

log = structlog.get_logger(__name__)

SWEEP_S = 60.0
LIMITS_S = 600.0


def main() -> int:
    """Run until SIGTERM or SIGINT; a pass under way is finished first."""
    try:
        settings = load()
        set_up_logs("scheduler")
        runtime = bootstrap.build(settings)
        bootstrap.require_current_schema(runtime)
        run(runtime)
    except VisaError as error:
        sys.stderr.write(f"scheduler: {error.public}\n")
        return 1
    return 0


def run(runtime: Runtime) -> None:
    """Do the jobs until told to stop."""
    settings, name = runtime.settings, holder()
    facility = runtime.open_facility()
    with ThreadPoolExecutor(settings.reconcile.workers, thread_name_prefix="cloud") as calls:
        work = bootstrap.reconcile_work(runtime, runtime.open_cloud(), holder=name, calls=calls)
        reconcile = Reconciling(runtime, work)
        sync = reported(runtime, name, "facility", lambda: sync_facility(runtime, facility))
        limits = reported(runtime, name, CLOUD_JOB, work.cloud.enforcement)
        clean = reported(runtime, name, "sweep", lambda: sweep(runtime))
        find = reported(runtime, name, LEAKS_JOB, lambda: look_for_leaks(runtime, work))
        limits()  # the api shows them, and never asks the cloud itself
        sync()  # before anything else: mounts and roles come from it
        clock = make_clock(
            {
                "reconcile": (settings.reconcile.poll_s, reconcile),
                "facility": (settings.facility.sync_s, sync),
                "sweep": (SWEEP_S, clean),
                CLOUD_JOB: (LIMITS_S, limits),
                LEAKS_JOB: (settings.leaks.look_s, find),
            }
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: clock.shutdown(wait=False))
        log.info("scheduler runs", holder=name)
        clock.start()
        reconcile.stop()  # before the threads for its calls end
    log.info("scheduler stopped", holder=name)


def holder() -> str:
    """This process's name in leases and reports: host, process and chance, so that no two are ever alike."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"
