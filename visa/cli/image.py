"""`visa image`: disk images that desktops are made from."""

from pathlib import Path

import click

_STEP = 4 << 20


@click.group()
def image() -> None:
    """Disk images that desktops are made from."""


@image.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="What people read, and the cloud's name for it.")
@click.option("--id", "entry_id", help="Id in the catalogue; made of the name when it is left out.")
@click.option("--description", default="", help="One sentence for people.")
@click.option("--role", "roles", multiple=True, help="For whom it is (user, staff, guest, support, admin); repeatable.")
@click.option("--cloud", "cloud_name", help="The cloud, by its name in the settings; the first when it is left out.")
def import_(
    *, file: Path, name: str, entry_id: str | None, description: str, roles: tuple[str, ...], cloud_name: str | None
) -> None:
    """Bring the qcow2 FILE into the cloud, and offer it; an image that is offered already shows to the new file.

    Repeating it makes nothing twice. Instances that were made before keep what they were made from.

    \b
    Examples:
      visa image import desktop.qcow2 --name "Analysis desktop"
      visa image import desktop.qcow2 --name "Analysis desktop" --id xfce --role staff
    """
    from visa.cli.runtime import open_runtime
    from visa.domain.audience import trouble
    from visa.services import cloud_offers
    from visa.services import image_import as service

    audience = tuple(f"role:{role}" for role in roles)
    for wrong in filter(None, map(trouble, audience)):
        raise click.BadParameter(wrong, param_hint="--role")
    wanted_id = entry_id or service.id_of(name)
    if not service.ENTRY_ID.fullmatch(wanted_id):
        raise click.BadParameter("small letters, digits, . _ and - make an id", param_hint="--id")
    service.check(file)
    runtime = open_runtime()
    place = runtime.settings.cloud_named(cloud_name) if cloud_name else runtime.settings.cloud
    cloud = runtime.open_cloud(place.name)
    size = file.stat().st_size
    with click.progressbar(
        length=size, label=f"To {place.name}, {size / 2**20:.0f} MiB", update_min_steps=_STEP
    ) as bar:
        there = cloud.import_image(file, name, bar.update)
    offers = cloud.offers()
    wish = service.Wish(wanted_id, name, place.name, description, audience)
    with runtime.sessions.write() as session:
        now = runtime.clock.now()
        cloud_offers.record(session, place.name, offers, now=now)
        entry = service.point(session, wish, there.ref, now=now)
    click.echo(f"{entry.id} is the cloud's image {there.ref}")
