"""`visa notice`: what people were told, and what could not be delivered."""

import click


@click.group()
def notice() -> None:
    """What people were told, and who could not be told."""


@notice.command("list")
@click.option("--pending", is_flag=True, help="Only what is not delivered, who waits for longest first.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
def list_command(*, pending: bool, limit: int) -> None:
    """List notices to everybody, newest first.

    \b
    Examples:
      visa notice list --pending
      visa notice list --limit 20
    """
    from visa.cli.runtime import open_runtime, table
    from visa.services.reclaim import told

    runtime = open_runtime()
    with runtime.sessions.read() as session:
        now = runtime.clock.now()
        waits = told.list_pending(session, after=None, limit=limit, now=now) if pending else None
        found = told.list_all(session, limit=limit, now=now) if waits is None else waits
    rows: list[tuple[object, ...]] = [
        (
            one.told.notice.id,
            one.told.notice.state,
            f"{one.told.notice.made_at:%Y-%m-%d %H:%M}",
            f"{one.person.name} <{one.address or 'no address'}>",
            one.told.said,
            one.told.notice.error,
        )
        for one in found
    ]
    nothing = "Everything was delivered." if pending else "Nobody was told anything yet."
    click.echo(table(("ID", "STATE", "SINCE", "PERSON", "SAYS THAT", "TROUBLE"), rows) if rows else nothing)


@notice.command()
@click.argument("notice_id", metavar="NOTICE")
@click.option("--by", required=True, help="Who told them.")
@click.option("--how", required=True, help='How, such as "by phone".')
def told(notice_id: str, by: str, how: str) -> None:
    """Record that a person was told what NOTICE says, because mail could not be delivered.

    It counts as delivered now: what a warning is about ends at the earliest its full notice from now, which is printed.

    \b
    Examples:
      visa notice told k3v9m2hx7qpt4wzn --by "Jo Smith" --how "by phone"
    """
    from visa.cli.runtime import open_runtime
    from visa.services.journal import By
    from visa.services.reclaim import record

    runtime = open_runtime()
    with runtime.sessions.write() as session:
        said = record.told_in_person(session, notice_id, by=By("person", by), how=how, now=runtime.clock.now())
    click.echo(f"{said} Make sure that they know this date.")
