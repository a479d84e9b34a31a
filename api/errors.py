"""Every error leaves as one problem document (RFC 9457), whoever raised it: services, Flask, marshmallow or nobody.

`code` is stable; `detail` is a sentence for people. What nobody expected says nothing about itself: it is in the log.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, g, json
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from visa.errors import Conflict, Forbidden, Invalid, NotFound, ProviderDown, Rejected, SignInRefused, Unauthenticated

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_S = "2"

_STATUS: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (Unauthenticated, HTTPStatus.UNAUTHORIZED),
    (Invalid, HTTPStatus.UNPROCESSABLE_ENTITY),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (SignInRefused, HTTPStatus.FORBIDDEN),
    (Rejected, HTTPStatus.BAD_REQUEST),
)

_HTTP_WORDS = {
    400: ("bad_request", "The request cannot be understood."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not do that."),
    413: ("too_large", "That is too much data for this address."),
    415: ("unsupported_media_type", "This address does not take data of this kind."),
}


class HttpProblem(Exception):
    """Something about the HTTP request, of which services know nothing."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        detail: str,
        *,
        errors: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}


def install(app: Flask) -> None:
    """Register the handlers. After them nothing leaves in another form."""
    app.register_error_handler(HttpProblem, _of_http_problem)
    app.register_error_handler(HTTPException, of_http_exception)
    app.register_error_handler(Rejected, _of_rejected)
    app.register_error_handler(ProviderDown, _of_provider_down)
    for busy in (OperationalError, PoolTimeout):
        app.register_error_handler(busy, _of_database)
    app.register_error_handler(Exception, _of_surprise)


def of_http_exception(error: HTTPException) -> Response:
    """Flask's and Werkzeug's own: no such address, wrong method, too large, not understood."""
    status = error.code or 500
    if error.response is not None and status < HTTPStatus.BAD_REQUEST:
        return error.response  # type: ignore[return-value] # a redirect that Flask made
    phrase = HTTPStatus(status).phrase
    code, detail = _HTTP_WORDS.get(status, (phrase.lower().replace(" ", "_"), f"{phrase}."))
    response = problem(status, code, detail)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def problem(status: int, code: str, detail: str, **more: Any) -> Response:
    """The document as a response. `more`: field, errors; left out when None."""
    g.problem_code = code
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
        **{name: value for name, value in more.items() if value is not None},
        "request_id": g.get("request_id", ""),
    }
    response = Response(json.dumps(document), status=status, mimetype=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def _of_http_problem(error: HttpProblem) -> Response:
    response = problem(error.status, error.code, error.detail, errors=error.errors)
    response.headers.update(error.headers)
    return response


def _of_rejected(error: Rejected) -> Response:
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    field = error.field if isinstance(error, Invalid) else None
    errors = {field: [error.public]} if field else None
    response = problem(status, error.code, error.public, field=field, errors=errors)
    if status is HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Cookie realm="visa"'
    return response


def _of_provider_down(error: ProviderDown) -> Response:
    log.warning("identity provider", code=error.code, detail=error.detail)
    response = problem(HTTPStatus.SERVICE_UNAVAILABLE, error.code, error.public)
    response.headers["Retry-After"] = RETRY_S
    return response


def _of_database(error: DBAPIError | PoolTimeout) -> Response:
    log.error("database", error=type(error).__name__, detail=str(error.__cause__ or error))
    detail = "The database cannot be reached at the moment. Try again shortly."
    response = problem(HTTPStatus.SERVICE_UNAVAILABLE, "database_unavailable", detail)
    response.headers["Retry-After"] = RETRY_S
    return response


def _of_surprise(error: Exception) -> Response:
    """Saves the process's other requests: whatever was not foreseen ends this one only."""
    log.error("unexpected", exc_info=error)
    detail = "Something went wrong on our side. Tell the support team the request id."
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", detail)
