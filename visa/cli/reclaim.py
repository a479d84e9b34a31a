"""`visa reclaim`: the switch that stops all reclaim at once."""

import click


@click.group()
def reclaim() -> None:
    """Stop all reclaim at once, or let it go on."""


@reclaim.command()
@click.option("--reason", required=True, help="Why, for all who find it stopped.")
def stop(reason: str) -> None:
    """Take nothing back from now on, in all processes. Warnings go on being sent.

    \b
    Examples:
      visa reclaim stop --reason "storage moves until Thursday"
    """
    from visa.cli.operator import operator
    from visa.cli.runtime import open_runtime
    from visa.services.reclaim import stop as switch

    runtime = open_runtime()
    with runtime.sessions.write() as session:
        thrown = switch.stop(session, reason=reason, by=operator(), now=runtime.clock.now(), new_id=runtime.new_id)
    click.echo(switch.said(thrown))


@reclaim.command()
def resume() -> None:
    """Let the policy take things back again.

    \b
    Examples:
      visa reclaim resume
    """
    from visa.cli.operator import operator
    from visa.cli.runtime import open_runtime
    from visa.services.reclaim import stop as switch

    runtime = open_runtime()
    with runtime.sessions.write() as session:
        ended = switch.resume(session, by=operator(), now=runtime.clock.now())
    click.echo("Reclaim goes on." if ended else "Reclaim was not stopped.")


@reclaim.command()
def status() -> None:
    """Say whether reclaim is stopped, by whom and why.

    \b
    Examples:
      visa reclaim status
    """
    from visa.cli.runtime import open_runtime
    from visa.services.reclaim import stop as switch

    with open_runtime().sessions.read() as session:
        last = switch.stopped(session) or switch.last(session)
    click.echo(switch.said(last) if last else "Reclaim goes on. It was never stopped.")
