"""Who may come in, judged by the HTTP request alone, before any upgrade: path, Origin, and a ticket to be redeemed.

Decides and does nothing: no socket, no database. A ticket travels as a WebSocket subprotocol, never in the address, so
that it stands in no log of a proxy; nothing here logs or repeats it.
"""

import json
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

from websockets.datastructures import Headers, MultipleValuesError
from websockets.exceptions import InvalidHeaderFormat
from websockets.headers import parse_subprotocol
from websockets.http11 import Request, Response

DESKTOP_PATH, HEALTH_PATH = "/desktop", "/healthz"
SUBPROTOCOL = "binary"
MAX_REQUEST_HEAD = 16 * 1024
_TICKET = re.compile(r"ticket\.([A-Za-z0-9_-]{16,128})")
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass(frozen=True, slots=True)
class Admit:
    """The request may be upgraded if this ticket is good."""

    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refuse:
    """An HTTP answer instead of an upgrade; `code` is stable, `message` public."""

    status: HTTPStatus
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Healthy:
    """Somebody asks whether the process is alive."""


def judge(request: Request, *, origin: str) -> Admit | Refuse | Healthy:
    """`origin`: the only one that browsers may come from, as `origin_of` writes it."""
    if request.path == HEALTH_PATH:
        return Healthy()
    if request.path != DESKTOP_PATH:
        return Refuse(HTTPStatus.NOT_FOUND, "not_found", "There is nothing here.")
    if _sole(request.headers, "Origin") != origin:
        return Refuse(HTTPStatus.FORBIDDEN, "wrong_origin", "Desktops open from this site's own pages only.")
    offered = _offered(request.headers)
    if SUBPROTOCOL not in offered:
        return Refuse(HTTPStatus.BAD_REQUEST, "no_subprotocol", f'The subprotocol "{SUBPROTOCOL}" must be offered.')
    tickets = [match[1] for match in map(_TICKET.fullmatch, offered) if match]
    if len(tickets) != 1:
        return Refuse(HTTPStatus.UNAUTHORIZED, "no_ticket", "One ticket must be offered as a subprotocol.")
    return Admit(tickets[0])


def origin_of(url: str) -> str:
    """The origin of a page's address, as browsers write it (RFC 6454, 6.2)."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def answer(status: HTTPStatus, code: str, message: str) -> Response:
    """A whole HTTP answer, as a problem document (RFC 9457) unless all is well."""
    problem = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": message, "code": code}
    body = json.dumps({"status": code} if status is HTTPStatus.OK else problem).encode()
    kind = "application/json" if status is HTTPStatus.OK else "application/problem+json"
    headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    return Response(status.value, status.phrase, Headers([*headers, ("Connection", "close")]), body)


def _sole(headers: Headers, name: str) -> str | None:
    """The header's value; None when it is missing or there are several."""
    try:
        return headers.get(name)
    except MultipleValuesError:
        return None


def _offered(headers: Headers) -> list[str]:
    """The subprotocols that the browser offers; none when the header is no list of names."""
    try:
        return [name for value in headers.get_all("Sec-WebSocket-Protocol") for name in parse_subprotocol(value)]
    except InvalidHeaderFormat:
        return []
