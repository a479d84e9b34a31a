"""The built web client: its files, and its first page for every other address, because the client has its own routes.

It answers where no route matched, so that an address below /api stays a problem document. What is below /assets has its
content's digest in its name and never changes; everything else is asked for again each time.
"""

import os.path
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, request, send_from_directory
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.security import safe_join

from api.errors import of_http_exception, problem

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
FIRST_PAGE = "index.html"
_NOT_PAGES = ("api/", "auth/", "healthz", "readyz")


def install(app: Flask, web_root: Path) -> None:
    root = web_root.resolve()

    def page_or_problem(error: NotFound) -> Response:
        path = request.path.lstrip("/")
        if request.url_rule is not None or request.method not in {"GET", "HEAD"} or f"{path}/".startswith(_NOT_PAGES):
            return of_http_exception(error)
        return _page(root, path, error)

    app.register_error_handler(NotFound, page_or_problem)


def _page(root: Path, path: str, error: HTTPException) -> Response:
    joined = safe_join(str(root), path)
    if joined is not None and os.path.isfile(joined):  # Path.is_file raises for names longer than the system's limit
        return _file(root, path, FOREVER if path.startswith("assets/") else ASK_AGAIN)
    if joined is None or "." in path.rpartition("/")[2]:
        return of_http_exception(error)
    if not (root / FIRST_PAGE).is_file():
        detail = "The web client is not built yet: run `make demo`, or `npm run build` in web/."
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "pages_not_built", detail)
    return _file(root, FIRST_PAGE, ASK_AGAIN)


def _file(root: Path, path: str, cache_control: str) -> Response:
    response = send_from_directory(root, path, conditional=True, etag=True)
    response.headers["Cache-Control"] = cache_control
    return response
