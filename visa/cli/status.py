"""`visa status`: how things stand, on one screen."""

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
    now = runtime.clock.now()
    rows: list[tuple[object, ...]] = [
        (job.job, "ok" if job.ok else "FAILED", f"{(now - job.finished_at).total_seconds():.0f} s ago", job.report)
        for job in view.jobs
    ]
    click.echo(table(("JOB", "STATE", "LAST RUN", "REPORT"), rows) if rows else "No job has run: start the scheduler.")
