"""Identity providers. `oidc` speaks OpenID Connect; a development provider is reached in the same way."""
