"""Are a facility's own templates fit to be used? Each is read and tried with every sample letter."""

from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError

from visa.errors import Problem
from visa.letters.rendering import LANGUAGES, PACKAGE, problem_of, render_strictly
from visa.letters.samples import variants


def check_templates(folder: Path) -> tuple[Problem, ...]:
    """Everything wrong with the templates of `folder`, each place once; with () all of them can be used."""
    if not folder.is_dir():
        return (Problem(str(folder), 0, "", "there is no such folder"),)
    problems = dict.fromkeys([*_strangers(folder), *_unreadable(folder)])
    return tuple(problems or dict.fromkeys(_unfit(folder)))


def _strangers(folder: Path) -> list[Problem]:
    """A file that takes the place of none would never be used: its name is a mistake."""
    shipped = set(PACKAGE.list_templates())
    strangers = [path for path in sorted(folder.rglob("*.j2")) if path.relative_to(folder).as_posix() not in shipped]
    return [Problem(str(path), 0, "", "no shipped template is called so") for path in strangers]


def _unreadable(folder: Path) -> list[Problem]:
    problems = []
    for path in sorted(folder.rglob("*.j2")):
        try:
            Environment(autoescape=True).parse(path.read_text(), filename=str(path))
        except TemplateSyntaxError as error:
            problems.append(Problem(str(path), error.lineno, "", error.message or str(error)))
        except (UnicodeDecodeError, OSError) as error:
            problems.append(Problem(str(path), 0, "", f"cannot be read: {error}"))
    return problems


def _unfit(folder: Path) -> list[Problem]:
    problems = []
    for language in LANGUAGES:
        for letter in variants():
            try:
                render_strictly(letter, language, folder)
            except Exception as error:  # a template may raise anything; it is told and not passed on
                problems.append(problem_of(error, folder))
    return problems
