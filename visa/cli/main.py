"""The `visa` command: a table of commands, each loaded only when it is asked for.

To add one, write a click command in `visa/cli/<name>.py` and a line in `COMMANDS`. Commands import what they need
inside their functions, so that `visa --help` stays quick, and show examples in their help.
"""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

import click

from visa.errors import VisaError

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "catalogue": "visa.cli.catalogue:catalogue",
        "policy": "visa.cli.policy:policy",
        "config": "visa.cli.config:config",
        "db": "visa.cli.db:db",
        "demo": "visa.cli.demo.command:demo",
        "facility": "visa.cli.facility:facility",
        "sample": "visa.cli.sample:sample",
        "hold": "visa.cli.hold:hold",
        "image": "visa.cli.image:image",
        "instance": "visa.cli.instance:instance",
        "leaks": "visa.cli.leaks:leaks",
        "mail": "visa.cli.mail:mail",
        "notice": "visa.cli.notice:notice",
        "reclaim": "visa.cli.reclaim:reclaim",
        "reconcile": "visa.cli.reconcile:reconcile",
        "request": "visa.cli.request:request",
        "status": "visa.cli.status:status",
        "user": "visa.cli.user:user",
    }
)


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used. Our own errors end as one message and exit code 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name]} is no click command")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except VisaError as error:
            raise click.ClickException(error.public) from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="visa")
def cli() -> None:
    """Desktops beside your experiment's data: set up, look after, try out.

    Settings come from the file that VISA_CONFIG names (else ./visa.yaml) and from variables such as
    VISA_DATABASE__URL; docs/configure.md lists them all.
    """


def main() -> None:
    """Entry point of the `visa` command."""
    cli(prog_name="visa")
