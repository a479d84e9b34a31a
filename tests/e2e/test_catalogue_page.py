"""An administrator puts a desktop on offer in the catalogue's page, for staff only, and takes it off again."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import PERSON, sign_in
from tests.e2e.conftest import Demo
from tests.e2e.visitor import Visitor
from visa.testing.sample.people import SAMPLE_PEOPLE

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

NAME = "Reflectivity fits " + "and more " * 6 + "of them"


@pytest.fixture
def catalogue(chromium: Browser, demo: Demo) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(demo.address)
    sign_in(page, SAMPLE_PEOPLE["benhaddou"])
    page.get_by_role("link", name="Catalogue").click()
    expect(page.get_by_role("heading", name="Catalogue")).to_be_visible()
    yield page
    context.close()


def offered(person: Visitor) -> set[str]:
    return {image["name"] for image in person.get("/images")["items"]}


def visitor(demo: Demo, login: str) -> Visitor:
    person = Visitor(demo.address, SAMPLE_PEOPLE[login].claims["sub"])
    person.sign_in()
    return person


def test_an_admin_offers_a_desktop_to_staff_only_and_takes_it_back(catalogue: Page, demo: Demo):
    user, staff = visitor(demo, PERSON.claims["preferred_username"]), visitor(demo, "solheim")

    catalogue.get_by_role("button", name="Add a desktop").click()
    form = catalogue.get_by_role("dialog")
    expect(form.get_by_role("button", name="Add", exact=True)).to_be_disabled()
    form.get_by_role("textbox", name="Name").fill(NAME)
    form.get_by_role("combobox", name="The cloud's image").fill("terminal")
    expect(form.get_by_role("complementary", name="As people will see it")).to_contain_text(NAME)
    form.get_by_role("button", name="Add", exact=True).click()
    card = catalogue.get_by_role("article", name=NAME)
    expect(card).to_contain_text("For everybody")
    assert NAME in offered(user)

    card.get_by_role("button", name=re.compile("^Edit")).click()
    form.get_by_role("radio", name="Only some").click()
    expect(form.get_by_role("button", name="Save")).to_be_disabled()
    form.get_by_role("group", name="People who are").get_by_text("staff", exact=True).click()
    form.get_by_role("button", name="Save").click()
    expect(card).to_contain_text("Only for staff")
    assert NAME not in offered(user)
    assert NAME in offered(staff)

    card.get_by_role("button", name=re.compile("^Retire")).click()
    expect(card.get_by_role("status")).to_contain_text("Retired")
    assert NAME not in offered(staff)
    card.get_by_role("button", name=re.compile("^Undo")).click()
    expect(card.get_by_role("status")).not_to_contain_text("Retired")
    assert NAME in offered(staff)


def test_nobody_else_finds_the_page(page: Page, demo: Demo):
    sign_in(page)
    expect(page.get_by_role("link", name="Catalogue")).to_have_count(0)
    page.goto(f"{demo.address}/admin/catalogue")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    assert page.request.get(f"{demo.address}/api/v1/admin/images").status == 404
