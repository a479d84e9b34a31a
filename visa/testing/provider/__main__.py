"""Starts the development sign-in provider on loopback, with a page on which people are chosen by a click.

The protocol is the library's (oidc-provider-mock); only its pages are ours. Nothing is kept: its keys and sign-ins
end with the process. It listens on 127.0.0.1 and nowhere else, because it asks nobody for a password.
"""

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import oidc_provider_mock
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.serving import make_server

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Choice:
    """Somebody to be: the claims that the provider will tell, and a line that says who that is."""

    claims: dict[str, Any]
    note: str

    @property
    def subject(self) -> str:
        return str(self.claims["sub"])

    @property
    def name(self) -> str:
        return str(self.claims.get("name") or self.subject)


def read_choices(file: Path) -> tuple[Choice, ...]:
    """Read a JSON list of {"claims": {"sub": …, "name": …, …}, "note": …}."""
    return tuple(Choice(claims=entry["claims"], note=entry.get("note", "")) for entry in json.loads(file.read_text()))


def create_app(choices: Sequence[Choice]) -> Any:
    """The provider as a WSGI application; its issuer is the address that it is asked at."""
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # plain http: this provider lives on loopback
    users = [
        oidc_provider_mock.User(sub=one.subject, claims={k: v for k, v in one.claims.items() if k != "sub"})
        for one in choices
    ]
    app = oidc_provider_mock.app(user_claims=users)
    app.jinja_loader = ChoiceLoader([FileSystemLoader(Path(__file__).parent / "templates"), app.jinja_loader])
    app.jinja_env.globals["people"] = {one.subject: one for one in choices}
    return app


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m visa.testing.provider", description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8602)
    parser.add_argument("--people", type=Path, required=True, help="JSON file with claims and notes")
    arguments = parser.parse_args()
    app = create_app(read_choices(arguments.people))
    make_server(HOST, arguments.port, app, threaded=True).serve_forever()


if __name__ == "__main__":
    main()
