"""What people do in the pages, for tests and benches: sign in, choose, look whether the desktop shows something."""

import re

from playwright.sync_api import Page, expect

from visa.testing.sample.people import SAMPLE_PEOPLE, SamplePerson

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync"]  # fmt: skip
PERSON = next(iter(SAMPLE_PEOPLE.values()))
COLOURS = """() => {
  const canvas = document.querySelector("canvas");
  if (!canvas || !canvas.width) return 0;
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const seen = new Set();
  for (let at = 0; at < pixels.length; at += 4 * 97) seen.add(`${pixels[at]},${pixels[at + 1]},${pixels[at + 2]}`);
  return seen.size;
}"""
"""How many colours the desktop's picture has: a blank one has one or two."""


def sign_in(page: Page, person: SamplePerson = PERSON) -> None:
    """From the sign-in page through the provider's page to Home."""
    page.get_by_role("link", name=re.compile("Sign in")).click()
    page.get_by_role("button", name=re.compile(re.escape(person.claims["name"]))).click()
    expect(page.get_by_role("heading", name="Your desktops")).to_be_visible()


def choose_first_experiment(page: Page) -> None:
    """On the page New."""
    first = page.get_by_role("list", name="Experiments found").get_by_role("checkbox").first
    first.click()
    expect(first).to_be_checked()
