"""Talking to the api: one call that reports and hears what should be mounted."""

import json
import ssl
import urllib.error
import urllib.request
from typing import Any

PATH = "/api/guest/v1/report"
TIMEOUT_S = 20
_MAX_ANSWER = 1024 * 1024
_UNAUTHORIZED = 401
_FIELDS = {"kind": str, "device": str, "target": str, "mode": str, "options": list}


class Unreachable(Exception):
    """No answer, or none that makes sense: nothing may be concluded from it."""


class TokenDead(Exception):
    """The api does not know this machine any more: it has lost every right."""


class Api:
    def __init__(self, url: str, token: str, ca_pem: str = "") -> None:
        self._url = url.rstrip("/") + PATH
        self._token = token
        self._tls = ssl.create_default_context(cadata=ca_pem) if ca_pem else ssl.create_default_context()

    def report(self, said: dict[str, Any]) -> tuple[list[dict[str, Any]], float]:
        """The mounts that should be there, and the seconds until the next report.

        Raises `Unreachable` and `TokenDead`.
        """
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self._url, json.dumps(said).encode(), headers, method="POST")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S, context=self._tls) as answer:  # noqa: S310
                return _understood(json.loads(answer.read(_MAX_ANSWER)))
        except urllib.error.HTTPError as error:
            if error.code == _UNAUTHORIZED:
                raise TokenDead from error
            raise Unreachable(f"the api answers {error.code}") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error


def _understood(orders: Any) -> tuple[list[dict[str, Any]], float]:
    mounts = [{name: each[name] for name in _FIELDS} for each in orders["mounts"]]
    wrong = [each for each in mounts if any(not isinstance(each[name], kind) for name, kind in _FIELDS.items())]
    if wrong:
        raise ValueError("a mount that is not understood")
    return mounts, min(max(float(orders["poll_s"]), 1.0), 60.0)
