"""Everything that can go wrong between us and an OpenStack, as Busy, Refused or Fault: the only place that decides it.

An answer is judged by its status first and by the cloud's words only where one status means two things (a quota is 403
in Nova, 413 in Cinder and 409 in Neutron). `detail` keeps the cloud's words, bounded and without anything that
looks like a secret: Nova repeats a user data field that it refuses.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from keystoneauth1 import exceptions as auth
from openstack import exceptions as sdk
from requests import exceptions as http
from urllib3 import exceptions as wire

from visa.errors import Busy, CloudError, Fault, Refused

CONFLICT_RETRY_S = 2.0
DOWN_RETRY_S = 5.0
RATE_RETRY_S = 10.0
CREDENTIALS_RETRY_S = 60.0
MAX_RETRY_S = 600.0
MAX_WORDS = 500

_SECRETS = (
    re.compile(r"[A-Za-z0-9+/=_-]{48,}"),  # tokens and user data; an id has 36 characters
    re.compile(r"(?i)(?<=password)([\"']?\s*[:=]\s*[\"']?)[^\s\"',}]+"),
)
_TAGS = re.compile(r"<[^>]*>|\s+")


def from_answer(status: int, headers: Mapping[str, str], text: str, now: datetime) -> CloudError:
    """What an answer other than a success means where nobody knows better."""
    words = spoken(text)
    detail = f"{status}: {words}" if words else str(status)
    quota = "quota" in words.lower() or "limitexceeded" in words.lower()
    match status:
        case 401:
            return _credentials(detail)
        case 403 | 409 | 413 if quota:
            return Refused("The cloud's quota is used up.", code="quota", detail=detail)
        case 413 if "retry-after" not in {name.lower() for name in headers}:
            return Refused("The cloud finds the order too large.", code="too_large", detail=detail)
        case 413 | 429 | 503:
            retry_after_s = retry_after(headers, now, otherwise=RATE_RETRY_S)
            return Busy("The cloud is busy.", retry_after_s=retry_after_s, detail=detail)
        case 403:
            return Refused("The cloud does not allow it.", code="not_allowed", detail=detail)
        case 404 | 410:
            return Refused("It does not exist in the cloud (any more).", code="gone", detail=detail)
        case 409 | 423:
            busy = "The cloud is still busy with it."
            retry_after_s = retry_after(headers, now, otherwise=CONFLICT_RETRY_S)
            return Busy(busy, retry_after_s=retry_after_s, detail=detail, code="cloud_conflict")
        case _ if status == 408 or not 400 <= status < 500:  # noqa: PLR2004 - the classes of RFC 9110, section 15
            return Fault("The cloud failed.", detail=detail)
        case _:
            return Refused("The cloud does not accept the order.", code="bad_request", detail=detail)


def from_exception(error: Exception, now: datetime) -> CloudError:
    """What an exception of the SDK, its authentication or its transport means. Never raises."""
    detail = redacted(f"{type(error).__name__}: {error}")
    match error:
        case CloudError():
            return error
        case auth.HttpError():
            return _from_http_error(error, detail, now)
        case sdk.HttpException() if error.status_code:
            headers = getattr(error.response, "headers", {})
            return from_answer(int(error.status_code), headers, f"{error.message} {error.details or ''}", now)
        case auth.SSLError() | http.SSLError() | wire.SSLError():
            return Fault("The cloud's certificate is not accepted.", code="cloud_certificate", detail=detail)
        case _ if was_never_sent(error):
            return Busy("The cloud cannot be reached.", retry_after_s=DOWN_RETRY_S, code="cloud_down", detail=detail)
        case auth.ConnectTimeout() | http.Timeout() | wire.TimeoutError() | sdk.ResourceTimeout() | TimeoutError():
            return Fault("The cloud did not answer in time.", code="cloud_timeout", detail=detail)
        case auth.ConnectionError() | http.ConnectionError() | ConnectionError() | wire.HTTPError():
            return Fault("The connection to the cloud broke.", code="cloud_connection", detail=detail)
        case auth.AuthorizationFailure() | auth.AuthPluginException() | auth.MissingAuthMethods():
            return _credentials(detail)
        case auth.CatalogException() | sdk.EndpointNotFound() | sdk.ServiceDisabledException():
            return Fault("The cloud lacks a service that is needed.", code="cloud_no_service", detail=detail)
        case ValueError() | KeyError() | TypeError() | IndexError() | AttributeError():  # its JSON, or what is in it
            return Fault("The cloud's answer is not understood.", code="cloud_answer", detail=detail)
        case _:
            return Fault("The cloud failed.", detail=detail)


def was_never_sent(error: BaseException) -> bool:
    """Whether the order certainly did not leave us: no connection was made."""
    never = (wire.NewConnectionError, wire.ConnectTimeoutError, wire.NameResolutionError, http.ConnectTimeout)
    return any(isinstance(cause, never) for cause in _causes(error))


def retry_after(headers: Mapping[str, str], now: datetime, *, otherwise: float) -> float:
    """Seconds that the cloud asks us to wait: a number or a date (RFC 9110, 10.2.3), bounded."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    try:
        seconds = float(value) if value.isdigit() else (parsedate_to_datetime(value) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return otherwise
    return min(max(seconds, 1.0), MAX_RETRY_S)


def spoken(text: str) -> str:
    """The sentence in an error's body: JSON in one of five shapes, or a page."""
    try:
        body = json.loads(text)
    except ValueError:
        return redacted(_TAGS.sub(" ", text).strip())
    return redacted(" ".join(dict.fromkeys(_sentences(body))))


def redacted(text: str) -> str:
    """Bounded, and without what looks like a token, a password or user data."""
    for secret in _SECRETS:
        text = secret.sub(lambda found: f"{found.group(1) if found.lastindex else ''}[…]", text)
    return text if len(text) <= MAX_WORDS else f"{text[: MAX_WORDS - 1]}…"


def _from_http_error(error: auth.HttpError, detail: str, now: datetime) -> CloudError:
    headers = getattr(error.response, "headers", None) or {}
    return from_answer(int(error.http_status or 500), headers, detail, now)


def _credentials(detail: str) -> Busy:
    """No instance fails because somebody changed a password: it waits until the operator has put it right."""
    return Busy(
        "The cloud does not accept our credentials.",
        retry_after_s=CREDENTIALS_RETRY_S,
        code="cloud_credentials",
        detail=detail,
    )


def _sentences(body: object) -> Iterator[str]:
    match body:
        case {"type": str(kind), "message": str(message)}:  # Neutron
            yield f"{kind}: {message}"
        case {"message": str(message)} | {"detail": str(message)} | {"title": str(message)}:
            yield message
        case dict():
            for value in body.values():
                yield from _sentences(value)
        case list():
            for value in body:
                yield from _sentences(value)
        case str():
            yield body
        case _:
            return


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what lies behind it, also where a library keeps the cause in an argument."""
    waiting, met = [error], set[int]()
    while waiting:
        cause = waiting.pop()
        if id(cause) in met:
            continue
        met.add(id(cause))
        yield cause
        behind = (cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args)
        waiting += [each for each in behind if isinstance(each, BaseException)]
