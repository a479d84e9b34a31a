"""From a letter to a subject, a text and an HTML part.

Each kind has one template a language, which gives words and no looks: blocks `subject`, `preview`, `body`, `because`.
Text and HTML are both laid out from these, so that they cannot differ. What a value holds can never become markup.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from traceback import extract_tb
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateSyntaxError,
)

from visa.domain.letters import Letter
from visa.domain.quota import MIB_PER_GIB, Number
from visa.errors import Problem
from visa.letters import dates, layout

LANGUAGES = ("en", "de", "fr")
HTML = "layout.html.j2"
PACKAGE = PackageLoader("visa.letters")


@dataclass(frozen=True)
class Rendered:
    """A letter's parts. `problem` names a broken template of the facility, whose place the shipped one took."""

    subject: str
    text: str
    html: str
    problem: Problem | None = None


@dataclass(frozen=True)
class Environments:
    """Two kinds of templates: words, where marks are made safe by `layout`, and HTML, where Jinja escapes."""

    words: Environment
    html: Environment


def render(letter: Letter, language: str, templates_folder: Path | None = None) -> Rendered:
    """The letter in that language ("de-CH" is "de"; one that is not there is English).

    `templates_folder` holds templates that take the place of shipped ones, by the same names ("de/reclaimed.j2",
    "layout.html.j2"). A broken one of these raises nothing. Raises `jinja2.TemplateError` or `ValueError` when the
    letter lacks a fact that its kind needs.
    """
    if templates_folder is not None:
        try:
            return render_strictly(letter, language, templates_folder)
        except Exception as error:  # a warning outlives whatever a facility wrote into its templates
            problem = problem_of(error, templates_folder)
            return replace(render_strictly(letter, language, None), problem=problem)
    return render_strictly(letter, language, None)


def render_strictly(letter: Letter, language: str, folder: Path | None) -> Rendered:
    """As `render`, but a broken template of the facility raises whatever Jinja raises."""
    spoken = language.split("-", maxsplit=1)[0].lower()
    spoken = spoken if spoken in LANGUAGES else LANGUAGES[0]
    both = environments(folder)
    template = both.words.get_template(f"{spoken}/{letter.kind}.j2")
    context = _context(letter, spoken)

    def block(name: str) -> str:
        if name not in template.blocks:
            raise TemplateSyntaxError(f"there is no block {name!r}", 1, template.name, template.filename)
        try:
            return "".join(template.blocks[name](template.new_context(context)))
        except Exception:
            both.words.handle_exception()  # raises the same again, with the lines of the template in its traceback

    subject, preview, because = (layout.clean(block(name)) for name in ("subject", "preview", "because"))
    body = layout.parts(block("body"))
    html = both.html.get_template(HTML).render(
        language=spoken, subject=subject, preview=preview, parts=body, because=because, house=letter.house
    )
    return Rendered(subject, layout.plain(body, because), html)


def problem_of(error: Exception, folder: Path) -> Problem:
    """Where in the facility's own templates something went wrong; line 0 when that is not known."""
    if isinstance(error, TemplateSyntaxError):
        return Problem(error.filename or error.name or str(folder), error.lineno, "", error.message or str(error))
    inside = [frame for frame in extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(folder)]
    place, line = (inside[-1].filename, inside[-1].lineno or 0) if inside else (str(folder), 0)
    return Problem(place, line, "", f"{type(error).__name__}: {error}")


@lru_cache(maxsize=8)
def environments(folder: Path | None) -> Environments:
    """The shipped templates, each replaced by the one of its name in `folder`; changed files are read again."""
    loader: BaseLoader = PACKAGE if folder is None else ChoiceLoader([FileSystemLoader(folder), PACKAGE])
    words = Environment(  # noqa: S701 - makes text with marks; nothing of it reaches HTML unescaped
        loader=loader, undefined=StrictUndefined, finalize=layout.finalize
    )
    words.globals |= {"button": layout.button}
    words.filters |= {"strong": layout.strong, "link": layout.link, "quoted": layout.quoted}
    html = Environment(loader=loader, undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return Environments(words, html)


def _context(letter: Letter, language: str) -> dict[str, Any]:
    """What templates may name. Facts that the letter does not have are left out, so that using one is an error."""
    facts = {one.name: getattr(letter.facts, one.name) for one in fields(letter.facts)}
    given = {name: value for name, value in facts.items() if value is not None and (name != "url" or value)}
    house = letter.house
    return given | {
        "language": language,
        "person": letter.person_name,
        "name": letter.subject_name,
        "facility": house.facility,
        "site": house.site,
        "support": house.support,
        **_speech(language, house.zone),
    }


def _speech(language: str, zone: str) -> dict[str, Callable[..., str]]:
    def when(moment: datetime) -> str:
        return dates.when(moment, language, zone)

    def day(moment: datetime) -> str:
        return dates.day(moment.astimezone(ZoneInfo(zone)), language)

    def span(days: float) -> str:
        return dates.span(days, language)

    def quantity(number: Number, value: int) -> str:
        return dates.decimal(value / MIB_PER_GIB, language) if number is Number.MEMORY_MIB else str(value)

    return {"when": when, "day": day, "span": span, "quantity": quantity}
