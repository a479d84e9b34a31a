"""A small OpenID provider that lies on request: each test says what it should get wrong."""

import base64
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from werkzeug.wrappers import Request, Response

CLIENT, SECRET, SUBJECT = "visa", "the client's secret", "ada@example.org"

Change = Callable[[dict[str, Any]], None]


@dataclass
class EvilProvider:
    """A WSGI application. Whatever is not changed is right: without changes a sign-in works."""

    issuer: str
    signing: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    published: list[RSAKey] | None = None
    challenge: str = ""
    nonce: str = ""
    change_metadata: Change = lambda _: None
    change_claims: Change = lambda _: None
    change_userinfo: Change = lambda _: None
    change_tokens: Change = lambda _: None
    make_token: Callable[[dict[str, Any]], str] | None = None
    asked: list[str] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        self.asked.append(request.path)
        answer = getattr(self, "answer_" + request.path.strip("/").replace(".well-known/openid-configuration", "about"))
        return answer(request)(environ, start_response)

    def answer_about(self, _: Request) -> Response:
        content: dict[str, Any] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "code_challenge_methods_supported": ["S256"],
        }
        self.change_metadata(content)
        return _json(content)

    def answer_keys(self, _: Request) -> Response:
        keys = [self.signing] if self.published is None else self.published
        return _json({"keys": [key.as_dict(private=False) for key in keys]})

    def answer_token(self, request: Request) -> Response:
        sent = {name: values[0] for name, values in parse_qs(request.get_data(as_text=True)).items()}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        auth = request.authorization
        if challenge.decode().rstrip("=") != self.challenge or auth is None or auth.password != SECRET:
            return _json({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims: dict[str, Any] = {"iss": self.issuer, "aud": CLIENT, "sub": SUBJECT, "nonce": self.nonce}
        claims |= {"iat": now, "exp": now + 300}
        self.change_claims(claims)
        token = self.make_token(claims) if self.make_token else self.sign(claims)
        content = {"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": token}
        self.change_tokens(content)
        return _json(content)

    def answer_userinfo(self, request: Request) -> Response:
        if request.headers.get("Authorization") != "Bearer access":
            return _json({"error": "invalid_token"}, 401)
        content: dict[str, Any] = {"sub": SUBJECT, "name": ["Ada"], "email": "ada@example.org"}
        self.change_userinfo(content)
        return _json(content)

    def sign(self, claims: dict[str, Any], key: RSAKey | None = None, **header: str) -> str:
        key = key or self.signing
        return jwt.encode({"alg": "RS256", "kid": str(key.kid)} | header, claims, key)


def unsigned(claims: dict[str, Any]) -> str:
    """A token that says it needs no signature."""
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def signed_with(secret: bytes, claims: dict[str, Any]) -> str:
    """A token signed with a text that both sides know, as if that were the provider's key."""
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret), algorithms=["HS256"])


def tampered(token: str, subject: str) -> str:
    """The token with another subject under the old signature."""
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))) | {"sub": subject}
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{header}.{changed}.{signature}"


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(content), status, mimetype="application/json")
