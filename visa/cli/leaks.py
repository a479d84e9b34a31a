"""`visa leaks`: what carries our mark in the cloud and belongs to no instance and no workspace."""

import click


@click.command()
def leaks() -> None:
    """List machines, volumes, snapshots, backups and ports of ours without a row, as the scheduler last saw them.

    Volumes, snapshots and backups may hold somebody's data: they are never deleted by the product. Look who owned them
    (the id is that of the workspace), then keep or delete them by the cloud's own tools. Machines and ports are removed
    by the scheduler when the setting leaks.delete_machines allows it.

    \b
    Examples:
      visa leaks
    """
    from visa.cli.runtime import open_runtime, table
    from visa.services import leaks as service

    with open_runtime().sessions.read() as session:
        found = service.list_all(session)
    rows: list[tuple[object, ...]] = [
        (
            leak.kind,
            leak.cloud,
            leak.ref,
            leak.owner or None,
            f"{leak.first_seen_at:%Y-%m-%d %H:%M}",
            leak.cure or None,
        )
        for leak in found
    ]
    columns = ("KIND", "CLOUD", "REF THERE", "ID IN ITS MARK", "SINCE (UTC)", "LAST DONE")
    click.echo(table(columns, rows) if rows else "Everything in the cloud belongs to somebody.")
