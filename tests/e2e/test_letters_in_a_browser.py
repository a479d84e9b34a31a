"""Letters as readers show them: what a real mail server received, in a real Chromium, on every kind of screen.

The picture in the documentation is made here when VISA_PICTURES names a folder.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from itertools import cycle
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.test_pages import serious
from tests.mail.mailserver import serving
from visa.adapters.notify.smtp import SmtpNotify
from visa.domain.letters import LetterKind
from visa.domain.mail import Address, Mail
from visa.letters import LANGUAGES, render
from visa.letters.samples import sample, variants
from visa.settings import Mail as MailSettings

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SCREENS = [("light", 1000), ("dark", 1000), ("light", 360), ("dark", 360)]
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmütze" * 2


@dataclass(frozen=True)
class Shown:
    name: str
    subject: str
    html: str


@pytest.fixture(scope="module")
def received() -> list[Shown]:
    """Every kind, in turns of languages, and one with names too long for any screen, as they came out of the server."""
    spoken = zip(LetterKind, cycle(LANGUAGES), strict=False)
    letters = [(f"{kind}-{language}", sample(kind), language) for kind, language in spoken]
    long = next(variants())
    letters.append(("long", type(long)(long.kind, LONG_WORD, LONG_WORD, long.house, long.facts), "de"))
    with serving() as server:
        section = MailSettings(
            adapter="smtp", host="127.0.0.1", port=server.port, tls="none", from_address="visa@example.org"
        )
        notify = SmtpNotify(section, sender_name="VISA")
        for number, (_, letter, language) in enumerate(letters):
            made = render(letter, language)
            now = datetime(2026, 11, 27, tzinfo=UTC)
            to = Address("anna@example.org", "Anna Jäger")
            notify.send(Mail(f"<{number}@visa.example.org>", to, made.subject, made.text, made.html, now))
    return [
        Shown(name, got.message["Subject"], html_of(got.message))
        for (name, _, _), got in zip(letters, server.inbox, strict=True)
    ]


def html_of(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body is not None
    return body.get_content()


@pytest.fixture
def page(chromium: Browser, scheme: str, width: int) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.route("**/*", lambda route: pytest.fail(f"a letter asks for {route.request.url}"))
    yield page
    context.close()


@pytest.mark.parametrize(("scheme", "width"), SCREENS)
def test_every_letter_can_be_read_on_every_screen(received: list[Shown], page: Page, scheme: str, width: int):
    for shown in received:
        page.set_content(shown.html)
        assert serious(page, shown.name) == []
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, shown.name
        assert page.get_by_role("heading", level=1).inner_text() == shown.subject
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == {"light": "rgb(241, 243, 245)", "dark": "rgb(20, 23, 26)"}[scheme]
        button = page.locator("a:not(.link)")
        below = page.locator("p:has(a:not(.link)) + p a")
        assert button.get_attribute("href") == below.inner_text() == below.get_attribute("href")
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44, "a finger has to hit the button"


@pytest.mark.skipif("VISA_PICTURES" not in os.environ, reason="VISA_PICTURES names no folder for pictures")
@pytest.mark.parametrize(("scheme", "width"), [("light", 660), ("dark", 660), ("light", 360)])
def test_pictures_are_made(received: list[Shown], page: Page, scheme: str, width: int):
    for shown in received:
        page.set_content(shown.html)
        path = Path(os.environ["VISA_PICTURES"]) / f"{shown.name}-{scheme}-{width}.png"
        page.locator(".ground").last.screenshot(path=path)
