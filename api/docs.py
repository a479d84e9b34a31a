"""The API's description, for programs and for people: the OpenAPI document, and a page that shows and tries it."""

import json

from flask import Blueprint, Flask, Response
from flask_smorest import Api

from api.guard import anonymous

PUBLIC = "the description of the API is public, like its source"

_PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>API</title>
    <link rel="stylesheet" href="/swagger/swagger-ui.css">
    <link rel="icon" href="/swagger/favicon-32x32.png">
  </head>
  <body>
    <div id="docs"></div>
    <noscript>This page needs JavaScript. The same is in <a href="/api/v1/openapi.json">openapi.json</a>.</noscript>
    <script src="/swagger/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  validatorUrl: null,
});
"""


def install(app: Flask, api: Api) -> None:
    """Serve the description of everything that is registered by now."""
    document = text_of(api)
    docs = Blueprint("docs", __name__)

    @docs.get("/api/v1/openapi.json")
    @anonymous(PUBLIC)
    def openapi() -> Response:
        return Response(document, mimetype="application/json")

    @docs.get("/api/docs")
    @anonymous(PUBLIC)
    def page() -> Response:
        return Response(_PAGE, mimetype="text/html")

    @docs.get("/api/docs/start.js")
    @anonymous(PUBLIC)
    def start() -> Response:
        return Response(_START, mimetype="text/javascript")

    app.register_blueprint(docs)


def text_of(api: Api) -> str:
    """The OpenAPI document as it is committed: the same for the same code."""
    return json.dumps(api.spec.to_dict(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
