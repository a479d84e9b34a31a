"""`visa user`: people who signed in, and roles that are given by hand."""

from datetime import timedelta

import click


@click.group()
def user() -> None:
    """People and their roles."""


@user.command("list")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
def list_command(limit: int) -> None:
    """List people who signed in, the latest first.

    \b
    Examples:
      visa user list
    """
    from visa.cli.runtime import open_runtime, table
    from visa.services import role_grants

    runtime = open_runtime()
    with runtime.sessions.read() as session:
        people = role_grants.list_people(session, limit=limit, now=runtime.clock.now())
    rows: list[tuple[object, ...]] = [
        (person.id, person.name, person.email, f"{person.seen_at:%Y-%m-%d}", ", ".join(sorted(actor.roles)) or "user")
        for person, actor in people
    ]
    click.echo(table(("ID", "NAME", "E-MAIL", "SEEN", "ROLES"), rows) if rows else "Nobody has signed in yet.")


@user.command()
@click.argument("email")
@click.argument("role", type=click.Choice(["staff", "instrument_scientist", "it_support", "admin"]))
@click.option("--days", type=click.IntRange(1), help="End the role after so many days (default: never).")
def grant(email: str, role: str, days: int | None) -> None:
    """Give the person who signed in with EMAIL a role. Giving it again changes its end.

    \b
    Examples:
      visa user grant ada@example.org admin
      visa user grant bob@example.org it_support --days 30
    """
    from visa.cli.runtime import open_runtime
    from visa.domain.access import Role
    from visa.services import role_grants
    from visa.services.journal import By

    runtime = open_runtime()
    now = runtime.clock.now()
    ends_at = now + timedelta(days=days) if days else None
    with runtime.sessions.write() as session:
        person = role_grants.grant(
            session,
            email,
            Role(role),
            ends_at=ends_at,
            by=By("system", "visa user grant"),
            now=now,
            new_id=runtime.new_id,
        )
    click.echo(f"{person.name} is {role}" + (f" until {ends_at:%Y-%m-%d}" if ends_at else ""))
