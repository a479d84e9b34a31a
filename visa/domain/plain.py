"""Which signs a text for people may have: nothing that could surprise a page, a terminal or a database."""

import unicodedata

# Controls, and surrogates, which fit in no database.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs"})
# They change the direction of the text around them, or break lines where none is seen.
_REFUSED_SIGNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")


def is_plain(line: str) -> bool:
    """Whether one line has none of them."""
    return not any(sign in _REFUSED_SIGNS or unicodedata.category(sign) in _REFUSED_CATEGORIES for sign in line)


def composed(line: str) -> str:
    """In Unicode's composed form (NFC), without spaces around it."""
    return unicodedata.normalize("NFC", line).strip()
