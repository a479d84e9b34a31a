"""`visa request`: what people ask for more time, and answering it."""

from datetime import datetime

import click


@click.group()
def request() -> None:
    """Answer those who ask for more time than policy gives."""


@request.command("list")
@click.option("--all", "with_answered", is_flag=True, help="Also those that need no answer any more.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
def list_command(*, with_answered: bool, limit: int) -> None:
    """List requests of everybody, newest first.

    \b
    Examples:
      visa request list
      visa request list --all --limit 20
    """
    from visa.cli.runtime import open_runtime, table
    from visa.services.reclaim import request_views

    with open_runtime().sessions.read() as session:
        found = request_views.list_all(session, only_open=not with_answered, limit=limit)
    rows: list[tuple[object, ...]] = [
        (
            one.request.id,
            one.request.state,
            f"{one.request.made_at:%Y-%m-%d %H:%M}",
            one.owner.name,
            one.instance.name,
            f"{one.instance.expires_at:%Y-%m-%d}",
            f"{one.request.until:%Y-%m-%d}",
            " ".join(one.request.reason.split()),
        )
        for one in found
    ]
    headings = ("REQUEST", "STATE", "MADE (UTC)", "OWNER", "INSTANCE", "ENDS", "ASKED UNTIL", "REASON")
    click.echo(table(headings, rows) if rows else "Nobody asks for more time.")


@request.command()
@click.argument("request_id", metavar="REQUEST")
@click.option("--days", type=click.IntRange(1, 365), help="Until so many days from now.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
    help="Until this moment in UTC (default: as asked for).",
)
@click.option("--words", default="", help="For the owner to read.")
def grant(request_id: str, days: int | None, until: datetime | None, words: str) -> None:
    """Give the instance of REQUEST more time; its owner gets a letter.

    \b
    Examples:
      visa request grant m4v8q2hx7kpt9wzn
      visa request grant m4v8q2hx7kpt9wzn --days 30 --words "until the next beamtime"
    """
    from visa.cli.operator import end, operator
    from visa.cli.runtime import open_runtime
    from visa.services.reclaim import requests
    from visa.store.tables import Instance

    runtime = open_runtime()
    now = runtime.clock.now()
    wanted = end(now, days=days, until=until)
    with runtime.sessions.write() as session:
        asked = requests.find(session, request_id)
        answered = requests.answer(
            session,
            request_id,
            until=wanted or asked.until,
            words=words,
            by=operator(),
            now=now,
            new_id=runtime.new_id,
        )
        instance = session.get_one(Instance, answered.instance_id)
        said = f"“{instance.name}” lives until {instance.expires_at:%Y-%m-%d %H:%M} UTC."
    click.echo(said)


@request.command()
@click.argument("request_id", metavar="REQUEST")
@click.option("--words", required=True, help="Why not, for the owner to read.")
def refuse(request_id: str, words: str) -> None:
    """Give no more time for REQUEST; its owner gets a letter with your words.

    \b
    Examples:
      visa request refuse m4v8q2hx7kpt9wzn --words "the image is retired; the files stay in the recycle bin"
    """
    from visa.cli.operator import operator
    from visa.cli.runtime import open_runtime
    from visa.services.reclaim import requests

    runtime = open_runtime()
    with runtime.sessions.write() as session:
        requests.answer(
            session,
            request_id,
            until=None,
            words=words,
            by=operator(),
            now=runtime.clock.now(),
            new_id=runtime.new_id,
        )
    click.echo("Refused. The owner is told.")
