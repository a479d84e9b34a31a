"""The identity port: who somebody is, as a provider outside says."""

from dataclasses import dataclass
from typing import Protocol

from visa.domain.access import Role


@dataclass(frozen=True)
class SignedIn:
    """Somebody who proved who they are.

    `issuer` and `subject` together are the only key of a person. `email` and `orcid` ("0000-0002-1825-0097") are what
    the provider says of them, "" and None where it says nothing. `email_verified` is False only when the provider
    says so. `roles` are those that configured entitlements give. `id_token` is what the provider wants at sign-out.
    """

    issuer: str
    subject: str
    name: str
    email: str
    email_verified: bool
    orcid: str | None
    roles: frozenset[Role]
    id_token: str


class Identity(Protocol):
    """Obligations of every implementation:

    - Only `SignInRefused` (this attempt) and `ProviderDown` (the provider) of visa.errors leave it.
    - No call takes longer than the configured time-out for each message to the provider.
    - Calls may be made from several threads at the same time.
    """

    def sign_in_address(self, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser. The provider sends it back to `redirect_uri` with `state` unchanged."""
        ...

    def redeem(self, *, code: str, redirect_uri: str, nonce: str, verifier: str) -> SignedIn:
        """Turn the provider's one-use code into a person.

        The proof was made by the configured issuer, for us, for this `nonce`, and is valid now; a second source
        (userinfo) agrees on the subject. Subjects that may not sign in here are refused.
        """
        ...

    def sign_out_address(self, *, id_token: str, return_to: str) -> str | None:
        """Where to send the browser to sign out at the provider too; None when the provider offers no such page."""
        ...
