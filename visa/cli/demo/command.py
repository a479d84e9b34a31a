"""The `visa demo` command and its options. What it does is in `visa.cli.demo.run`, imported only when it is used."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from visa.cli.demo.state import PROJECT, State

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def port_option(name: str, default: int, what: str) -> Decorator:
    variable = f"VISA_DEMO_{name.upper()}_PORT"
    return click.option(
        f"--{name}-port", default=default, show_default=True, envvar=variable, show_envvar=True, help=f"Port of {what}."
    )


@click.command()
@port_option("api", 8600, "the pages and the API")
@port_option("broker", 8601, "the broker, which carries the desktops")
@port_option("provider", 8602, "the development sign-in")
@port_option("pages", 8610, "the reloading pages, with --dev")
@click.option("--folder", type=click.Path(path_type=Path), default=PROJECT / ".demo", envvar="VISA_DEMO_FOLDER",
              show_envvar=True, help="Where everything of the demo is kept.")  # fmt: skip
@click.option("--dev", is_flag=True, help="Serve pages that reload while their sources change.")
@click.option("--clean", is_flag=True, help="Remove the demo's folder, and the desktops that run from it.")
def demo(folder: Path, *, dev: bool, clean: bool, **chosen: int) -> None:
    """Run the whole platform here, with a sample facility, until Ctrl-C.

    \b
    Examples:
      visa demo
      visa demo --api-port 9600 --broker-port 9601 --provider-port 9602
      visa demo --clean
    """
    for variable in [name for name in os.environ if name.startswith("VISA_")]:
        del os.environ[variable]  # the demo's settings come from its own file alone
    from visa.cli.demo.run import remove, run

    state = State(folder.resolve())
    with state.held():
        if clean:
            remove(state)
        else:
            run(state, dev=dev, chosen=chosen)
