"""Reading what a client sent: JSON and queries, strictly. What is not understood is refused, never ignored."""

import json
from http import HTTPStatus
from typing import Any, NoReturn

import flask
import marshmallow as ma
from webargs.flaskparser import FlaskParser

from api.errors import HttpProblem


class StrictParser(FlaskParser):
    """Unknown fields and parameters are errors, and every error names its field."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": ma.RAISE, "query": ma.RAISE}  # noqa: RUF012 - webargs' own pattern

    def load_json(self, req: flask.Request, schema: ma.Schema) -> Any:  # noqa: ARG002 - signature is fixed
        data = req.get_data(cache=True)
        if not data:
            return {}
        if req.mimetype != "application/json":
            raise HttpProblem(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Send JSON as application/json."
            )
        try:
            content = json.loads(data, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise HttpProblem(HTTPStatus.BAD_REQUEST, "bad_json", "The body is not valid JSON.") from error
        if not isinstance(content, dict):
            raise HttpProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", "The body has to be a JSON object.")
        return content

    def handle_error(
        self,
        error: ma.ValidationError,
        req: flask.Request,  # noqa: ARG002 - signature is fixed
        schema: ma.Schema,  # noqa: ARG002
        *,
        error_status_code: int | None,  # noqa: ARG002
        error_headers: Any,  # noqa: ARG002
    ) -> NoReturn:
        errors: dict[str, list[str]] = {}
        for location in _by_location(error).values():
            _flatten("", location, errors)
        first = next(iter(errors))
        detail = f"{first}: {errors[first][0]}" if first else errors[first][0]
        raise HttpProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", detail, errors=errors)


def _by_location(error: ma.ValidationError) -> dict[str, Any]:
    return error.messages if isinstance(error.messages, dict) else {"": error.messages}


def _flatten(path: str, messages: Any, into: dict[str, list[str]]) -> None:
    """marshmallow's nested messages as one level: experiment_ids.0 → [messages]."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            part = "" if name == "_schema" else str(name)
            _flatten(".".join(filter(None, (path, part))), inner, into)
    elif isinstance(messages, list):
        into.setdefault(path, []).extend(str(one) for one in messages)
    else:
        into.setdefault(path, []).append(str(messages))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
