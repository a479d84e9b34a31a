"""`visa instance`: what an operator can see of instances."""

import click


@click.group()
def instance() -> None:
    """Look at instances."""


@instance.command("list")
@click.option("--all", "with_gone", is_flag=True, help="Also those that are gone.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
def list_command(with_gone: bool, limit: int) -> None:
    """List instances of everybody, newest first.

    \b
    Examples:
      visa instance list
      visa instance list --all --limit 20
    """
    from visa.cli.runtime import open_runtime, table
    from visa.services import oversight

    with open_runtime().sessions.read() as session:
        lines = oversight.list_all(session, with_gone=with_gone, limit=limit)
    rows: list[tuple[object, ...]] = [
        (line.instance.id, line.shown, line.owner.name, line.instance.name, f"{line.instance.expires_at:%Y-%m-%d}")
        for line in lines
    ]
    click.echo(table(("ID", "STATE", "OWNER", "NAME", "ENDS"), rows) if rows else "There are no instances.")


@instance.command()
@click.argument("instance_id")
def show(instance_id: str) -> None:
    """Show what is wanted of one instance, what is known of it, what its machine says, and its latest events.

    \b
    Examples:
      visa instance show k3v9m2hx7qpt4wzn
    """
    from sqlalchemy import select

    from visa.cli.runtime import open_runtime, table
    from visa.errors import NotFound
    from visa.services import machines
    from visa.services.clouds import cloud_of
    from visa.store.tables import Event, Instance, InstanceStatus

    runtime = open_runtime()
    with runtime.sessions.read() as session:
        found = session.get(Instance, instance_id)
        if found is None:
            raise NotFound(f"There is no instance {instance_id}.")
        status = session.get_one(InstanceStatus, instance_id)
        cloud, polls = cloud_of(session, instance_id), machines.polls(runtime.settings)
        machine = machines.machine(session, instance_id, cloud, now=runtime.clock.now(), polls=polls)
        newest = select(Event).where(Event.instance_id == instance_id).order_by(Event.id.desc()).limit(20)
        events: list[tuple[object, ...]] = [
            (f"{event.at:%Y-%m-%d %H:%M:%S}", event.kind, event.actor_name, event.message)
            for event in session.scalars(newest)
        ]
    hidden = {"secret", "request_hash", "idempotency_key"}
    for row in (found, status):
        facts = {
            name: getattr(row, name)
            for name in (attribute.key for attribute in row.__mapper__.column_attrs)
            if name not in hidden
        }
        click.echo(table((type(row).__name__.upper(), ""), list(facts.items())) + "\n")
    if machine is not None:
        click.echo(table(("MACHINE", ""), list(machines.in_words(machine))) + "\n")
    click.echo(table(("AT (UTC)", "EVENT", "BY", "WHAT"), events))
