"""Latency of the list of instances over HTTP with 10,000 stored, as a browser asks for it. Goal: p99 under 50 ms.

One owner has them all, which is worse than real life. Cold and unchanged (304) requests are told apart.
"""

import itertools
import os
import statistics
import subprocess
import sys
import time
from threading import Event

import requests
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.bench.stores import KINDS, fresh
from visa.cli.demo.ports import choose
from visa.cli.demo.readiness import answers, wait_until
from visa.services.hashing import hashed
from visa.testing.builders import ADA, seed, sign_in
from visa.testing.clock import FrozenClock
from visa.testing.cloud import FakeCloud
from visa.testing.crowd import add_settled

STORED = 10_000
REQUESTS = 400
COOKIE = "a-cookie-for-the-bench"


def main() -> None:
    print(f"{'database':<12}{'request':<24}{'p50':>9}{'p99':>9}{'worst':>9}   ({STORED:,} instances stored)")
    for kind in KINDS:
        with fresh(kind) as (url, sessions):
            with sessions.write() as session:
                fill(session)
            with_server(kind, url)


def fill(session: Session) -> None:
    clock, numbers = FrozenClock(), itertools.count()
    cloud = FakeCloud("bench", clock, lambda: f"r{next(numbers)}")
    seed(session, clock.now(), lambda: f"s{next(numbers)}")
    add_settled(session, cloud, owner_id=ADA, count=STORED, now=clock.now())
    sign_in(session, ADA, clock.now()).token_hash = hashed(COOKIE)
    session.flush()
    session.execute(text("ANALYZE"))  # what PostgreSQL does by itself a minute after so many rows came


def with_server(kind: str, url: str) -> None:
    port = choose(0, purpose="bench", option="")
    env = os.environ | {
        "VISA_DATABASE__URL": url,
        "VISA_ENVIRONMENT": "development",
        "VISA_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    command = [
        "-m",
        "gunicorn",
        "--bind",
        f"127.0.0.1:{port}",
        "--worker-class",
        "gthread",
        "--threads",
        "8",
        "api.wsgi:app",
    ]
    server = subprocess.Popen([sys.executable, *command], env=env, stderr=subprocess.DEVNULL)
    try:
        healthy = answers(f"http://127.0.0.1:{port}/healthz")
        wait_until(healthy, alive=lambda: server.poll() is None, stop=Event())
        measure(kind, f"http://127.0.0.1:{port}/api/v1/instances?limit=25")
    finally:
        server.terminate()
        server.wait()


def measure(kind: str, address: str) -> None:
    browser = requests.Session()
    browser.cookies.set("visa_session", COOKIE)
    etag = browser.get(address, timeout=30).headers.get("ETag", "")
    for name, headers, status in (("a page of 25", {}, 200), ("unchanged", {"If-None-Match": etag}, 304)):
        took = sorted(once(browser, address, headers, status) for _ in range(REQUESTS))
        p50, p99 = statistics.median(took), took[int(REQUESTS * 0.99)]
        print(f"{kind:<12}{name:<24}{p50 * 1000:>6.1f} ms{p99 * 1000:>6.1f} ms{took[-1] * 1000:>6.1f} ms", flush=True)


def once(browser: requests.Session, address: str, headers: dict[str, str], status: int) -> float:
    begun = time.perf_counter()
    answer = browser.get(address, headers=headers, timeout=30)
    took = time.perf_counter() - begun
    if answer.status_code != status:
        raise AssertionError(f"{status} was expected, not {answer.status_code}: {answer.text[:300]}")
    return took
