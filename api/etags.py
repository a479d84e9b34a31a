"""Entity tags: a page that asks again gets 304 while nothing changed, and a change says which state it was meant for.

The tag of an instance is "<revision>.<digest of all that is shown>": If-Match compares the revision alone, because
facts that moved on meanwhile do not make somebody's wish wrong. All other tags are digests only.
"""

import hashlib
from http import HTTPStatus

from flask import Flask, Response, g, request

from api.errors import HttpProblem

_DIGEST_BYTES = 12


def install(app: Flask) -> None:
    app.after_request(_tag)


def tag_with(revision: int) -> None:
    """This request's answer shows a thing of this revision."""
    g.revision = revision


def require_match(revision: int, *, needed: bool = True) -> None:
    """Refuse a change that was meant for another revision; with `needed`, also one that does not say (RFC 6585)."""
    if "If-Match" not in request.headers:
        if needed:
            detail = "Say with If-Match which state the change is meant for: the ETag of what you read."
            raise HttpProblem(HTTPStatus.PRECONDITION_REQUIRED, "if_match_required", detail)
        return
    wanted = request.if_match
    if wanted.star_tag or str(revision) in {tag.partition(".")[0] for tag in wanted.as_set()}:
        return
    detail = "It was changed meanwhile. Read it again, then decide whether you still want this change."
    raise HttpProblem(HTTPStatus.PRECONDITION_FAILED, "stale", detail)


def _tag(response: Response) -> Response:
    if response.mimetype != "application/json" or response.status_code >= HTTPStatus.MULTIPLE_CHOICES:
        return response
    revision = g.get("revision")
    if request.method not in {"GET", "HEAD"}:
        response.headers["Cache-Control"] = "no-store"
        if revision is None:
            return response
    digest = hashlib.sha256(response.get_data()).digest()[:_DIGEST_BYTES].hex()
    response.set_etag(digest if revision is None else f"{revision}.{digest}")
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response.vary.add("Cookie")
    return unless_known(response)


def unless_known(response: Response) -> Response:
    """The answer to a reading, without its content when the browser has just that (RFC 9110, 13.1.2)."""
    tag, _ = response.get_etag()
    known = request.if_none_match
    if request.method not in {"GET", "HEAD"} or not (known.contains_weak(tag or "") or known.star_tag):
        return response
    response.status_code = HTTPStatus.NOT_MODIFIED
    response.set_data(b"")
    for name in ("Content-Type", "Content-Length"):
        response.headers.pop(name, None)
    return response
