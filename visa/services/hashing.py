"""Secrets are stored as hashes. They are long and random, so that a plain SHA-256 needs no salt and no stretching."""

import hashlib


def hashed(secret: str) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()
