"""A sign-in provider for development: everybody can be anybody. Run it with `python -m visa.testing.provider`."""
