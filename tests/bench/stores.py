"""Databases to measure on: a fresh SQLite file and a fresh PostgreSQL server."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from visa.store import migrate
from visa.store.session import Sessions, open_engine, open_sessions
from visa.testing.postgres import running_server

KINDS = ("SQLite", "PostgreSQL")


@contextmanager
def fresh(kind: str) -> Iterator[tuple[str, Sessions]]:
    """An empty database of this release: its URL and its sessions."""
    folder = Path(tempfile.mkdtemp(prefix="visa-bench-"))
    try:
        if kind == "SQLite":
            yield from _opened(f"sqlite:///{folder / 'visa.db'}")
        else:
            with running_server(folder) as url:
                yield from _opened(url)
    finally:
        shutil.rmtree(folder)


def _opened(url: str) -> Iterator[tuple[str, Sessions]]:
    engine = open_engine(url)
    migrate.upgrade(engine)
    yield url, open_sessions(engine)
    engine.dispose()
