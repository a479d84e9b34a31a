"""How commands reach the library."""

from visa import bootstrap
from visa.bootstrap import Runtime
from visa.settings import load


def open_runtime() -> Runtime:
    """A runtime on an up-to-date database. Raises `Misconfigured`."""
    runtime = bootstrap.build(load())
    bootstrap.require_current_schema(runtime)
    return runtime


def table(headings: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """Columns as wide as their widest value, two blanks apart."""
    texts = [headings, *(tuple("-" if value is None else str(value) for value in row) for row in rows)]
    widths = [max(len(line[column]) for line in texts) for column in range(len(headings))]
    return "\n".join(
        "  ".join(value.ljust(width) for value, width in zip(line, widths, strict=True)).rstrip() for line in texts
    )
