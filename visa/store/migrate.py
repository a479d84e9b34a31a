"""Bringing a database to this release's tables, and telling whether it is there."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

import visa.store.tables  # noqa: F401 - importing the tables is what fills the metadata
from visa.store.base import Base

LOCK_TIMEOUT_S = 30
UPGRADE_LOCK = 0x76697361  # "visa": any constant that two upgrades of one database share


def upgrade(engine: Engine) -> tuple[str | None, str | None]:
    """Run every migration that is missing; returns the revisions before and after. Two at once wait for each other."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})"))
        before = MigrationContext.configure(connection).get_current_revision()
        settings = config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
        return before, head()


def head() -> str | None:
    """The revision that this code expects."""
    return ScriptDirectory.from_config(config()).get_current_head()


def current(engine: Engine) -> str | None:
    """The revision that the database has; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def differences(engine: Engine) -> list[str]:
    """How the database's tables differ from the code's; empty when they agree."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [repr(difference) for difference in compare_metadata(context, Base.metadata)]


def config() -> Config:
    """Alembic's configuration for our migrations; callers add the connection."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return settings
