"""What a provider says of itself: addresses, methods and keys (OpenID Connect Discovery 1.0), fetched and cached.

The issuer's address is all that is configured. Whatever comes back is checked before it is believed.
"""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from visa.errors import ProviderDown
from visa.ports.clock import Clock

KEPT = timedelta(hours=1)
KEYS_ASKED_EVERY = timedelta(seconds=10)  # a wrong key id must not make us hammer the provider
LEFT_ALONE = timedelta(seconds=5)  # a provider that is down must not hold every thread of ours for its time-out
WELL_KNOWN = "/.well-known/openid-configuration"
# Asymmetric only: with an HMAC our own client secret could sign for anybody, and "none" signs nothing.
TRUSTED_ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
DOWN = "The sign-in provider cannot be reached at the moment. Try again shortly."


@dataclass(frozen=True)
class Provider:
    """The provider's addresses and choices. `end_session` is None where it offers no page for signing out."""

    issuer: str
    authorization: str
    token: str
    userinfo: str
    keys: str
    end_session: str | None
    token_auth_methods: tuple[str, ...]
    algorithms: tuple[str, ...]


class Discovery:
    """The provider and its keys, as last fetched. All calls raise `ProviderDown` and nothing else."""

    def __init__(self, issuer: str, *, timeout_s: float, clock: Clock) -> None:
        self._issuer = issuer
        self._timeout_s = timeout_s
        self._clock = clock
        self._lock = threading.Lock()
        self._provider: Provider | None = None
        self._provider_at: datetime | None = None
        self._failure: ProviderDown | None = None
        self._failed_at: datetime | None = None
        self._keys: KeySet | None = None
        self._keys_at: datetime | None = None

    def provider(self) -> Provider:
        """Fetched again once an hour; a failure is repeated for some seconds before it is tried again."""
        with self._lock:
            now = self._clock.now()
            if self._provider is not None and self._provider_at is not None and now - self._provider_at < KEPT:
                return self._provider
            if self._failure is not None and self._failed_at is not None and now - self._failed_at < LEFT_ALONE:
                raise ProviderDown(self._failure.public, detail=self._failure.detail)
            try:
                provider = read_metadata(self._get(self._issuer.rstrip("/") + WELL_KNOWN), self._issuer)
            except ProviderDown as error:
                self._failure, self._failed_at = error, self._clock.now()
                raise
            self._provider, self._provider_at = provider, now
            return provider

    def keys(self, *, renewed: bool = False) -> KeySet:
        """The keys that sign ID tokens; `renewed` when one is missing among those that we have."""
        address = self.provider().keys
        with self._lock:
            now = self._clock.now()
            age = KEPT if self._keys_at is None else now - self._keys_at
            if self._keys is None or age >= (KEYS_ASKED_EVERY if renewed else KEPT):
                try:
                    self._keys = KeySet.import_key_set(self._get(address))  # type: ignore[arg-type] # checked inside
                except (JoseError, KeyError, TypeError, ValueError) as error:
                    raise ProviderDown(DOWN, detail=f"the keys at {address} cannot be read: {error}") from error
                self._keys_at = now
            return self._keys

    def _get(self, address: str) -> dict[str, Any]:
        try:
            response = requests.get(address, timeout=self._timeout_s, headers={"Accept": "application/json"})
            response.raise_for_status()
            content = response.json()
        except requests.RequestException as error:
            raise ProviderDown(DOWN, detail=f"{address}: {error}") from error
        if not isinstance(content, dict):
            raise ProviderDown(DOWN, detail=f"{address} answered JSON that is not an object")
        return content


def read_metadata(document: dict[str, Any], issuer: str) -> Provider:
    """Check a discovery document. Raises `ProviderDown` naming what is wrong."""
    if document.get("issuer") != issuer:
        # OpenID Connect Discovery 1.0, 4.3: otherwise somebody else's provider could speak for this one.
        raise _wrong(f"it calls itself {document.get('issuer')!r}, configured is {issuer!r}")
    offered = _texts(document, "id_token_signing_alg_values_supported")
    algorithms = tuple(one for one in TRUSTED_ALGORITHMS if one in offered)
    if not algorithms:
        raise _wrong(f"it signs with {offered or 'nothing that it names'}, none of which can be trusted")
    methods = _texts(document, "code_challenge_methods_supported")
    if methods and "S256" not in methods:
        raise _wrong("it does not support PKCE with S256")
    return Provider(
        issuer=issuer,
        authorization=_address(document, "authorization_endpoint", issuer),
        token=_address(document, "token_endpoint", issuer),
        userinfo=_address(document, "userinfo_endpoint", issuer),
        keys=_address(document, "jwks_uri", issuer),
        end_session=_address(document, "end_session_endpoint", issuer) if "end_session_endpoint" in document else None,
        token_auth_methods=_texts(document, "token_endpoint_auth_methods_supported") or ("client_secret_basic",),
        algorithms=algorithms,
    )


def _texts(document: dict[str, Any], name: str) -> tuple[str, ...]:
    value = document.get(name)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _address(document: dict[str, Any], name: str, issuer: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not urlsplit(value).hostname:
        raise _wrong(f"{name} is missing")
    if urlsplit(value).scheme not in {"https", urlsplit(issuer).scheme}:
        raise _wrong(f"{name} is not encrypted, although the issuer is")
    return value


def _wrong(what: str) -> ProviderDown:
    return ProviderDown(DOWN, detail=f"the provider's description is wrong: {what}")
