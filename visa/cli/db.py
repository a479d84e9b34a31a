"""`visa db`: bring the database to this release's tables."""

import click


@click.group()
def db() -> None:
    """Create and upgrade the database."""


@db.command()
def upgrade() -> None:
    """Run every migration that the database is missing. Running it twice does no harm.

    \b
    Examples:
      visa db upgrade
      VISA_CONFIG=/etc/visa/visa.yaml visa db upgrade
    """
    from visa import settings
    from visa.store import migrate
    from visa.store.session import open_engine

    engine = open_engine(settings.load().database.url)
    try:
        before, after = migrate.upgrade(engine)
    finally:
        engine.dispose()
    click.echo(f"database is at {after} already" if before == after else f"database: {before or 'empty'} -> {after}")
