"""A cloud with room for one: the second person is told so before asking, waits with a place, and gets in by turn."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import choose_first_experiment, sign_in
from tests.e2e.household import Household, household
from tests.e2e.pictures import picture
from tests.e2e.visitor import Visitor
from visa.settings import Policy, SharedLimits
from visa.testing.sample.people import SAMPLE_PEOPLE

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

FIRST, SECOND = tuple(SAMPLE_PEOPLE.values())[:2]


@pytest.fixture
def house() -> Iterator[Household]:
    folder = Path(tempfile.mkdtemp(prefix="visa-wait-"))
    with household(folder) as running:
        running.go_by(Policy(clouds={"main": SharedLimits(instances=1)}))
        yield running
    shutil.rmtree(folder)


def test_who_finds_no_room_sees_the_place_and_gets_in_when_another_leaves(house: Household, chromium: Browser):
    first = Visitor(house.address, FIRST.claims["sub"])
    first.sign_in()
    experiment = first.get("/experiments?scope=mine")["items"][0]["id"]
    wish = {"name": "Before", "image_id": "terminal", "flavour_id": "small", "keyboard": "us"}
    before = first.post("/instances", wish | {"experiment_ids": [experiment]})["id"]

    page = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB").new_page()
    page.goto(house.address)
    sign_in(page, SECOND)
    page.goto(f"{house.address}/new")
    choose_first_experiment(page)
    expect(page.get_by_role("radio", name="Small")).to_be_visible()
    expect(page.get_by_text("You would wait at place 1 of 1.").first).to_be_visible()
    expect(page.get_by_text("The only desktop of the cloud is in use.").first).to_be_visible()
    picture(page, "new")
    page.get_by_role("button", name="Create and wait").click()
    page.wait_for_url(re.compile("/progress$"))
    expect(page.get_by_text("Waiting: place 1 of 1")).to_be_visible()
    picture(page, "progress")
    waits = page.url
    page.goto(house.address)
    expect(page.get_by_text("Waiting: place 1 of 1")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Waiting for room")).to_be_visible()
    picture(page, "home")
    page.goto(waits)
    first.delete(f"/instances/{before}")
    page.wait_for_url(re.compile("/desktop$"), timeout=60_000)
