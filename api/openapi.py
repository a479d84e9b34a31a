"""The committed description of the API: `python -m api.openapi > api/openapi.json`. The web client is typed from it."""

import sys

from flask import Flask

from api.app import Key, describe
from api.docs import text_of


def document() -> str:
    """The OpenAPI document of this code; it needs no settings and no database."""
    app = Flask("api", static_folder=None)
    app.url_map.converters["key"] = Key
    return text_of(describe(app))


if __name__ == "__main__":
    sys.stdout.write(document())
