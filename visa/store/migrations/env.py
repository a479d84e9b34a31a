"""Alembic's entry: runs the migrations on the connection that visa.store.migrate hands over."""

from typing import Any, Literal

from alembic import context

import visa.store.tables  # noqa: F401 - importing the tables is what fills the metadata
from visa.store.base import Base, UtcDateTime


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """A migration must not change when our types do: it names the plain type."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=render,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
