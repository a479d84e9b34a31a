"""One operation of the API: address, what it takes, what it gives. The documentation is made of the same words.

An operation needs a signed-in person unless it says why not (`anonymous`): `api.guard` refuses everybody else before
the operation's code runs.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from flask_smorest import Blueprint
from marshmallow import Schema

from api.body import StrictParser
from api.errors import MEDIA_TYPE
from api.schemas.common import NothingSchema

View = TypeVar("View", bound=Callable[..., Any])

ANONYMOUS = "anonymous_because"
MACHINES = "for_machines"
ID = "key:"

_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the state that the change is meant for.",
    "schema": {"type": "string"},
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of your choice: repeating the request with the same one makes nothing twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 100},
}


class Noun(Blueprint):  # type: ignore[misc] # flask-smorest has no types
    """The operations on one noun."""

    ARGUMENTS_PARSER = StrictParser()


def operation(
    noun: Noun,
    method: str,
    path: str,
    *,
    gives: type[Schema],
    status: HTTPStatus = HTTPStatus.OK,
    query: type[Schema] = NothingSchema,
    body: type[Schema] | None = None,
    if_match: bool = False,
    idempotent: bool = False,
    anonymous: str | None = None,
    for_machines: bool = False,
) -> Callable[[View], View]:
    """Serve `method path` with the decorated view, whose name in camel case becomes the operation's id.

    The view is called with the loaded query (unless there is none to load), the loaded body, and the path's parts by
    name. It returns what `gives` dumps, or that with a dict of headers. `for_machines`: not people call it, but the
    services inside machines, each with its token.
    """

    def decorate(view: View) -> View:
        served: Any = noun.response(status, gives)(view)
        if body is not None:
            served = noun.arguments(body, location="json", required=bool(_required(body)))(served)
        served = _with_query(noun, query, served)
        said = _doc(view.__name__, if_match=if_match, idempotent=idempotent, anonymous=anonymous)
        if for_machines:
            said["security"] = [{"machine": []}]
        served = noun.doc(**said)(served)
        setattr(served, ANONYMOUS, anonymous)
        setattr(served, MACHINES, for_machines)
        noun.add_url_rule(path, view.__name__, served, methods=[method])
        return view

    return decorate


def raw_operation(noun: Noun, method: str, path: str, *, media_type: str, takes: bool) -> Callable[[View], View]:
    """The same for an operation that takes or gives bytes of `media_type`; the view answers with a response."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}

    def decorate(view: View) -> View:
        said: dict[str, Any] = _doc(view.__name__, if_match=False, idempotent=False, anonymous=None)
        if takes:
            said["requestBody"] = {"required": True, "content": content}
            said["responses"]["204"] = {"description": "Done"}
        else:
            said["responses"]["200"] = {"description": "OK", "content": content}
        served = noun.doc(**said)(_with_query(noun, NothingSchema, view))
        setattr(served, ANONYMOUS, None)
        noun.add_url_rule(path, view.__name__, served, methods=[method])
        return view

    return decorate


def _with_query(noun: Noun, query: type[Schema], served: Any) -> Any:
    if query is not NothingSchema:
        return noun.arguments(query, location="query")(served)
    parser, schema = noun.ARGUMENTS_PARSER, query()

    def without_query(*args: Any, **parts: Any) -> Any:
        parser.parse(schema, location="query")
        return served(*args, **parts)

    without_query.__name__, without_query.__doc__ = served.__name__, served.__doc__
    without_query._apidoc = getattr(served, "_apidoc", {})  # type: ignore[attr-defined] # flask-smorest's notes
    return without_query


def _required(schema: type[Schema]) -> list[str]:
    return [name for name, field in schema().fields.items() if field.required]


def _doc(name: str, *, if_match: bool, idempotent: bool, anonymous: str | None) -> dict[str, Any]:
    first, *others = name.split("_")
    said: dict[str, Any] = {
        "operationId": first + "".join(part.capitalize() for part in others),
        "responses": {"default": "Problem"},
    }
    headers = [header for header, wanted in ((_IF_MATCH, if_match), (_IDEMPOTENCY_KEY, idempotent)) if wanted]
    if headers:
        said["parameters"] = headers
    if anonymous:
        said["security"] = []
    return said


__all__ = ["ANONYMOUS", "ID", "MACHINES", "MEDIA_TYPE", "Noun", "operation", "raw_operation"]
