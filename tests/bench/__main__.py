"""`make bench`: figures for reading, never a test that a slow machine could fail.

Each part prints its own table; `python -m tests.bench NAME…` runs only those.
"""

import sys
from importlib import import_module

PARTS = ("bench_reconcile", "bench_reclaim", "bench_lists", "bench_first_frame", "bench_broker")


def main(names: list[str]) -> None:
    for name in names or PARTS:
        print(f"\n== {name}", flush=True)
        import_module(f"tests.bench.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
