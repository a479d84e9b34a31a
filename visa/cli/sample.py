"""`visa sample`: a small facility to try everything with."""

from datetime import date, datetime
from pathlib import Path

import click


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--today", type=click.DateTime(["%Y-%m-%d"]), help="Day that experiments are dated from.  [default: today]"
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=7, show_default=True, help="The same seed gives the same data."
)
@click.option(
    "--people-file", type=click.Path(path_type=Path, dir_okay=False), help="Also write who may sign in, as JSON."
)
def sample(folder: Path | None, today: datetime | None, seed: int, people_file: Path | None) -> None:
    """Make a sample facility: 8 people, 3 instruments, 6 experiments and 20 MB of NeXus files.

    FOLDER is facility.root unless given. Nothing that is there is changed: a second call adds what is missing, as of
    the day and the seed of the first, and leaves every folder of data that is there as it is.

    \b
    Examples:
      visa sample
      visa sample /tmp/facility --seed 11
      visa sample var/facility --people-file var/people.json
    """
    from visa import settings
    from visa.testing.sample.make import make_sample
    from visa.testing.sample.people import choices_json

    target = folder or settings.load().facility.root
    day = today.date() if today else date.today()  # noqa: DTZ011 - the day where this machine stands
    made = make_sample(target, today=day, seed=seed, tell=lambda line: click.echo(f"  {line}", err=True))
    if people_file:
        people_file.write_text(choices_json())
    click.echo("\n".join(summary(made.today)))
    if (made.today, made.seed) != (day, seed):
        click.echo(f"\nAs in the first call: dated from {made.today}, seed {made.seed}.")
    click.echo(f"\n{len(made.written)} parts written, {len(made.kept)} were there already: {target}")


def summary(today: date) -> list[str]:
    """Who can sign in, and what they find, a line each."""
    from visa.testing.sample.experiments import EXPERIMENTS
    from visa.testing.sample.people import SAMPLE_PEOPLE

    lines = ["People (login, name, who)"]
    lines += [f"  {login:13} {one.claims['name']}: {one.note}" for login, one in SAMPLE_PEOPLE.items()]
    lines += ["", "Experiments (id, days, access, title)"]
    for one in EXPERIMENTS:
        public_at = one.public_at(today)
        access = "proprietary" if public_at is None else "open" if one.is_open(today) else f"until {public_at}"
        title = one.title if len(one.title) <= 60 else f"{one.title[:59]}…"  # noqa: PLR2004 - fits a terminal
        lines.append(f"  {one.id}  {one.starts_on(today)} – {one.ends_on(today)}  {access:16}  {title}")
    return lines
