"""`visa facility`: try a user office's export before the platform reads it."""

from pathlib import Path

import click


@click.group()
def facility() -> None:
    """Look at the files that people, instruments and experiments come from."""


@facility.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
def check(folder: Path | None) -> None:
    """Read the facility's files and say everything that is wrong in them; FOLDER is facility.root unless given.

    Nothing is stored. Exit code 1 when anything is wrong, so that an export can be held back.

    \b
    Examples:
      visa facility check
      visa facility check config/facility
      visa facility check /srv/export/new && ln -sfn new /srv/export/next && mv -T /srv/export/next /srv/export/current
    """
    from visa import settings
    from visa.adapters.facility.file import FileFacility
    from visa.errors import Fault

    try:
        state = FileFacility(folder or settings.load().facility.root).read()
    except Fault as fault:
        raise click.ClickException(f"{fault.public}: {fault.detail}") from fault
    click.echo(
        f"all is well: {len(state.people)} people, {len(state.instruments)} instruments, "
        f"{len(state.experiments)} experiments"
    )
