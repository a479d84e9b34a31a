"""Collecting what is wrong in files that people write, so that they are told everything at once.

Knows places and sentences; must not know what the files mean.
"""

from collections import Counter

from visa.errors import BadFiles, Problem

MOST_PER_FILE = 500  # a wrong date format in 20,000 lines is one mistake, not 20,000 sentences


class Problems:
    """Every problem noted so far. Beyond `MOST_PER_FILE` of one file they are counted only."""

    def __init__(self) -> None:
        self._noted: list[Problem] = []
        self._count: Counter[str] = Counter()

    def note(self, file: str, line: int, field: str, message: str) -> None:
        """Remember one problem. `line` counts from 1, 0 is the whole file; `field` may be ""."""
        self._count[file] += 1
        if self._count[file] <= MOST_PER_FILE:
            self._noted.append(Problem(file, line, field, message))

    def raise_if_any(self) -> None:
        """Raises `BadFiles` with all problems, file by file and line by line."""
        if not self._noted:
            return
        files = list(self._count)
        ordered = sorted(self._noted, key=lambda one: (files.index(one.file), one.line))
        beyond = ((file, count - MOST_PER_FILE) for file, count in self._count.items() if count > MOST_PER_FILE)
        unsaid = (Problem(file, 0, "", f"{more} more problems are not listed") for file, more in beyond)
        raise BadFiles((*ordered, *unsaid))
