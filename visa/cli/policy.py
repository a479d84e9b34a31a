"""`visa policy`: how long things live and how many there may be."""

from pathlib import Path

import click


@click.group()
def policy() -> None:
    """How long things live and how many there may be."""


@policy.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--note", default="", help="Why; kept beside the version.")
def load(file: Path | None, note: str) -> None:
    """Bring FILE (default: the one that the settings name) into force, for all processes at once.

    What people were told before stays: the end of an instance or of a stay in the recycle bin is not moved by it.

    \b
    Examples:
      visa policy load
      visa policy load config/policy.yaml --note "shorter idle limit, decided 2027-02-01"
    """
    import getpass

    from visa.cli.runtime import open_runtime
    from visa.services import policies

    runtime = open_runtime()
    wanted = policies.read(file or runtime.settings.policy)
    with runtime.sessions.write() as session:
        before = policies.in_force(session)
        by = f"{getpass.getuser()} (command line)"
        after = policies.load(session, wanted, by=by, note=note, now=runtime.clock.now())
    same = after.number == before.number
    click.echo(f"version {after.number} {'was in force already' if same else 'is in force'}")


@policy.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check(file: Path | None) -> None:
    """Name everything that is wrong with FILE (default: the one that the settings name), and change nothing.

    \b
    Examples:
      visa policy check config/policy.yaml
    """
    from visa.services import policies
    from visa.settings import load as load_settings

    policies.read(file or load_settings().policy)
    click.echo("the policy is fine")


@policy.command()
def show() -> None:
    """Print the policy in force, with every number that it leaves to the product.

    \b
    Examples:
      visa policy show > policy.yaml
    """
    import yaml

    from visa.cli.runtime import open_runtime
    from visa.services import policies

    runtime = open_runtime()
    with runtime.sessions.read() as session:
        now = policies.in_force(session)
    said = f"version {now.number}" if now.number else "the product's own: none was loaded"
    click.echo(f"# In force: {said}.")
    click.echo(yaml.safe_dump(now.policy.model_dump(mode="json"), sort_keys=False), nl=False)


@policy.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
def versions(limit: int) -> None:
    """List the versions that were loaded, the one in force first.

    \b
    Examples:
      visa policy versions
    """
    from visa.cli.runtime import open_runtime, table
    from visa.services import policies

    runtime = open_runtime()
    with runtime.sessions.read() as session:
        loaded = policies.versions(session, limit=limit)
    rows: list[tuple[object, ...]] = [
        (one.number, f"{one.loaded_at:%Y-%m-%d %H:%M}", one.loaded_by, one.note) for one in loaded
    ]
    click.echo(
        table(("VERSION", "LOADED (UTC)", "BY", "NOTE"), rows) if rows else "None was loaded: the product's own."
    )


@policy.command()
def docs() -> None:
    """Print docs/policy.md, made from the policy's own descriptions.

    \b
    Examples:
      visa policy docs > docs/policy.md
    """
    from visa.cli.policy_docs import markdown

    click.echo(markdown(), nl=False)


@policy.command()
@click.argument("subject_id", metavar="ID")
def explain(subject_id: str) -> None:
    """Say what will become of the instance or workspace ID, by which numbers, and what people were told.

    \b
    Examples:
      visa policy explain k3v9x7q2m5w8r4t6
    """
    from visa.cli.explained_reclaim import lines
    from visa.cli.runtime import open_runtime

    runtime = open_runtime()
    with runtime.sessions.read() as session:
        for line in lines(session, subject_id, runtime.clock.now()):
            click.echo(line)
