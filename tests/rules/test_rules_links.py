"""Every link of a letter leads to a page that the web has: letters are read weeks later, by people who cannot ask."""

import ast
import html
import inspect
import re
from collections.abc import Collection
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from visa.domain import pages
from visa.letters import LANGUAGES, render
from visa.letters.samples import HOUSE, variants

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web/src"
WRITERS = (ROOT / "visa/services", ROOT / "visa/letters")
NO_PAGES = {"/home", "/auth/", "/sign-in"}  # a folder of a machine, and where nobody is sent back to


def web_pages() -> list[re.Pattern[str]]:
    """What the router answers to: patterns of paths.ts that routes.tsx has a page for."""
    patterns = dict(re.findall(r'^  (\w+): "(/[^"]*)",$', (WEB / "paths.ts").read_text(), re.MULTILINE))
    routed = re.findall(r"path: patterns\.(\w+)", (WEB / "routes.tsx").read_text())
    assert len(routed) > 5, "the router's map looks different now: read it anew here"
    return [re.compile(re.sub(r":\w+", "[^/]+", patterns[name])) for name in routed]


def asked_of_the_address() -> set[str]:
    """The names of what pages read from the query of their address."""
    sources = "".join(path.read_text() for path in (WEB / "pages").rglob("*.tsx"))
    return set(re.findall(r'\bsearch\.(?:get|has)\("(\w+)"\)', sources))


def named_pages() -> dict[str, str]:
    """Each page of visa.domain.pages by its name there."""
    public = {name: one for name, one in vars(pages).items() if not name.startswith("_")}
    return {name: one("an-id") if inspect.isfunction(one) else str(one) for name, one in public.items()}


def dead(links: Collection[str]) -> list[str]:
    known = web_pages()
    return sorted(link for link in links if not any(page.fullmatch(urlsplit(link).path) for page in known))


def test_each_page_that_letters_may_lead_to_is_in_the_web():
    assert len(named_pages()) > 5
    assert not dead(named_pages().values()), "no such page in web/src/routes.tsx"
    assert dead(["/admin", "/instances/x/y", "/instances/"]) == ["/admin", "/instances/", "/instances/x/y"]


@pytest.mark.parametrize("name", sorted(name for name, link in named_pages().items() if "?" in link))
def test_what_a_link_asks_of_a_page_is_read_there(name: str):
    query = parse_qs(urlsplit(named_pages()[name]).query, keep_blank_values=True)
    assert not query.keys() - asked_of_the_address(), "no page in web/src/pages reads it from its address"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_link_in_each_letter_leads_to_a_page(language: str):
    for letter in variants():
        made = render(letter, language)
        links = {html.unescape(one) for one in re.findall(r'href="([^"]+)"', made.html)}
        links |= set(re.findall(r"https?://\S+", made.text))
        ours = {one.removeprefix(HOUSE.url) for one in links if one.startswith(HOUSE.url + "/")}
        assert ours, letter.kind
        assert not dead(ours), letter.kind


def test_nobody_who_writes_letters_spells_a_path():
    spelt = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.value}"
        for folder in WRITERS
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.match(r"/[a-z]", node.value) and node.value not in NO_PAGES
    ]
    assert not spelt, "give it a name in visa/domain/pages.py"
