"""A peer's words, made fit to be shown."""

SHOWN_TEXT = 200


def readable(text: bytes) -> str:
    """A peer's text, fit for a log line and a page: printable, at most `SHOWN_TEXT` characters."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text.decode("utf-8", "replace"))
    return shown[:SHOWN_TEXT].strip()
