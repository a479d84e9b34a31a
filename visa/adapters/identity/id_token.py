"""Whether an ID token proves what it says (OpenID Connect Core 1.0, 3.1.3.7): signed by the provider, for us, for now.

Every reason for a refusal goes to the operator; the person is told the same sentence each time.
"""

import hmac
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError

from visa.adapters.identity.discovery import Discovery, Provider
from visa.domain.subjects import MAX_SUBJECT
from visa.errors import SignInRefused

CLOCKS_DIFFER_S = 60
SENTENCE = "The proof of your identity did not hold. Sign in again."


def verified(token: object, *, discovery: Discovery, client_id: str, nonce: str, now: datetime) -> dict[str, Any]:
    """The claims of a token that holds. Raises `SignInRefused` for any other, and `ProviderDown`."""
    if not isinstance(token, str) or not token:
        raise refused("there is no ID token")
    provider = discovery.provider()
    claims = _signed(token, discovery, provider)
    _check_parties(claims, provider.issuer, client_id)
    _check_times(claims, now)
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise refused("the nonce is another")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT:
        raise refused("there is no usable subject")
    return claims


def refused(detail: str) -> SignInRefused:
    return SignInRefused(SENTENCE, code="proof_invalid", detail=detail)


def _signed(token: str, discovery: Discovery, provider: Provider) -> dict[str, Any]:
    for renewed in (False, True):
        try:
            return jwt.decode(token, discovery.keys(renewed=renewed), algorithms=list(provider.algorithms)).claims
        except InvalidKeyIdError as error:
            if renewed:  # the provider may have changed its keys since we asked: that is why there are two rounds
                raise refused("it is signed with a key that the provider does not publish") from error
        except (JoseError, ValueError) as error:
            raise refused(f"the signature does not hold: {error}") from error
    raise AssertionError("the second round returns or raises")


def _check_parties(claims: dict[str, Any], issuer: str, client_id: str) -> None:
    if claims.get("iss") != issuer:
        raise refused("it was issued by another provider")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences:
        raise refused("it is meant for another client")
    authorized = claims.get("azp")
    if authorized is None and len(audiences) > 1:
        raise refused("it is meant for several clients and does not name the one that asked")
    if authorized is not None and authorized != client_id:
        raise refused("another client asked for it")


def _check_times(claims: dict[str, Any], now: datetime) -> None:
    moments = {name: claims.get(name) for name in ("exp", "iat", "nbf") if name in claims}
    if not {"exp", "iat"} <= moments.keys() or not all(_is_number(value) for value in moments.values()):
        raise refused("it does not say when it was issued and when it expires")
    if claims["exp"] + CLOCKS_DIFFER_S <= now.timestamp():
        raise refused("it has expired")
    if max(claims["iat"], claims.get("nbf", 0)) - CLOCKS_DIFFER_S > now.timestamp():
        raise refused("it is from the future")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
