"""`visa hold`: keeping instances and workspaces whatever the policy says."""

from datetime import datetime

import click


@click.group()
def hold() -> None:
    """Keep instances and workspaces whatever the policy says."""


@hold.command()
@click.argument("subject", type=click.Choice(["instance", "workspace"]))
@click.argument("subject_id", metavar="ID")
@click.option("--reason", required=True, help="Why, for all who find it held.")
@click.option("--days", type=click.IntRange(1, 36_525), help="For so many days (default: for ever).")
@click.option("--until", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="Until this moment (UTC).")
def place(subject: str, subject_id: str, reason: str, days: int | None, until: datetime | None) -> None:
    """Keep the instance or workspace ID. Its owner may still delete it.

    An instance and the workspace that it uses share their fate: a hold on one keeps both, while it is used.

    \b
    Examples:
      visa hold place instance k3v9m2hx7qpt4wzn --reason "thesis, see ticket 4711" --days 60
      visa hold place workspace p2c7m9hx4qzt8wkn --reason "legal hold"
    """
    from visa.cli.operator import end, operator
    from visa.cli.runtime import open_runtime
    from visa.services.reclaim import holds
    from visa.services.wake import Subject

    runtime = open_runtime()
    now = runtime.clock.now()
    ends_at = end(now, days=days, until=until)
    with runtime.sessions.write() as session:
        placed = holds.place(
            session,
            Subject(subject),
            subject_id,
            reason=reason,
            ends_at=ends_at,
            by=operator(),
            now=now,
            new_id=runtime.new_id,
        )
    click.echo(f"Hold {placed.id}: {subject} {subject_id} is kept {holds.until(placed)}.")


@hold.command()
@click.argument("hold_id", metavar="HOLD")
def release(hold_id: str) -> None:
    """Let the policy count again for what HOLD keeps.

    \b
    Examples:
      visa hold release m4v8q2hx7kpt9wzn
    """
    from visa.cli.operator import operator
    from visa.cli.runtime import open_runtime
    from visa.services.reclaim import holds

    runtime = open_runtime()
    with runtime.sessions.write() as session:
        released = holds.release(session, hold_id, by=operator(), now=runtime.clock.now())
    click.echo(f"The {released.subject} {released.subject_id} was released by {released.released_by}.")


@hold.command("list")
@click.option("--all", "with_over", is_flag=True, help="Also those that were released or have ended.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
def list_command(*, with_over: bool, limit: int) -> None:
    """List what is kept, newest first.

    \b
    Examples:
      visa hold list
      visa hold list --all
    """
    from visa.cli.runtime import open_runtime, table
    from visa.services.reclaim import holds

    runtime = open_runtime()
    with runtime.sessions.read() as session:
        found = holds.list_all(session, with_over=with_over, after=None, limit=limit, now=runtime.clock.now())
    rows: list[tuple[object, ...]] = [
        (
            one.hold.id,
            f"{one.hold.subject} {one.hold.subject_id}",
            one.name,
            one.owner.name,
            holds.until(one.hold) if one.in_force else f"no more ({one.hold.released_by or 'it ended'})",
            one.hold.placed_by,
            one.hold.reason,
        )
        for one in found
    ]
    headings = ("HOLD", "KEEPS", "NAME", "OWNER", "UNTIL", "BY", "REASON")
    click.echo(table(headings, rows) if rows else "Nothing is held.")
