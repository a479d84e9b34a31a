"""`visa mail`: are letters sent, and how do they look?"""

from datetime import UTC, datetime

import click

from visa.domain.letters import LetterKind
from visa.letters import LANGUAGES


@click.group()
def mail() -> None:
    """Try the letters that people get."""


@mail.command()
@click.argument("address")
@click.option(
    "--kind", type=click.Choice([kind.value for kind in LetterKind]), default="lifetime_warning", show_default=True
)
@click.option("--language", type=click.Choice(LANGUAGES), help="[default: mail.language]")
def test(address: str, kind: str, language: str | None) -> None:
    """Send ADDRESS a sample letter as the settings say, with your own templates where you have some.

    Ends well when the mail server has accepted the letter; what it answers otherwise is shown.

    \b
    Examples:
      visa mail test me@example.org
      visa mail test me@example.org --kind reclaimed --language fr
    """
    from visa import settings
    from visa.bootstrap import house, open_notify, random_id
    from visa.domain.mail import Address, Mail
    from visa.errors import CloudError
    from visa.letters import render
    from visa.letters.samples import sample

    loaded = settings.load()
    now = datetime.now(UTC)
    letter = sample(LetterKind(kind), house=house(loaded), now=now)
    rendered = render(letter, language or loaded.mail.language, loaded.mail.templates)
    if rendered.problem is not None:
        click.echo(f"the shipped template was taken: {rendered.problem}", err=True)
    message_id = f"<test.{random_id()}@{loaded.mail.from_address.rpartition('@')[2]}>"
    subject = f"[Test] {rendered.subject}"
    try:
        open_notify(loaded).send(Mail(message_id, Address(address), subject, rendered.text, rendered.html, now))
    except CloudError as error:
        raise click.ClickException(f"{error.public} ({error.code}: {error.detail})") from error
    said = "written to the log" if loaded.mail.adapter == "log" else f"accepted by {loaded.mail.host}"
    click.echo(f"{message_id}: {said}")
