"""The application for a WSGI server: `gunicorn api.wsgi:app`."""

from flask import Flask

from api.app import create_app
from visa import bootstrap
from visa.logs import set_up_logs
from visa.settings import load


def make() -> Flask:
    """Everything as the settings say. Raises `Misconfigured`, which stops the server with one sentence."""
    set_up_logs("api")
    runtime = bootstrap.build(load())
    bootstrap.require_current_schema(runtime)
    return create_app(runtime)


app = make()
