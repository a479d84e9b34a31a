"""The looks of a letter, from the words of its template: 72 columns of text, and one column of HTML.

A body is paragraphs between blank lines; one whose lines begin with "- " is a list; `strong`, `link`, `button` and
`quoted` mark words with control characters, which no value can hold (`clean`).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import fill
from typing import Literal

from jinja2 import Undefined

WIDTH = 72
STRONG, WEAK, LINK, BUTTON, QUOTE = "\x01", "\x02", "\x03", "\x1e", "\x1f"
# Letters of these classes break lines or mark the layout; those of `TURNING` reverse the direction of what follows.
BREAKING = frozenset({"Cc", "Zl", "Zp", "Cs"})
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


class Marked(str):
    """Text with marks of the layout, made here from clean parts."""

    __slots__ = ()


@dataclass(frozen=True)
class Run:
    """A piece of a paragraph."""

    text: str
    strong: bool = False
    link: bool = False


@dataclass(frozen=True)
class Part:
    """One part of a body. `lines` are a paragraph's one, a list's items, a quotation's paragraphs."""

    kind: Literal["paragraph", "list", "quote", "button"]
    lines: tuple[tuple[Run, ...], ...]
    url: str = ""


def clean(text: str) -> str:
    """On one line, without anything that a mail's reader or the layout could take for more than words."""
    kept = ("" if one in TURNING else " " if unicodedata.category(one) in BREAKING else one for one in text)
    return re.sub(" +", " ", "".join(kept)).strip()  # no-break spaces stay


def finalize(value: object) -> object:
    """What Jinja prints for a value: marks stay, everything else is cleaned; what is missing is an error."""
    return value if isinstance(value, (Marked, Undefined)) else clean(str(value))


def strong(value: object) -> Marked:
    return Marked(f"{STRONG}{clean(str(value))}{WEAK}")


def quoted(value: object) -> Marked:
    """Somebody's words, which may have several lines."""
    return Marked("".join(QUOTE + line for line in map(clean, str(value).splitlines()) if line) or QUOTE + "–")


def button(label: str, url: str) -> Marked:
    """A link to act on; has to be a paragraph of its own."""
    return Marked(f"{BUTTON}{clean(label)}{BUTTON}{_web_address(url)}")


def link(url: str) -> Marked:
    """An address amid words."""
    return Marked(f"{LINK}{_web_address(url)}{LINK}")


def _web_address(url: str) -> str:
    if not re.fullmatch(r"https?://[^\s\x00-\x1f]+", url):
        raise ValueError(f"a letter can only link to a web address, not {url!r}")
    return url


def parts(body: str) -> tuple[Part, ...]:
    """The parts of a rendered body, in order."""
    blocks = (re.sub(r"[ \t\n]*\n[ \t]*", "\n", block.strip(" \t\n")) for block in re.split(r"\n[ \t]*\n", body))
    told: list[Part] = []
    for part in (_part(block) for block in blocks if block):
        if told and told[-1].kind == part.kind == "list":  # a loop of a template leaves blank lines between its items
            told[-1] = Part("list", told[-1].lines + part.lines)
        else:
            told.append(part)
    return tuple(told)


def _part(block: str) -> Part:
    if block.startswith(BUTTON):
        label, _, url = block[1:].partition(BUTTON)
        return Part("button", ((Run(label),),), url)
    if block.startswith(QUOTE):
        return Part("quote", tuple(tuple(_runs(line)) for line in block[1:].split(QUOTE)))
    if block.startswith("- "):
        return Part("list", tuple(tuple(_runs(item)) for item in re.split(r"\n- ", block[2:])))
    return Part("paragraph", (tuple(_runs(block)),))


def _runs(line: str) -> Iterator[Run]:
    one_line = re.sub(r"\s*\n\s*", " ", line)
    mark = ""
    for piece in re.split(f"([{STRONG}{WEAK}{LINK}])", one_line):
        if piece in {STRONG, WEAK, LINK}:
            mark = "" if mark == piece else piece
        elif piece:
            yield Run(piece, strong=mark == STRONG, link=mark == LINK)


def plain(body: tuple[Part, ...], because: str) -> str:
    """The text part."""
    told = "\n\n".join(_plain(part) for part in body)
    return f"{told}\n\n-- \n{_wrapped(because)}\n"


def _plain(part: Part) -> str:
    lines = ["".join(run.text for run in line) for line in part.lines]
    if part.kind == "button":
        return f"{_wrapped(lines[0])}\n{part.url}"
    if part.kind == "quote":
        return "\n>\n".join(_wrapped(line, first="> ", rest="> ") for line in lines)
    if part.kind == "list":
        return "\n".join(_wrapped(line, first="- ", rest="  ") for line in lines)
    return _wrapped(lines[0])


def _wrapped(line: str, *, first: str = "", rest: str = "") -> str:
    return fill(
        line, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
