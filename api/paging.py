"""Pages of lists by keyset: a cursor says after which item to go on, so that nothing is skipped or shown twice.

Cursors are opaque and signed: they hold for the list with the filters that they were made for, and nobody can build
on what is inside. They grant nothing: who asks is checked again with each page.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import date, datetime

from visa.errors import Invalid

Part = datetime | date | int | str
Position = tuple[Part, ...]

_TAG_BYTES = 16


@dataclass(frozen=True)
class Cursors:
    """Makes and reads cursors with one key."""

    key: bytes

    def seal(self, list_name: str, position: Position) -> str:
        payload = json.dumps([_out(part) for part in position], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._tag(list_name, payload) + payload).decode().rstrip("=")

    def open(self, list_name: str, cursor: str, types: tuple[type[Part], ...]) -> Position:
        """The position inside. Raises `Invalid` for anything that `seal` did not make for this list."""
        try:
            sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise _bad() from error
        tag, payload = sealed[:_TAG_BYTES], sealed[_TAG_BYTES:]
        if not hmac.compare_digest(tag, self._tag(list_name, payload)):
            raise _bad()
        return tuple(_in(value, kind) for value, kind in zip(json.loads(payload), types, strict=True))

    def _tag(self, list_name: str, payload: bytes) -> bytes:
        return hmac.digest(self.key, list_name.encode() + b"\0" + payload, hashlib.sha256)[:_TAG_BYTES]


def _out(part: Part) -> str | int:
    return part.isoformat() if isinstance(part, date) else part


def _in(value: str | int, kind: type[Part]) -> Part:
    return kind.fromisoformat(str(value)) if issubclass(kind, date) else kind(value)


def _bad() -> Invalid:
    return Invalid(
        "This cursor does not belong to this list. Begin again without one.", field="cursor", code="bad_cursor"
    )
