"""`visa status`: how things stand, on one screen."""

from collections.abc import Mapping
from typing import Any

import click


@click.command()
def status() -> None:
    """Show instances by phase, open desktops, and the newest run of each job.

    \b
    Examples:
      visa status
    """
    from visa.cli.runtime import open_runtime, table
    from visa.services import oversight

    runtime = open_runtime()
    with runtime.sessions.read() as session:
        view = oversight.overview(session)
    phases = ", ".join(f"{count} {phase}" for phase, count in sorted(view.phases.items())) or "none"
    click.echo(f"Instances: {phases}\nOpen desktops: {view.open_desktops}\n")
    if not view.jobs:
        click.echo("No job has run: start the scheduler.")
        return
    now = runtime.clock.now()
    rows: list[tuple[object, ...]] = [
        (
            job.job,
            "ok" if job.ok else "FAILED",
            f"{(now - job.finished_at).total_seconds():.0f} s ago",
            brief(job.report),
        )
        for job in view.jobs
    ]
    click.echo(table(("JOB", "STATE", "LAST RUN", "REPORT"), rows))
    for job in view.jobs:
        if not job.ok and (message := job.report.get("message")):
            click.echo(f"\n{job.job} failed:\n" + "\n".join(f"  {line}" for line in str(message).splitlines()))


def brief(report: Mapping[str, Any]) -> str:
    """A report on one line: what is empty is left out, and a message is told in full below the table instead."""
    told = {key: value for key, value in report.items() if key != "message" and value not in ("", {}, None)}
    return ", ".join(f"{key} {_word(value)}" for key, value in told.items())


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"({brief(value)})" if isinstance(value, Mapping) else str(value)
