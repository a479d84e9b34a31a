"""Who is asking, decided before any code of an operation runs: nobody gets further unless the operation says so.

Three rules. A request that changes something has to come from our own pages (its Origin is ours), because browsers send
cookies along with requests that other sites make. And every operation needs a signed-in person, except those that carry
a reason why not. Operations for machines need the token of one instead: browsers send none along, so that the first
rule does not concern them, and a person's cookie counts for nothing there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Flask, current_app, g, request

from api.cookies import SESSION
from api.errors import HttpProblem
from api.operation import ANONYMOUS, MACHINES
from api.shell import shell
from visa.errors import Unauthenticated
from visa.services import guest_tokens, login_sessions

View = TypeVar("View", bound=Callable[..., Any])

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Caller:
    """The person behind a request, and the sign-in that it came with."""

    person_id: str
    login_session_id: str


def install(app: Flask) -> None:
    app.before_request(_refuse_other_sites)
    app.before_request(_require_person)


def anonymous(because: str) -> Callable[[View], View]:
    """Mark a view that serves anybody, with the reason."""

    def mark(view: View) -> View:
        setattr(view, ANONYMOUS, because)
        return view

    return mark


def caller() -> Caller:
    """Who sent this request; only for operations that need a person."""
    found = g.caller
    assert isinstance(found, Caller)  # noqa: S101 - tells the type; `_require_person` is the only writer
    return found


def machine() -> str:
    """The instance whose machine sent this request; only for operations for machines."""
    return str(g.machine)


def _marked(mark: str) -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, mark, None))


def _machine() -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    with shell().runtime.sessions.read() as session:
        found = guest_tokens.instance_of(session, secret) if scheme.lower() == "bearer" else None
    if found is None:
        raise Unauthenticated("This token is not good (any more).")
    return found


def _refuse_other_sites() -> None:
    if request.method in SAFE_METHODS or _marked(MACHINES):
        return
    if request.headers.get("Origin") != shell().runtime.settings.public_url:
        detail = "This request does not come from our own pages, so it is not carried out."
        raise HttpProblem(HTTPStatus.FORBIDDEN, "csrf", detail)


def _require_person() -> None:
    if request.endpoint is None or _marked(ANONYMOUS):
        return
    if _marked(MACHINES):
        g.machine = _machine()
        return
    runtime = shell().runtime
    token = request.cookies.get(SESSION, "")
    identity = runtime.settings.identity
    found = login_sessions.find(runtime.sessions, token, now=runtime.clock.now(), settings=identity)
    if found is None:
        raise Unauthenticated("You are not signed in (any more).")
    g.caller = Caller(found.person_id, found.id)
