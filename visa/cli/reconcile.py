"""`visa reconcile`: one pass by hand, or a look at what the next one would do."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from typing import Any

import click

from visa import bootstrap
from visa.bootstrap import Runtime
from visa.cli.runtime import open_runtime, table
from visa.domain.resources import ServerSpec
from visa.ports.cloud import Cloud
from visa.services.reconcile import run_pass
from visa.services.reconcile.explain import explain


@click.command()
@click.argument("instance_id", required=False)
@click.option("--dry-run", is_flag=True, help="Show observed, intent and step of one instance; change nothing.")
def reconcile(instance_id: str | None, dry_run: bool) -> None:
    """Run one reconcile pass now, beside any running scheduler; or explain one instance.

    \b
    Examples:
      visa reconcile
      visa reconcile k3v9m2hx7qpt4wzn --dry-run
    """
    if bool(instance_id) != dry_run:
        raise click.UsageError("--dry-run and an instance's ID go together; a pass is always over all instances")
    runtime = open_runtime()
    cloud: Cloud = runtime.open_cloud()
    if instance_id:
        click.echo(_explained(runtime, cloud, instance_id))
        return
    with ThreadPoolExecutor(runtime.settings.reconcile.workers) as calls:
        work = bootstrap.reconcile_work(runtime, cloud, holder=f"cli:{runtime.new_id()}", calls=calls)
        report = run_pass(work)
    click.echo(table(("PASS", ""), list(asdict(report).items())))


def _explained(runtime: Runtime, cloud: Cloud, instance_id: str) -> str:
    settings = runtime.settings
    with runtime.sessions.read() as session:
        why = explain(
            session,
            instance_id,
            cloud.survey(),
            deployment=settings.cloud.deployment,
            limits=bootstrap.reconcile_limits(settings),
            now=runtime.clock.now(),
        )
    step = f"{type(why.step).__name__} {_fields(why.step)}"
    parts = {"observed": why.seen, "intent": why.intent, "facts": why.facts}
    return "\n".join([*(f"{name}: {_fields(part)}" for name, part in parts.items()), f"step: {step}"])


def _fields(value: Any) -> str:
    return "".join(f"\n  {key}: {_without_secret(one)}" for key, one in vars(value).items())


def _without_secret(value: Any) -> str:
    return str(replace(value, desktop_password="(hidden)") if isinstance(value, ServerSpec) else value)  # noqa: S106 - the point is that it is none
