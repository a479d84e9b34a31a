"""Rows of the release before several clouds, brought through the migration, and written while it still runs."""

import pytest
from alembic import command
from sqlalchemy import Engine, text

from visa.store import migrate
from visa.store.session import open_engine

LEAK = "INSERT INTO leak (kind, ref, owner, first_seen_at, seen_at, cure) VALUES ('server', :ref, 'o', :at, :at, '')"
IMAGE = (
    "INSERT INTO image (id, name, description, icon, good_for, cloud_name, position)"
    " VALUES (:ref, 'n', '', 'desktop', '[]', 'xfce', 0)"
)
AT = "2026-05-04 12:00:00"


def write(engine: Engine, ref: str) -> None:
    """As the release before does."""
    with engine.begin() as connection:
        for statement in (LEAK, IMAGE):
            connection.execute(text(statement), {"ref": ref, "at": AT} if statement == LEAK else {"ref": ref})


@pytest.fixture
def engine(database_url: str):
    made = open_engine(database_url)
    with made.begin() as connection:
        settings = migrate.config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0001")
    yield made
    made.dispose()


def test_what_was_there_and_what_the_release_before_still_writes_is_in_the_main_cloud(engine: Engine):
    write(engine, "before")
    migrate.upgrade(engine)
    write(engine, "after")
    with engine.connect() as connection:
        for column, table in (("ref", "leak"), ("id", "image")):
            rows = connection.execute(text(f"SELECT {column}, cloud FROM {table} ORDER BY {column}")).all()  # noqa: S608 - constants
            assert [tuple(row) for row in rows] == [("after", "main"), ("before", "main")]


def test_the_same_ref_may_leak_in_two_clouds(engine: Engine):
    migrate.upgrade(engine)
    write(engine, "same")
    with engine.begin() as connection:
        other = LEAK.replace("(kind,", "(cloud, kind,").replace("('server',", "('other', 'server',")
        connection.execute(text(other), {"ref": "same", "at": AT})
