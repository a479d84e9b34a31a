"""A desktop that went into the archive and was made of what is not offered any more: its owner gets the files back."""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import update

from tests.e2e.browsing import PERSON, sign_in
from tests.e2e.household import Household, household
from tests.e2e.pictures import picture
from tests.e2e.visitor import Visitor
from visa.domain.instance import Kept
from visa.store.tables import Flavour, Workspace

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

NAME = "Old fits"


@pytest.fixture
def house() -> Iterator[Household]:
    folder = Path(tempfile.mkdtemp(prefix="visa-archive-"))
    with household(folder) as running:
        yield running
    shutil.rmtree(folder)


def home_of(house: Household, workspace_id: str) -> Path:
    """The workspace's files, as they lie on this machine."""
    for mark in house.state.cloud.glob("volumes/*/mark.json"):
        if json.loads(mark.read_text())["mark"]["id"] == workspace_id:
            return mark.parent / "data"
    raise LookupError(f"no volume carries the mark of workspace {workspace_id}")


def test_what_is_in_the_archive_comes_back_with_another_size(house: Household, chromium: Browser):
    visitor = Visitor(house.address, PERSON.claims["sub"])
    visitor.sign_in()
    experiment = visitor.get("/experiments?scope=mine")["items"][0]["id"]
    wish = {"name": NAME, "image_id": "terminal", "flavour_id": "small", "keyboard": "us"}
    made = visitor.post("/instances", wish | {"experiment_ids": [experiment]})
    workspace_id = made["workspace"]["id"]
    visitor.until(lambda: visitor.get(f"/instances/{made['id']}")["phase"] == "running" or None, "it runs")
    (home_of(house, workspace_id) / "fit.txt").write_text("what was measured")
    visitor.delete(f"/instances/{made['id']}")
    visitor.until(lambda: visitor.get(f"/instances/{made['id']}")["phase"] == "gone" or None, "it is gone")
    with house.runtime.sessions.write() as session:  # as the policy does at the end of a stay in the bin
        until = datetime.now(UTC) + timedelta(days=365)
        archived = {"wanted": Kept.ARCHIVED, "copies": 1, "archive_no": 1, "archived_until": until}
        session.execute(update(Workspace).values(archived | {"revision": Workspace.revision + 1}))
        session.execute(update(Flavour).where(Flavour.id == "small").values(retired_at=datetime.now(UTC)))

    page = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB").new_page()
    page.set_default_timeout(30_000)
    page.goto(house.address)
    sign_in(page)
    visitor.until(lambda: visitor.get("/workspaces?state=bin")["items"][0]["state"] == "archived" or None, "archived")
    assert not list(house.state.cloud.glob("volumes/*/mark.json"))
    page.goto(f"{house.address}/bin")
    kept = page.get_by_role("article", name=NAME)
    expect(kept).to_contain_text("In the archive until")
    kept.get_by_text("What will happen").click()
    stages = kept.get_by_role("list", name="What will happen").get_by_role("listitem")
    expect(stages).to_contain_text(["Now", "Warning by mail", "Warning by mail", "The files are deleted for ever"])
    picture(page, "bin-archived")
    kept.get_by_role("button", name="Restore with…").click()
    form = page.get_by_role("dialog")
    expect(form.get_by_label(re.compile("Size instead of"))).to_be_visible()
    picture(page, "restore-with")
    form.get_by_role("button", name="Restore").click()
    expect(page).to_have_url(re.compile("/instances/"))
    visitor.until(lambda: not visitor.get("/workspaces?state=bin")["items"] or None, "taken from the archive")
    visitor.until(lambda: visitor.get("/instances")["items"][0]["phase"] == "running" or None, "it runs again")
    assert (home_of(house, workspace_id) / "fit.txt").read_text() == "what was measured"
