"""`visa reconcile`: one pass by hand, or a look at what the next one would do."""

import click


@click.command()
@click.argument("instance_id", required=False)
@click.option("--dry-run", is_flag=True, help="Show observed, intent and step of one instance; change nothing.")
def reconcile(instance_id: str | None, dry_run: bool) -> None:
    """Run one reconcile pass over each cloud now, beside any running scheduler; or explain one instance.

    \b
    Examples:
      visa reconcile
      visa reconcile k3v9m2hx7qpt4wzn --dry-run
    """
    from concurrent.futures import ThreadPoolExecutor
    from dataclasses import asdict

    from visa import bootstrap
    from visa.cli.explained import explained
    from visa.cli.runtime import open_runtime, table
    from visa.services.reconcile import run_pass

    if bool(instance_id) != dry_run:
        raise click.UsageError("--dry-run and an instance's ID go together; a pass is always over all instances")
    runtime = open_runtime()
    if instance_id:
        click.echo(explained(runtime, instance_id))
        return
    clouds = [cloud.name for cloud in runtime.settings.clouds]
    with ThreadPoolExecutor(runtime.settings.reconcile.workers) as calls:
        for name in clouds:
            work = bootstrap.reconcile_work(runtime, name, holder=f"cli:{runtime.new_id()}", calls=calls)
            report = run_pass(work)
            heading = f"PASS OVER {name}" if len(clouds) > 1 else "PASS"
            click.echo(table((heading, ""), list(asdict(report).items())))
