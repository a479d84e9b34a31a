"""Letters: every kind in every language, complete, safe from what it holds, and with a facility's own templates."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import meta
from jinja2.exceptions import UndefinedError

from visa.domain.letters import Facts, Letter, LetterKind, Over
from visa.domain.quota import Number
from visa.letters import LANGUAGES, check_templates, render
from visa.letters.dates import span, when
from visa.letters.rendering import PACKAGE, environments
from visa.letters.samples import HOUSE, sample, variants

BLOCKS = ["subject", "preview", "body", "because"]
TEMPLATES = PACKAGE.list_templates()
NASTY = "</p><script>alert(1)</script>\n\n- item\x1eClick\x1ehttps://evil.example.org\x01\u202egnp {{ url }}"


class Seen(HTMLParser):
    """Tags, links and words of an HTML page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attributes if name in {"href", "src", "background"}]

    def handle_data(self, data: str) -> None:
        self.words += data


def source(name: str) -> str:
    return PACKAGE.get_source(environments(None).words, name)[0]


def names_used(name: str) -> set[str]:
    return meta.find_undeclared_variables(environments(None).words.parse(source(name)))


def test_every_language_has_every_letter_and_no_other():
    of = {language: {name[3:] for name in TEMPLATES if name.startswith(f"{language}/")} for language in LANGUAGES}
    wanted = {f"{kind}.j2" for kind in LetterKind} | {"_greeting.j2", "_kept.j2", "_closing.j2"}
    assert of == dict.fromkeys(LANGUAGES, wanted)


@pytest.mark.parametrize("name", [name[3:] for name in TEMPLATES if name.startswith("en/")])
def test_all_languages_state_the_same_facts(name: str):
    used = {language: names_used(f"{language}/{name}") for language in LANGUAGES}
    assert used == dict.fromkeys(LANGUAGES, used["en"])
    blocks = {language: re.findall(r"{% block (\w+)", source(f"{language}/{name}")) for language in LANGUAGES}
    assert blocks == dict.fromkeys(LANGUAGES, [] if name.startswith("_") else BLOCKS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_and_html_say_the_same_in_every_turn_of_every_letter(language: str):
    for letter in variants():
        made = render(letter, language)
        seen = Seen(made.html)
        assert made.problem is None
        assert all(len(line) <= 72 for line in made.text.splitlines() if "://" not in line), made.text
        assert not re.search(r"[\x00-\x09\x0b-\x1f]|\n\n\n|\S  +\S", made.text), made.text
        assert len(made.subject) < 120
        words = re.sub(r"^(> ?|- |-- $)", "", made.text, flags=re.MULTILINE).split()
        missing = [word for word in words if word not in seen.words]
        assert missing == []
        assert letter.subject_name in seen.words or letter.kind is LetterKind.TOLD_OPERATORS
        assert letter.facts.url in seen.links
        assert not set(seen.tags) & {"img", "script", "link", "iframe", "form"}
        assert not [link for link in seen.links if not link.startswith(HOUSE.url)]


@pytest.mark.parametrize(("kind", "language"), list(product(LetterKind, LANGUAGES)))
def test_no_value_becomes_markup(kind: LetterKind, language: str):
    plain = sample(kind)
    facts = replace(plain.facts, asked_by=NASTY, words=NASTY)
    facts = replace(facts, stuck=tuple(replace(one, about=NASTY, trouble=NASTY) for one in facts.stuck))
    nasty = Letter(kind, NASTY, NASTY, replace(HOUSE, facility=NASTY, site=NASTY, support=NASTY), facts)
    made, harmless = render(nasty, language), render(plain, language)
    seen, normal = Seen(made.html), Seen(harmless.html)
    assert "script" not in seen.tags
    assert seen.links == normal.links
    assert "\n" not in made.subject
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", made.subject + made.text + made.html.replace("\n", ""))


@settings(max_examples=40)
@given(st.text(max_size=200), st.text(max_size=300))
def test_words_of_people_are_only_ever_words(name: str, words: str):
    letter = sample(LetterKind.REQUEST_MADE)
    made = render(replace(letter, subject_name=name, facts=replace(letter.facts, words=words)), "en")
    assert Seen(made.html).links == [letter.facts.url] * 2
    assert made.text.count("https://visa.example.org") - words.count("https://visa.example.org") <= 1


def test_a_missing_fact_is_the_callers_mistake_and_not_a_gap_in_the_letter():
    for kind in LetterKind:
        with pytest.raises((UndefinedError, ValueError)):
            render(replace(sample(kind), facts=Facts()), "en")


@pytest.mark.parametrize(("asked", "begins"), [("de-CH", "Ihr"), ("DE", "Ihr"), ("fr", "Votre"), ("sv", "Your")])
def test_a_language_is_found_by_its_first_part_or_is_english(asked: str, begins: str):
    assert render(sample(LetterKind.RECLAIMED), asked).subject.startswith(begins)


@pytest.mark.parametrize(
    ("language", "zone", "moment", "said"),
    [
        ("en", "Europe/Paris", "2026-11-30T13:05", "Monday 30 November 2026, 14:05 CET (13:05 UTC)"),
        ("de", "Europe/Paris", "2026-07-01T13:05", "Mittwoch, 1. Juli 2026, 15:05 Uhr CEST (13:05 Uhr UTC)"),
        (
            "fr",
            "Europe/Paris",
            "2026-07-01T06:05",
            "mercredi 1er juillet 2026 à 8~h~05 CEST (6~h~05 UTC)",
        ),
        ("en", "Asia/Tokyo", "2026-12-31T20:00", "Friday 1 January 2027, 05:00 JST (Thursday 31 December, 20:00 UTC)"),
        ("en", "America/Sao_Paulo", "2026-12-31T20:00", "Thursday 31 December 2026, 17:00 UTC-0300 (20:00 UTC)"),
        ("en", "Etc/UTC", "2026-12-31T20:00", "Thursday 31 December 2026, 20:00 UTC"),
        ("en", "Europe/Paris", "2026-10-25T00:30", "Sunday 25 October 2026, 02:30 CEST (00:30 UTC)"),
        ("en", "Europe/Paris", "2026-10-25T01:30", "Sunday 25 October 2026, 02:30 CET (01:30 UTC)"),
    ],
)
def test_moments_are_told_in_the_sites_zone_and_in_utc(language: str, zone: str, moment: str, said: str):
    assert when(datetime.fromisoformat(moment).replace(tzinfo=UTC), language, zone).replace("\u00a0", "~") == said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (14, ("14 days", "14 Tagen", "14 jours")),
        (1, ("1 day", "1 Tag", "1 jour")),
        (4.5, ("4.5 days", "4,5 Tagen", "4,5 jours")),
        (0.5, ("12 hours", "12 Stunden", "12 heures")),
        (1 / 1440, ("1 minute", "1 Minute", "1 minute")),
        (365, ("365 days", "365 Tagen", "365 jours")),
    ],
)
def test_spans_are_told_in_the_largest_unit(days: float, said: tuple[str, ...]):
    assert tuple(span(days, language) for language in ("en", "de", "fr")) == said


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A facility's folder of templates."""
    (tmp_path / "en").mkdir()
    return tmp_path


