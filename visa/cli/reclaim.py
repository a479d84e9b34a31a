"""`visa reclaim`: what will be taken back, and the switch that stops all of it at once."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from visa.settings import Settings


@click.group()
def reclaim() -> None:
    """See what will be taken back, stop all reclaim at once, or let it go on."""


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
    """Say whether reclaim is stopped, by whom and why, and whether people can be told before: else nothing is taken.

    \b
    Examples:
      visa reclaim status
    """
    from visa.cli.runtime import open_runtime
    from visa.services.reclaim import stop as switch
    from visa.services.reclaim import told
    from visa.services.reclaim.words import day

    runtime = open_runtime()
    with runtime.sessions.read() as session:
        last = switch.stopped(session) or switch.last(session)
        post = told.post(session)
    click.echo(switch.said(last) if last else "Reclaim goes on. It was never stopped.")
    click.echo(_ways_out(runtime.settings))
    click.echo(f"The last was delivered {day(post.last_at)}." if post.last_at else "No letter was delivered yet.")
    if post.waiting:
        waits = "1 letter waits" if post.waiting == 1 else f"{post.waiting} letters wait"
        tried = f", {post.failing} after failed tries" if post.failing else ""
        click.echo(f"{waits}{tried}: see `visa notice list --pending`. Until a warning is delivered, nothing is taken.")


def _ways_out(settings: "Settings") -> str:
    from visa.settings import Environment

    mail = settings.mail
    if mail.adapter == "smtp":
        return f"Warnings go out by {mail.host}:{mail.port}."
    if settings.environment is Environment.PRODUCTION:
        return "No mail server is set up (mail.adapter is log): nobody is warned, so nothing is taken."
    return "Warnings go to the scheduler's log, and count as delivered outside production (mail.adapter is log)."


@reclaim.command()
@click.option("--days", default=14.0, show_default=True, type=click.FloatRange(0, 3650), help="How far to look ahead.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000), help="Lines at most.")
def forecast(days: float, limit: int) -> None:
    """List what will be warned of, taken back, archived or deleted in the next days, and why. Nothing is changed.

    \b
    Examples:
      visa reclaim forecast --days 30
    """
    from datetime import timedelta

    from visa.cli.runtime import open_runtime, table
    from visa.services.reclaim import forecast as dry_run

    runtime = open_runtime()
    now = runtime.clock.now()
    until = now + timedelta(days=days)
    with runtime.sessions.read() as session:
        found = dry_run.forecast(session, until=until, after=None, limit=limit, now=now)
        total = sum(dry_run.counts(session, until=until).values())
    rows: list[tuple[object, ...]] = [
        (
            f"{one.ends_at:%Y-%m-%d %H:%M}" if one.ends_at else "never",
            one.subject,
            one.subject_id,
            one.name,
            one.owner.name,
            one.why,
            one.off,
            f"{sum(warning.delivered for warning in one.warnings)} of {len(one.warnings)}",
        )
        for one in found
    ]
    if not rows:
        click.echo(f"Nothing is warned of or ends in the next {days:g} days.")
        return
    click.echo(table(("ENDS (UTC)", "WHAT", "ID", "NAME", "OWNER", "WHY", "HELD OFF BY", "WARNED"), rows))
    if total > len(rows):
        click.echo(f"{total - len(rows)} more: raise --limit to see them.")
