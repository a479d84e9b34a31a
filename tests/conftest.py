"""What every test may ask for: real databases of both kinds, a clock that stands still, ids that count."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from visa.ports.clock import NewId
from visa.store import migrate
from visa.store.session import Sessions, open_engine, open_sessions
from visa.testing.clock import FrozenClock
from visa.testing.postgres import running_server


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server that this test run started."""
    folder = Path(tempfile.mkdtemp(prefix="visa-pg-"))  # short: a unix socket's path has at most 107 bytes
    try:
        with running_server(folder) as url:
            yield url
    finally:
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database; tests that ask for it run once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'visa.db'}"
        return
    server = request.getfixturevalue("postgres_url")
    name = f"test_{next(_numbers)}"
    admin = open_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


_numbers = itertools.count()


@pytest.fixture
def sessions(database_url: str) -> Iterator[Sessions]:
    """A database of this release, built by the migrations."""
    engine = open_engine(database_url)
    migrate.upgrade(engine)
    yield open_sessions(engine)
    engine.dispose()


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def new_id() -> NewId:
    numbers = itertools.count(1)
    return lambda: f"id{next(numbers):06d}"
