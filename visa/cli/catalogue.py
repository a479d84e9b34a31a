"""`visa catalogue`: images and flavours that people can start."""

from pathlib import Path

import click


@click.group()
def catalogue() -> None:
    """Images and flavours that people can start."""


@catalogue.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def load(file: Path | None) -> None:
    """Make the database offer what FILE lists (default: the file named in the settings).

    What is no longer listed is retired: running instances go on, nothing new starts from it.

    \b
    Examples:
      visa catalogue load
      visa catalogue load config/catalogue.yaml
    """
    from visa.cli.runtime import open_runtime
    from visa.services import catalogue_file as service

    runtime = open_runtime()
    clouds = [cloud.name for cloud in runtime.settings.clouds]
    content = service.read(file or runtime.settings.catalogue, clouds)
    with runtime.sessions.write() as session:
        service.load(session, content, now=runtime.clock.now())
    click.echo(f"{len(content.images)} images and {len(content.flavours)} flavours are offered")
