"""The broker as a relay beside the library's own server: throughput, CPU, latency, memory.

Each relay is a process pinned to one core; desktop and pages share another. Runs alternate, so that a busy machine hits
both; figures are medians.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

import uvloop

from tests.bench.relays import CHUNK, RELAYS
from tests.bench.rfb_load import ECHO, ECHO_LENGTH, FLOOD, LoadDesktop, key, open_page

RUNS = 3
FLOOD_BYTES = 1 << 30
ECHOES = 3000
IDLE_SESSIONS = 500
RELAY_CORE, LOAD_CORE = 0, max(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Figures:
    """Of one run."""

    gb_per_s: float
    cpu_s_per_gb: float
    echo_p50_us: float
    echo_p99_us: float
    kb_per_session: float


def main() -> None:
    os.sched_setaffinity(0, {LOAD_CORE})
    runs: dict[str, list[Figures]] = {name: [] for name in RELAYS}
    for _ in range(RUNS):
        for name, figures in runs.items():
            figures.append(uvloop.run(measure(name)))
    print(f"{'relay':<18}{'GB/s':>8}{'CPU s/GB':>10}{'echo p50':>11}{'p99':>11}{'per session':>13}")
    for name, figures in runs.items():
        of = {field: statistics.median(getattr(run, field) for run in figures) for field in Figures.__annotations__}
        print(
            f"{name:<18}{of['gb_per_s']:>8.2f}{of['cpu_s_per_gb']:>10.2f}{of['echo_p50_us']:>8.0f} µs"
            f"{of['echo_p99_us']:>8.0f} µs{of['kb_per_session']:>10.1f} kB"
        )


async def measure(name: str) -> Figures:
    desktop = await asyncio.get_running_loop().create_server(LoadDesktop, "127.0.0.1", 0, backlog=1024)
    upstream = desktop.sockets[0].getsockname()[1]
    command = [sys.executable, "-m", "tests.bench.relays", name, str(upstream), str(RELAY_CORE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as relay:
        try:
            assert relay.stdout is not None
            port = int(relay.stdout.readline())
            memory = await memory_per_session(port, relay.pid)
            p50, p99 = await echo_latency(port)
            gb_per_s, cpu_s_per_gb = await throughput(port, relay.pid)
        finally:
            relay.terminate()
            desktop.close()
    return Figures(gb_per_s, cpu_s_per_gb, p50 * 1e6, p99 * 1e6, memory)


async def throughput(port: int, pid: int) -> tuple[float, float]:
    """GB/s down to one page, and the relay's processor seconds for each GB."""
    page = await open_page(port)
    LoadDesktop.chunks = FLOOD_BYTES // CHUNK
    page.expect(FLOOD_BYTES)
    began, cpu = time.perf_counter(), cpu_s(pid)
    page.say(key(FLOOD))
    await page.arrived
    took, used = time.perf_counter() - began, cpu_s(pid) - cpu
    page.close()
    return FLOOD_BYTES / 1e9 / took, used / (FLOOD_BYTES / 1e9)


async def echo_latency(port: int) -> tuple[float, float]:
    """Seconds from a key to the 60 bytes that answer it: median and 99th percentile."""
    page = await open_page(port)
    times = []
    for _ in range(ECHOES):
        page.expect(2 + ECHO_LENGTH)
        began = time.perf_counter()
        page.say(key(ECHO))
        await page.arrived
        times.append(time.perf_counter() - began)
    page.close()
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


async def memory_per_session(port: int, pid: int) -> float:
    """kB that the relay grows by for each idle session that has used its desktop once."""
    await use(port, 20)  # what the first sessions cost is not theirs alone
    before = rss_kb(pid)
    pages = await use(port, IDLE_SESSIONS)
    grown = rss_kb(pid) - before
    for page in pages:
        page.close()
    return grown / IDLE_SESSIONS


async def use(port: int, count: int) -> list:
    pages = []
    for _ in range(count):
        page = await open_page(port)
        page.expect(2 + ECHO_LENGTH)
        page.say(key(ECHO))
        await page.arrived
        pages.append(page)
    return pages


def cpu_s(pid: int) -> float:
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_kb(pid: int) -> int:
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        return int(next(line for line in rollup if line.startswith("Rss:")).split()[1])


if __name__ == "__main__":
    main()
