"""`visa reconcile`: one pass by hand, or a look at what the next one would do."""

import click


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
    from concurrent.futures import ThreadPoolExecutor
    from dataclasses import asdict

    from visa import bootstrap
    from visa.cli.explained import explained
    from visa.cli.runtime import open_runtime, table
    from visa.services.reconcile import run_pass

    if bool(instance_id) != dry_run:
        raise click.UsageError("--dry-run and an instance's ID go together; a pass is always over all instances")
    runtime = open_runtime()
    cloud = runtime.open_cloud()
    if instance_id:
        click.echo(explained(runtime, cloud, instance_id))
        return
    with ThreadPoolExecutor(runtime.settings.reconcile.workers) as calls:
        work = bootstrap.reconcile_work(runtime, cloud, holder=f"cli:{runtime.new_id()}", calls=calls)
        report = run_pass(work)
    click.echo(table(("PASS", ""), list(asdict(report).items())))
