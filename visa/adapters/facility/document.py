"""YAML with line numbers: a walk over PyYAML's nodes that notes what is wrong and reads plain text from leaves.

Leaves are taken as they are written, so that `id: 007` stays 007 and `no` stays "no". Knows mappings, lists and
leaves; must not know what the document is about.
"""

from collections.abc import Iterable
from typing import TypeVar

import yaml

from visa.adapters.facility.decoding import decode
from visa.adapters.facility.problems import Problems
from visa.adapters.facility.table import Parse

T = TypeVar("T")


class Document:
    """One YAML file. `where` arguments are the place in it as people write it: instruments[2].id."""

    def __init__(self, file: str, problems: Problems) -> None:
        self.file = file
        self._problems = problems

    def root(self, content: bytes | None) -> yaml.Node | None:
        """The outermost node; None after a note."""
        text = decode(self.file, content, self._problems)
        if text is None:
            return None
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.note(mark.line + 1 if mark else 0, "", f"is not YAML: {error.problem or error.context}")
            return None
        except yaml.YAMLError as error:
            self.note(0, "", f"is not YAML: {error}")
            return None
        except RecursionError:
            self.note(0, "", "is nested too deeply")
            return None
        if node is None:
            self.note(0, "", "is empty")
        return node

    def note(self, line: int, where: str, message: str) -> None:
        self._problems.note(self.file, line, where, message)

    def fields(self, node: yaml.Node, where: str, names: Iterable[str]) -> dict[str, yaml.Node]:
        """The values of a mapping that must have exactly these names; what is wrong is left out."""
        if not isinstance(node, yaml.MappingNode):
            self.note(line_of(node), where, "must be a mapping of names to values")
            return {}
        wanted, found = list(names), dict[str, yaml.Node]()
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "(no name)"
            if name not in wanted:
                self.note(line_of(key), _inside(where, name), f"unknown; the names here are {', '.join(wanted)}")
            elif name in found:
                self.note(line_of(key), _inside(where, name), "is there twice")
            else:
                found[name] = value
        for name in wanted:
            if name not in found:
                self.note(line_of(node), _inside(where, name), "is missing")
        return found

    def items(self, node: yaml.Node | None, where: str) -> list[tuple[str, yaml.Node]]:
        """The items of a list, each with its place."""
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.note(line_of(node), where, "must be a list")
            return []
        return [(f"{where}[{position}]", item) for position, item in enumerate(node.value, start=1)]

    def leaf(self, node: yaml.Node | None, where: str, parse: Parse[T]) -> T | None:
        """A parsed value; None after a note."""
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode):
            self.note(line_of(node), where, "must be a single value")
            return None
        try:
            return parse("" if node.tag == "tag:yaml.org,2002:null" else node.value.strip())
        except ValueError as error:
            self.note(line_of(node), where, str(error))
            return None


def line_of(node: yaml.Node) -> int:
    """Where a node begins; lines count from 1."""
    return int(node.start_mark.line) + 1


def _inside(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
