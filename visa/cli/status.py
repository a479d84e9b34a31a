"""`visa status`: how things stand, on one screen."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from visa.store.tables import JobReport

ADVICE = {
    "reconcile": "Nothing is concluded about what is missing. See that the cloud, its project and our database are the "
    "right ones; only after a real loss set reconcile.max_missing_share to 1 for a while.",
    "leaks": "Nothing is done about volumes. `visa leaks` lists what is known; docs/operate.md says what to do.",
    "letters": "Letters wait, and nothing is taken back without its warning. `visa mail test` shows what is wrong.",
}


@click.command()
def status() -> None:
    """Show instances by phase, open desktops, and the newest run of each job.

    \b
    Examples:
      visa status
    """
    from visa.cli.runtime import open_runtime, table
    from visa.services import oversight
    from visa.services.reclaim import stop

    runtime = open_runtime()
    with runtime.sessions.read() as session:
        view = oversight.overview(session)
        switch = stop.stopped(session)
    phases = ", ".join(f"{count} {phase}" for phase, count in sorted(view.phases.items())) or "none"
    click.echo(f"Instances: {phases}\nOpen desktops: {view.open_desktops}\n")
    if switch is not None:
        click.echo(f"{stop.said(switch)}\n")
    if not view.jobs:
        click.echo("No job has run: start the scheduler.")
        return
    now = runtime.clock.now()
    named = names(view.jobs)
    rows: list[tuple[object, ...]] = [
        (
            name,
            "ok" if job.ok else "FAILED",
            f"{(now - job.finished_at).total_seconds():.0f} s ago",
            brief(job.report),
        )
        for job, name in zip(view.jobs, named, strict=True)
    ]
    click.echo(table(("JOB", "STATE", "LAST RUN", "REPORT"), rows))
    for job, name in zip(view.jobs, named, strict=True):
        if not job.ok and (message := job.report.get("message")):
            click.echo(f"\n{name} failed:\n" + "\n".join(f"  {line}" for line in str(message).splitlines()))

        if alert := job.report.get("alert"):
            click.echo(f"\nALERT of {name}: {alert}\n  {what_to_do(job.job, job.report)}")


def names(jobs: "Sequence[JobReport]") -> list[str]:
    """What each is called: a job that runs in several clouds with the cloud."""
    counted = Counter(job.job for job in jobs)
    return [job.job if counted[job.job] == 1 else f"{job.job} in {job.cloud}" for job in jobs]


def what_to_do(job: str, report: Mapping[str, Any]) -> str:
    """After an alert: what an operator should look at. Each job has its own advice."""
    if report.get("blind"):
        return "Nothing is concluded meanwhile. See that the cloud answers, and that our credentials are good."
    return " ".join(_of_reclaim(report)) if job == "reclaim" else ADVICE.get(job, "The scheduler's log says more.")


def _of_reclaim(report: Mapping[str, Any]) -> Iterator[str]:
    if report.get("clocks"):
        yield (
            "Nothing is taken meanwhile, and warnings are sent. See that one scheduler at least runs all the time, and "
            "that NTP keeps the clocks of all their machines right."
        )
    if report.get("undecided"):
        yield (
            "Those are kept, and all others are seen to. The scheduler's log says what went wrong "
            "(“not decided”), and `visa policy explain ID` what is known of one."
        )


def brief(report: Mapping[str, Any]) -> str:
    """A report on one line: what is empty is left out, and messages are told in full below the table instead."""
    below = {"message", "alert", "undecided"}
    told = {key: value for key, value in report.items() if key not in below and value not in ("", {}, [], None)}
    return ", ".join(f"{key} {_word(value)}" for key, value in told.items())


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"({brief(value)})" if isinstance(value, Mapping) else str(value)
