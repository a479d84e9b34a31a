"""What every test may ask for: real databases of both kinds, a clock that stands still, ids that count."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from visa.ports.clock import NewId
from visa.store import migrate
from visa.store.session import Sessions, open_engine, open_sessions
from visa.testing.clock import FrozenClock
from visa.testing.postgres import running_server


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server that this test run started."""
    in_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - databases come and go by the hundred
    folder = Path(tempfile.mkdtemp(prefix="visa-pg-", dir=in_memory))  # short: a socket's path has at most 107 bytes
    try:
        with running_server(folder) as url:
            yield url
    finally:
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Tests that ask for a database run once on each kind."""
    return request.param


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        yield from _postgres_database(request.getfixturevalue("postgres_url"), template="template0")


@pytest.fixture
def migrated_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of this release: a copy of one that the migrations built once."""
    template = request.getfixturevalue(f"{database_kind}_template")
    if database_kind == "sqlite":
        yield f"sqlite:///{shutil.copy(template, tmp_path / 'visa.db')}"
    else:
        yield from _postgres_database(request.getfixturevalue("postgres_url"), template=template)


@pytest.fixture
def sessions(migrated_url: str) -> Iterator[Sessions]:
    """A database of this release."""
    engine = open_engine(migrated_url)
    yield open_sessions(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "visa.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql_template(postgres_url: str) -> str:
    with _admin(postgres_url) as admin:
        admin.execute(text("CREATE DATABASE migrated"))
    _migrate(postgres_url.replace("/postgres?", "/migrated?"))
    return "migrated"


def _postgres_database(server: str, *, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    with _admin(server) as admin:
        admin.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield server.replace("/postgres?", f"/{name}?")
    with _admin(server) as admin:
        admin.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def _admin(server: str) -> Iterator[Connection]:
    engine = open_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _migrate(url: str) -> None:
    engine = open_engine(url)
    migrate.upgrade(engine)
    engine.dispose()


_numbers = itertools.count()


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def new_id() -> NewId:
    numbers = itertools.count(1)
    return lambda: f"id{next(numbers):06d}"
