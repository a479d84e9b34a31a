"""One log line a request: the operation by its route and the person by id, never a query, a body or a cookie."""

import re
import time

import structlog
from flask import Flask, Response, g, request

from api.shell import shell

log = structlog.get_logger("api")

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
HEADER = "X-Request-Id"


def install(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.began = time.perf_counter()
    runtime = shell().runtime
    given = request.headers.get(HEADER, "") if runtime.settings.api.trusted_proxies else ""
    g.request_id = given if _GIVEN_ID.fullmatch(given) else runtime.new_id()


def _end(response: Response) -> Response:
    response.headers[HEADER] = g.request_id
    who = g.get("caller")
    log.info(
        "request",
        process="api",
        method=request.method,
        route=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        code=g.get("problem_code"),
        person=who.person_id if who else None,
        duration_ms=round((time.perf_counter() - g.began) * 1000, 1),
        request_id=g.request_id,
    )
    return response
