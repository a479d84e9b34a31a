"""Putting the web process together. The order of hooks is here and nowhere else."""

from typing import Any

import apispec
from flask import Flask
from flask_smorest import Api
from flask_smorest.utils import prepare_response
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter

from api import access_log, auth, docs, errors, etags, guard, headers, health, pages
from api.pace import Pace
from api.paging import Cursors
from api.resources import (
    admin_catalogue,
    desktops,
    events,
    experiments,
    guest,
    instances,
    me,
    notices,
    offers,
    outlook,
    reclaim,
    requests,
    site,
    workspaces,
)
from api.schemas.common import ProblemSchema
from api.shell import Shell, attach
from visa.bootstrap import Runtime
from visa.errors import Misconfigured
from visa.ports.identity import Identity
from visa.services.thumbnails import MAX_BYTES
from visa.settings import Environment, Settings

NOUNS = (
    site.noun,
    me.noun,
    experiments.noun,
    offers.noun,
    instances.noun,
    desktops.noun,
    workspaces.noun,
    events.noun,
    notices.noun,
    outlook.noun,
    guest.noun,
    requests.noun,
    admin_catalogue.noun,
    reclaim.noun,
)
DEVELOPMENT_KEY = b"cursors of a development server"
ABOUT = "Everything that the pages do. Sign in first: the session cookie is the only credential of people."


class Key(BaseConverter):
    """The id of something in an address: printable ASCII, as long as ids get."""

    regex = r"[!-.0-~]{1,100}"


def create_app(runtime: Runtime, identity: Identity | None = None) -> Flask:
    """The WSGI application over `runtime`. Raises `Misconfigured`."""
    settings = runtime.settings
    _refuse_development_provider(settings)
    app = Flask("api", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BYTES
    app.url_map.converters["key"] = Key
    app.json.sort_keys = False  # type: ignore[attr-defined] # Flask's own JSON provider has it
    cursors, sign_ins = Cursors(_cursor_key(settings)), Pace(settings.api.sign_ins_per_min)
    attach(app, Shell(runtime, identity or runtime.open_identity(), cursors, sign_ins))
    # Hooks before a request run in this order, those after it in the opposite one: the log line comes last.
    access_log.install(app)
    guard.install(app)
    headers.install(app, settings)
    etags.install(app)
    api = describe(app)
    errors.install(app)
    app.register_blueprint(auth.blueprint)
    app.register_blueprint(health.blueprint)
    docs.install(app, api)
    pages.install(app, settings.api.web_root)
    _trust_proxies(app, settings)
    return app


def describe(app: Flask) -> Api:
    """Register every operation and its description."""
    app.config.update(API_TITLE="VISA", API_VERSION="v1", OPENAPI_VERSION="3.1.0")
    api = DescribedApi(app, spec_kwargs={"info": {"description": ABOUT}})
    api.spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": "visa_session"})
    api.spec.components.security_scheme("machine", {"type": "http", "scheme": "bearer"})
    api.spec.options["security"] = [{"session": []}]
    for noun in NOUNS:
        api.register_blueprint(noun)
    return api


class DescribedApi(Api):  # type: ignore[misc] # flask-smorest has no types
    """flask-smorest with our problem documents in place of its error payloads."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """`api.errors` handles all errors."""

    def _register_responses(self) -> None:
        spec: apispec.APISpec = self.spec
        for name, description in (("Problem", "What went wrong"), ("UNPROCESSABLE_ENTITY", "A value is wrong")):
            response: dict[str, Any] = {"description": description, "schema": ProblemSchema}
            prepare_response(response, spec, errors.MEDIA_TYPE)
            spec.components.response(name, response, lazy=True)


def _refuse_development_provider(settings: Settings) -> None:
    if settings.identity.development and settings.environment is not Environment.DEVELOPMENT:
        raise Misconfigured("identity.development lets anybody be anybody: it is refused outside development")


def _cursor_key(settings: Settings) -> bytes:
    key = settings.api.cursor_key.get_secret_value().encode()
    if not key and settings.environment is not Environment.DEVELOPMENT:
        raise Misconfigured("api.cursor_key is missing: set it to any 32 random characters")
    return key or DEVELOPMENT_KEY


def _trust_proxies(app: Flask, settings: Settings) -> None:
    """Believe X-Forwarded-* only as often as there are proxies of ours in front."""
    if count := settings.api.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
