"""No provider: a development server that nobody can sign in to, for benches and for work on public pages."""

from typing import NoReturn

from visa.errors import ProviderDown
from visa.ports.identity import SignedIn

SENTENCE = "No sign-in provider is configured (identity.issuer)."


class NoProvider:
    """`visa.ports.identity.Identity` that lets nobody in."""

    def sign_in_address(self, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        return self._refuse(redirect_uri, state, nonce, verifier)

    def redeem(self, *, code: str, redirect_uri: str, nonce: str, verifier: str) -> SignedIn:
        return self._refuse(code, redirect_uri, nonce, verifier)

    def sign_out_address(self, *, id_token: str, return_to: str) -> str | None:
        return self._refuse(id_token, return_to)

    def _refuse(self, *_: str) -> NoReturn:
        raise ProviderDown(SENTENCE)
