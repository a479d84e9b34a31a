"""How every parser of this package ends when it cannot go on. None of them raises."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failed:
    """The stream cannot be followed any further. `code` is stable; `message` may be shown and holds no secret."""

    code: str
    message: str
