"""What every request of this process shares, found through Flask's application: runtime, provider, cursors, paces."""

from dataclasses import dataclass

from flask import Flask, current_app

from api.pace import Pace
from api.paging import Cursors
from visa.bootstrap import Runtime
from visa.ports.identity import Identity

_KEY = "visa"


@dataclass(frozen=True)
class Shell:
    """One api process. `sign_ins` bounds how many are begun from one address."""

    runtime: Runtime
    identity: Identity
    cursors: Cursors
    sign_ins: Pace


def attach(app: Flask, shell: Shell) -> None:
    app.extensions[_KEY] = shell


def shell() -> Shell:
    """The shell of the application that serves this request."""
    found = current_app.extensions[_KEY]
    assert isinstance(found, Shell)  # noqa: S101 - tells the type; `attach` is the only writer
    return found
