"""`visa config`: say what is wrong with the settings before a process finds out, and document them."""

import click


@click.group()
def config() -> None:
    """Check and document the settings."""


@config.command()
@click.option("--production", is_flag=True, help="Also refuse what is only fit for development.")
def check(production: bool) -> None:
    """Load the settings and name everything that is wrong with them. Exit code 1 when something must be changed.

    The catalogue file is read too where there is one: what it offers has to be in a cloud that the settings name.

    \b
    Examples:
      visa config check
      VISA_CONFIG=/etc/visa/visa.yaml visa config check --production
    """
    from visa import settings
    from visa.cli.findings import Severity
    from visa.cli.production import findings
    from visa.services import catalogue_file as catalogue

    loaded = settings.load()
    found = findings(loaded, production=production or loaded.environment is settings.Environment.PRODUCTION)
    for finding in found:
        click.echo(f"{finding.severity}: {finding.setting}: {finding.message}", err=True)
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    if errors:
        raise click.ClickException(f"{errors} setting{'s' if errors > 1 else ''} must be changed")
    if loaded.catalogue.is_file():
        catalogue.read(loaded.catalogue, [cloud.name for cloud in loaded.clouds])
    click.echo(f"settings are fine ({settings.config_file() or 'no file, defaults and environment only'})")


@config.command()
def docs() -> None:
    """Print docs/configure.md, made from the settings' own descriptions.

    \b
    Examples:
      visa config docs > docs/configure.md
    """
    from visa.cli.settings_docs import markdown

    click.echo(markdown(), nl=False)


@config.command()
def example() -> None:
    """Print a settings file for production that holds every setting, with what it means.

    \b
    Examples:
      visa config example > /etc/visa/visa.yaml
    """
    from visa.cli.settings_docs import example_yaml

    click.echo(example_yaml(), nl=False)