def test_a_single_template_of_the_facility_takes_the_place_of_the_shipped_one(own: Path):
    (own / "en/_closing.j2").write_text("Come to the user office, {{ facility }}.")
    assert check_templates(own) == ()
    made = render(sample(LetterKind.RECLAIMED), "en", own)
    assert made.problem is None
    assert "Come to the user office, Example Facility." in made.text
    assert "Come to the user office" in made.html
    assert render(sample(LetterKind.RECLAIMED), "de", own) == render(sample(LetterKind.RECLAIMED), "de")


GOOD = "{% block subject %}S{% endblock %}{% block preview %}P{% endblock %}{% block because %}B{% endblock %}\n"


@pytest.mark.parametrize(
    ("name", "text", "line", "message"),
    [
        ("en/archived.j2", GOOD + "{% block body %}\n{{ deadline }\n{% endblock %}", 3, "unexpected '}'"),
        ("en/archived.j2", GOOD + "{% block body %}\n{{ deedline }}\n{% endblock %}", 3, "'deedline' is undefined"),
        ("en/archived.j2", GOOD + "{% block body %}\n\n{{ 1 / 0 }}\n{% endblock %}", 4, "ZeroDivisionError"),
        ("en/archived.j2", GOOD, 1, "there is no block 'body'"),
        ("en/archived.j2", GOOD + "{% block body %}{% include 'en/_none.j2' %}{% endblock %}", 2, "_none.j2"),
        ("en/_closing.j2", "One\n{{ when(url) }}", 2, "AttributeError"),
        ("layout.html.j2", "<p>\n{{ nothing }}", 2, "'nothing' is undefined"),
    ],
)
def test_a_broken_template_is_named_with_its_line_and_the_shipped_one_is_sent(own, name, text, line, message):
    (own / name).write_text(text)
    [problem] = [one for one in check_templates(own) if Path(one.file) == own / name][:1]
    assert problem.line == line
    assert message in problem.message
    made, shipped = render(sample(LetterKind.ARCHIVED), "en", own), render(sample(LetterKind.ARCHIVED), "en")
    assert made.problem is not None
    assert (made.subject, made.text, made.html) == (shipped.subject, shipped.text, shipped.html)


def test_a_template_that_takes_the_place_of_none_is_a_mistake(own: Path):
    (own / "en/lifetime-warning.j2").write_text(GOOD)
    [problem] = check_templates(own)
    assert problem.message == "no shipped template is called so"
    (own / "en/lifetime-warning.j2").rename(own / "en/archived.j2")
    (own / "en/archived.j2").write_bytes(b"\xff\xfe")
    [problem] = check_templates(own)
    assert "cannot be read" in problem.message
    assert render(sample(LetterKind.ARCHIVED), "en", own).problem is not None


def test_a_folder_that_is_not_there_is_a_mistake(tmp_path: Path):
    [problem] = check_templates(tmp_path / "nowhere")
    assert problem.message == "there is no such folder"
    assert render(sample(LetterKind.ARCHIVED), "en", tmp_path / "nowhere").problem is None


def test_a_corrected_template_is_used_without_a_restart(own: Path):
    (own / "en/_closing.j2").write_text("{{ nonsense }}")
    assert render(sample(LetterKind.ARCHIVED), "en", own).problem is not None
    (own / "en/_closing.j2").write_text("All is well again.")
    made = render(sample(LetterKind.ARCHIVED), "en", own)
    assert made.problem is None
    assert "All is well again." in made.text


def test_memory_over_the_limit_is_told_in_gib():
    over = (Over(Number.MEMORY_MIB, 98_304, 66_048),)
    letter = replace(sample(LetterKind.QUOTA_WARNING), facts=replace(sample(LetterKind.QUOTA_WARNING).facts, over=over))
    assert "memory in GiB: 96 in use, 64.5 allowed" in render(letter, "en").text
    assert "Arbeitsspeicher in GiB: 96 in Benutzung, 64,5 erlaubt" in render(letter, "de").text
