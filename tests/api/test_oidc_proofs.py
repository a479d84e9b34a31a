"""What the OpenID Connect adapter believes, tried against a provider that lies about one thing at a time."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from tests.api.evil import CLIENT, SECRET, EvilProvider, signed_with, tampered, unsigned
from tests.api.served import query_of, serving
from visa.adapters.identity.oidc import OidcIdentity
from visa.cli.demo import ports
from visa.errors import Misconfigured, ProviderDown, SignInRefused
from visa.ports.identity import SignedIn
from visa.settings import Identity
from visa.testing.clock import FrozenClock

OTHER_KEY = RSAKey.generate_key(2048, {"kid": "other"})
BACK = "https://visa.example.org/auth/callback"


@pytest.fixture
def evil() -> Iterator[EvilProvider]:
    port = ports.choose(0, purpose="provider", option="")
    provider = EvilProvider(f"http://127.0.0.1:{port}")
    with serving(provider, port):  # type: ignore[arg-type] # any WSGI application
        yield provider


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime.now(UTC))


@pytest.fixture
def connect(evil: EvilProvider, clock: FrozenClock) -> Callable[..., OidcIdentity]:
    def make(**settings: Any) -> OidcIdentity:
        return OidcIdentity(Identity(issuer=evil.issuer, client_secret=SECRET, **settings), clock)

    return make


@pytest.fixture
def identity(connect: Callable[..., OidcIdentity]) -> OidcIdentity:
    return connect()


def sign_in(identity: OidcIdentity, evil: EvilProvider) -> SignedIn:
    """One whole sign-in, with the provider remembering the challenge and the nonce as a provider does."""
    nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    asked = query_of(identity.sign_in_address(redirect_uri=BACK, state="s", nonce=nonce, verifier=verifier))
    evil.challenge, evil.nonce = asked["code_challenge"], asked["nonce"]
    return identity.redeem(code="code", redirect_uri=BACK, nonce=nonce, verifier=verifier)


def change(**values: Any) -> Callable[[dict[str, Any]], None]:
    """Set these values; None takes one away."""

    def make(content: dict[str, Any]) -> None:
        content.update(values)
        for name in [name for name, value in values.items() if value is None]:
            del content[name]

    return make


def test_an_honest_provider_is_believed(identity: OidcIdentity, evil: EvilProvider):
    who = sign_in(identity, evil)
    assert (who.issuer, who.subject, who.name) == (evil.issuer, "ada@example.org", "Ada")


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        pytest.param(change(iss="https://other.example.org"), "another provider", id="another issuer"),
        pytest.param(change(aud="other"), "another client", id="another audience"),
        pytest.param(change(aud=["other"]), "another client", id="a list without us"),
        pytest.param(change(aud=None), "another client", id="no audience"),
        pytest.param(change(aud=[CLIENT, "other"]), "several clients", id="several audiences and nobody authorized"),
        pytest.param(change(azp="other"), "another client asked", id="another client authorized"),
        pytest.param(change(exp=int(time.time()) - 120), "expired", id="expired"),
        pytest.param(change(exp=None), "does not say when", id="no end"),
        pytest.param(change(exp="tomorrow"), "does not say when", id="an end that is no time"),
        pytest.param(change(exp=True), "does not say when", id="an end that is a truth value"),
        pytest.param(change(iat=int(time.time()) + 3600), "from the future", id="from the future"),
        pytest.param(change(iat=None), "does not say when", id="no begin"),
        pytest.param(change(nbf=int(time.time()) + 3600), "from the future", id="not valid yet"),
        pytest.param(change(nonce="another"), "nonce", id="another nonce"),
        pytest.param(change(nonce=None), "nonce", id="no nonce"),
        pytest.param(change(sub=None), "subject", id="no subject"),
        pytest.param(change(sub=""), "subject", id="an empty subject"),
        pytest.param(change(sub=["ada@example.org"]), "subject", id="a list of subjects"),
        pytest.param(change(sub="x" * 256), "subject", id="an endless subject"),
    ],
)
def test_an_id_token_with_a_wrong_claim_is_refused(
    identity: OidcIdentity, evil: EvilProvider, lie: Callable[[dict[str, Any]], None], reason: str
):
    evil.change_claims = lie
    with pytest.raises(SignInRefused) as refusal:
        sign_in(identity, evil)
    assert refusal.value.code == "proof_invalid"
    assert reason in refusal.value.detail


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("none", "unsupported_algorithm"),
        ("tampered", "bad_signature"),
        ("our secret", "unsupported_algorithm"),
        ("their public key", "unsupported_algorithm"),
        ("unknown key", "a key that the provider does not publish"),
        ("no token", "no ID token"),
    ],
)
def test_an_id_token_that_the_provider_did_not_sign_is_refused(
    identity: OidcIdentity, evil: EvilProvider, kind: str, reason: str
):
    public = evil.signing.as_pem(private=False)
    forge: dict[str, Callable[[dict[str, Any]], Any]] = {
        "none": unsigned,
        "tampered": lambda claims: tampered(evil.sign(claims), "eve@example.org"),
        "our secret": lambda claims: signed_with(SECRET.encode().ljust(32), claims),
        "their public key": lambda claims: _forged_with_public_key(public, claims),
        "unknown key": lambda claims: evil.sign(claims, OTHER_KEY),
        "no token": lambda _: None,
    }
    evil.make_token = forge[kind]
    with pytest.raises(SignInRefused) as refusal:
        sign_in(identity, evil)
    assert refusal.value.code == "proof_invalid"
    assert reason in refusal.value.detail


def _forged_with_public_key(public: bytes, claims: dict[str, Any]) -> str:
    """The classic confusion: the published key used as if it were a shared secret. joserfc refuses to make it."""
    parts = ({"alg": "HS256", "kid": "one"}, claims)
    body = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    tag = hmac.digest(public, body.encode(), hashlib.sha256)
    return f"{body}.{base64.urlsafe_b64encode(tag).decode().rstrip('=')}"


def test_a_key_that_changed_since_is_fetched(identity: OidcIdentity, evil: EvilProvider, clock: FrozenClock):
    sign_in(identity, evil)
    evil.signing = RSAKey.generate_key(2048, {"kid": "two"})
    clock.advance(20)
    assert sign_in(identity, evil).subject == "ada@example.org"
    assert evil.asked.count("/keys") == 2
    assert evil.asked.count("/.well-known/openid-configuration") == 1


def test_an_unknown_key_does_not_make_us_ask_again_and_again(identity: OidcIdentity, evil: EvilProvider):
    sign_in(identity, evil)
    evil.make_token = lambda claims: evil.sign(claims, OTHER_KEY)
    for _ in range(5):
        with pytest.raises(SignInRefused):
            sign_in(identity, evil)
    assert evil.asked.count("/keys") == 1


def test_a_provider_is_asked_about_itself_again_after_an_hour(
    identity: OidcIdentity, evil: EvilProvider, clock: FrozenClock
):
    sign_in(identity, evil)
    clock.advance(3600)
    identity.sign_in_address(redirect_uri=BACK, state="s", nonce="n", verifier="v" * 43)
    assert evil.asked.count("/.well-known/openid-configuration") == 2


@pytest.mark.parametrize("subject", ["eve@example.org", None, ["ada@example.org"]])
def test_userinfo_of_another_subject_is_refused(identity: OidcIdentity, evil: EvilProvider, subject: object):
    evil.change_userinfo = change(sub=subject)
    with pytest.raises(SignInRefused) as refusal:
        sign_in(identity, evil)
    assert refusal.value.code == "proof_invalid"


def test_userinfo_is_asked_although_the_id_token_says_enough(identity: OidcIdentity, evil: EvilProvider):
    evil.change_claims = change(name="Ada", email="ada@example.org")
    sign_in(identity, evil)
    assert "/userinfo" in evil.asked


def test_a_code_is_worth_nothing_without_the_verifier_of_the_browser_that_began(
    identity: OidcIdentity, evil: EvilProvider
):
    identity.sign_in_address(redirect_uri=BACK, state="s", nonce="n", verifier="v" * 43)
    evil.challenge, evil.nonce = "the challenge of another attempt", "n"
    with pytest.raises(SignInRefused) as refusal:
        identity.redeem(code="code", redirect_uri=BACK, nonce="n", verifier="v" * 43)
    assert refusal.value.code == "code_refused"


@pytest.mark.parametrize("subject", ["test@example.org", "TEST@other.example.org"])
def test_the_monitoring_account_is_refused(identity: OidcIdentity, evil: EvilProvider, subject: str):
    evil.change_claims = evil.change_userinfo = change(sub=subject)
    with pytest.raises(SignInRefused) as refusal:
        sign_in(identity, evil)
    assert refusal.value.code == "monitoring_subject"


@pytest.mark.parametrize(
    ("subject", "accepted"),
    [("ada@EXAMPLE.org", True), ("ada@evil.org", False), ("ada", False), ("ada@example.org@evil.org", False)],
)
def test_only_subjects_of_accepted_scopes_get_in(
    connect: Callable[..., OidcIdentity], evil: EvilProvider, subject: str, accepted: bool
):
    identity = connect(subject_scopes=("example.org",))
    evil.change_claims = evil.change_userinfo = change(sub=subject)
    if accepted:
        assert sign_in(identity, evil).subject == subject
        return
    with pytest.raises(SignInRefused) as refusal:
        sign_in(identity, evil)
    assert refusal.value.code == "subject_refused"


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param(change(issuer="https://other.example.org"), id="calls itself another"),
        pytest.param(change(token_endpoint=None), id="no token address"),
        pytest.param(change(jwks_uri="ftp://example.org/keys"), id="keys over a strange protocol"),
        pytest.param(change(id_token_signing_alg_values_supported=["HS256", "none"]), id="no algorithm to trust"),
        pytest.param(change(code_challenge_methods_supported=["plain"]), id="no real PKCE"),
    ],
)
def test_a_provider_with_a_wrong_description_is_not_used(
    identity: OidcIdentity, evil: EvilProvider, lie: Callable[[dict[str, Any]], None]
):
    evil.change_metadata = lie
    with pytest.raises(ProviderDown) as down:
        identity.sign_in_address(redirect_uri=BACK, state="s", nonce="n", verifier="v" * 43)
    assert "the provider's description is wrong" in down.value.detail


def test_a_provider_that_is_away_is_told_in_one_sentence(clock: FrozenClock):
    port = ports.choose(0, purpose="nobody listens there", option="")
    identity = OidcIdentity(Identity(issuer=f"http://127.0.0.1:{port}", timeout_s=1), clock)
    with pytest.raises(ProviderDown) as down:
        identity.sign_in_address(redirect_uri=BACK, state="s", nonce="n", verifier="v" * 43)
    assert str(port) not in down.value.public


def test_a_provider_that_does_not_work_is_left_alone_for_a_moment(
    identity: OidcIdentity, evil: EvilProvider, clock: FrozenClock
):
    """Each try takes up to a time-out of one of our few threads."""
    evil.change_metadata = change(token_endpoint=None)
    for _ in range(5):
        with pytest.raises(ProviderDown, match="cannot be reached"):
            identity.sign_in_address(redirect_uri=BACK, state="s", nonce="n", verifier="v" * 43)
    assert evil.asked.count("/.well-known/openid-configuration") == 1
    evil.change_metadata = lambda _: None
    clock.advance(5)
    assert sign_in(identity, evil).subject == "ada@example.org"


def test_signing_out_at_the_provider_needs_that_it_offers_it(identity: OidcIdentity, evil: EvilProvider):
    assert identity.sign_out_address(id_token="t", return_to=BACK) is None


@pytest.mark.parametrize(
    "rules", [{"urn:example:group": "admin"}, {"https://example.org:group:x": "admin"}, {"urn:a:b:group:x": "king"}]
)
def test_a_role_mapping_that_cannot_work_stops_the_process(connect: Callable[..., OidcIdentity], rules: dict[str, str]):
    with pytest.raises(Misconfigured, match=r"identity\.entitlement_roles"):
        connect(entitlement_roles=rules)
