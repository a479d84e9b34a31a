"""Who types a command, and what moments they mean."""

import getpass
from datetime import UTC, datetime, timedelta

import click

from visa.services.journal import By


def operator() -> By:
    """The account that typed this, for events and lists."""
    return By("system", f"{getpass.getuser()} (command line)")


def end(now: datetime, *, days: int | None, until: datetime | None) -> datetime | None:
    """The end that `--days` or `--until` names, None for neither. Raises for both."""
    if days is not None and until is not None:
        raise click.UsageError("Name --days or --until, not both.")
    if until is not None:
        return until.replace(tzinfo=UTC)
    return None if days is None else now + timedelta(days=days)
