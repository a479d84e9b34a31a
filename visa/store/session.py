"""Opening the database: one engine a process, the same code for SQLite and PostgreSQL.

Reading and writing are told apart, because SQLite has one writer: a transaction that reads first and writes later would
fail with "database is locked" there instead of waiting, so a writing one takes its place at the start.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

BUSY_TIMEOUT_MS = 10_000

T = TypeVar("T")


@dataclass(frozen=True)
class Sessions:
    """How code reaches the database. Objects stay readable after their session ended."""

    engine: Engine
    reader: sessionmaker[Session]
    writer: sessionmaker[Session]

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent view; whatever was changed in it is thrown away."""
        with self.reader() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back by any exception."""
        with self.writer.begin() as session:
            yield session


def open_sessions(engine: Engine) -> Sessions:
    """The two ways to use `engine`."""
    immediate = engine.execution_options(writes=True)
    return Sessions(
        engine, sessionmaker(engine, expire_on_commit=False), sessionmaker(immediate, expire_on_commit=False)
    )


def lock(session: Session, table: type[T], key: Any) -> T | None:
    """The row, which nobody else changes until this transaction ends, as it is now: None when there is none.

    Read anew even if this session read it before, because another may have changed it while we waited. Rows that only
    point to it (events of a person) may still be written meanwhile, or two requests could wait for each other.
    """
    return session.get(table, key, with_for_update={"key_share": True}, populate_existing=True)


def alone(session: Session, name: str) -> None:
    """Wait until nobody else does what is called `name`, until this transaction ends. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))


def together(session: Session, name: str) -> None:
    """Others may do the same at once, but nobody who is `alone` with this name; until this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock_shared(func.hashtext(name))))


def open_engine(url: str, *, pool_size: int = 10) -> Engine:
    """An engine for `url`; its pool holds at most twice `pool_size` connections."""
    # Errors are logged; the values of a failed statement may be tokens and passwords, and stay out of their texts.
    engine = create_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True, hide_parameters=True)
    if make_url(url).get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # pysqlite must not begin by itself: _begin_sqlite does
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
