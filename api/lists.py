"""Answering with one page of a list: one item more than asked for is fetched, to know whether there are others."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from api.paging import Part, Position
from api.shell import shell

Item = TypeVar("Item")


class PageAsked(Protocol):
    @property
    def cursor(self) -> str | None: ...
    @property
    def limit(self) -> int: ...


def page(
    list_name: str,
    asked: PageAsked,
    fetch: Callable[[Any, int], Sequence[Item]],
    *,
    position: Callable[[Item], Position],
    types: tuple[type[Part], ...],
    show: Callable[[Item], object],
) -> dict[str, object]:
    """`fetch(after, limit)` reads items after a position (None: from the start); `position` tells where one stands.

    A cursor holds for `list_name` only, which has to name every filter. Raises `Invalid` for another list's.
    """
    cursors = shell().cursors
    after = None if asked.cursor is None else cursors.open(list_name, asked.cursor, types)
    items = fetch(after, asked.limit + 1)
    kept = items[: asked.limit]
    more = cursors.seal(list_name, position(kept[-1])) if len(items) > len(kept) else None
    return {"items": [show(item) for item in kept], "next": more}
