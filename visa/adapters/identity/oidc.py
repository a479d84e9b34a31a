"""Signing in with OpenID Connect: authorization code flow with PKCE, by discovery. Made for UmbrellaID and its like.

The ID token proves who came back to us; it carries little more than a subject, so userinfo is always asked and has to
agree. Tokens are never logged, and the access token is forgotten at once.
"""

from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session

from visa.adapters.identity import claims as read
from visa.adapters.identity.discovery import DOWN, Discovery, Provider
from visa.adapters.identity.id_token import refused, verified
from visa.domain import entitlements, subjects
from visa.errors import Misconfigured, ProviderDown, SignInRefused
from visa.ports.clock import Clock
from visa.ports.identity import SignedIn
from visa.settings import Identity as IdentitySettings


class OidcIdentity:
    """`visa.ports.identity.Identity` for one provider."""

    def __init__(self, settings: IdentitySettings, clock: Clock) -> None:
        if not urlsplit(settings.issuer).hostname:
            raise Misconfigured("identity.issuer is missing: it is the address of your sign-in provider")
        self._settings = settings
        self._clock = clock
        self._rules = entitlements.rules(settings.entitlement_roles)
        self._discovery = Discovery(settings.issuer, timeout_s=settings.timeout_s, clock=clock)

    def sign_in_address(self, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        provider = self._discovery.provider()
        with self._client(provider, redirect_uri) as client:
            address, _ = client.create_authorization_url(
                provider.authorization, state=state, nonce=nonce, code_verifier=verifier
            )
        return str(address)

    def redeem(self, *, code: str, redirect_uri: str, nonce: str, verifier: str) -> SignedIn:
        provider = self._discovery.provider()
        with self._client(provider, redirect_uri) as client:
            tokens = _exchange(client, provider, code=code, verifier=verifier)
            proof = verified(
                tokens.get("id_token"),
                discovery=self._discovery,
                client_id=self._settings.client_id,
                nonce=nonce,
                now=self._clock.now(),
            )
            about = _userinfo(client, provider)
        if about.get("sub") != proof["sub"]:
            # Core 1.0, 5.3.2: otherwise an access token of somebody else could be slipped in.
            raise refused("userinfo speaks of another subject")
        self._check_subject(proof["sub"])
        return self._signed_in(proof | about, str(tokens["id_token"]))

    def sign_out_address(self, *, id_token: str, return_to: str) -> str | None:
        provider = self._discovery.provider()
        if provider.end_session is None:
            return None
        said = {
            "id_token_hint": id_token,
            "post_logout_redirect_uri": return_to,
            "client_id": self._settings.client_id,
        }
        parts = urlsplit(provider.end_session)
        query = "&".join(filter(None, (parts.query, urlencode(said))))
        return urlunsplit(parts._replace(query=query))

    def _client(self, provider: Provider, redirect_uri: str) -> OAuth2Session:
        """A client for one sign-in; sessions are not made for several threads."""
        secret = self._settings.client_secret.get_secret_value()
        return OAuth2Session(
            client_id=self._settings.client_id,
            client_secret=secret or None,
            token_endpoint_auth_method=_auth_method(provider, has_secret=bool(secret)),
            scope=" ".join(self._settings.scopes),
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            leeway=0,  # the token is used at once, however short its life
            default_timeout=self._settings.timeout_s,
        )

    def _check_subject(self, subject: str) -> None:
        if subjects.is_monitoring(subject):
            raise SignInRefused("This account only watches services; it may not use them.", code="monitoring_subject")
        if not subjects.has_scope(subject, self._settings.subject_scopes):
            detail = f"the subject's scope is not accepted: {subject.rpartition('@')[2][:100]}"
            raise SignInRefused("This account may not sign in here.", code="subject_refused", detail=detail)

    def _signed_in(self, claims: dict[str, Any], id_token: str) -> SignedIn:
        return SignedIn(
            issuer=self._settings.issuer,
            subject=claims["sub"],
            name=read.display_name(claims),
            email=read.text(claims, "email"),
            email_verified=claims.get("email_verified") not in (False, "false"),
            orcid=read.orcid(claims),
            roles=entitlements.roles(read.texts(claims, *read.ENTITLEMENT_CLAIMS), self._rules),
            id_token=id_token,
        )


def _auth_method(provider: Provider, *, has_secret: bool) -> str:
    if not has_secret:
        return "none"
    supported = provider.token_auth_methods
    return next((one for one in ("client_secret_basic", "client_secret_post") if one in supported), supported[0])


def _exchange(client: OAuth2Session, provider: Provider, *, code: str, verifier: str) -> dict[str, Any]:
    try:
        tokens = client.fetch_token(
            provider.token, grant_type="authorization_code", code=code, code_verifier=verifier, allow_redirects=False
        )
    except AuthlibBaseError as error:
        detail = f"the provider refused the code: {error.error} {error.description}"[:300]
        message = "The provider did not confirm this sign-in. Sign in again."
        raise SignInRefused(message, code="code_refused", detail=detail) from error
    except (requests.RequestException, ValueError) as error:
        raise ProviderDown(DOWN, detail=f"{provider.token}: {error}") from error
    return dict(tokens)


def _userinfo(client: OAuth2Session, provider: Provider) -> dict[str, Any]:
    try:
        response = client.get(provider.userinfo, headers={"Accept": "application/json"}, allow_redirects=False)
        response.raise_for_status()
        about = response.json()
    except (AuthlibBaseError, requests.RequestException, ValueError) as error:
        raise ProviderDown(DOWN, detail=f"{provider.userinfo}: {error}") from error
    if not isinstance(about, dict):
        raise ProviderDown(DOWN, detail=f"{provider.userinfo} answered JSON that is not an object")
    return about
