"""What the product is for, as one person does it in a browser: sign in, choose an experiment, work in the desktop,
delete it, and get everything back with one click."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import COLOURS, choose_first_experiment, sign_in
from tests.e2e.conftest import Demo

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

STRANGE = "quotes \" and ' and / slash"


def create(page: Page) -> str:
    """Make a desktop on the first own experiment; returns its id."""
    page.goto(page.url.rstrip("/") + "/new")
    choose_first_experiment(page)
    page.get_by_role("textbox", name="Name").fill(f"First analysis {STRANGE}")
    page.get_by_role("button", name="Create desktop").click()
    page.wait_for_url(re.compile("/instances/[^/]+/(progress|desktop)"))
    return page.url.split("/instances/")[1].split("/")[0]


def shown(page: Page) -> None:
    """Wait until the desktop's picture is there: a screen of one colour shows nothing."""
    page.wait_for_url(re.compile("/desktop$"), timeout=60_000)
    until(lambda: page.evaluate(COLOURS) > 50, "the desktop shows something")


def run_in_terminal(page: Page, home: Path, command: str) -> None:
    """Open the desktop's terminal by its key combination, and type once its shell listens."""
    page.locator("canvas").first.click(position={"x": 640, "y": 400})
    page.keyboard.press("Control+Alt+t")

    def listens() -> bool:
        page.keyboard.type("touch .listens\n", delay=15)
        return (home / ".listens").exists()

    until(listens, "a shell takes what is typed")
    page.keyboard.type(command + "\n", delay=15)


def until(ask: Callable[[], object], what: str, *, patience_s: float = 30) -> None:
    deadline = time.monotonic() + patience_s
    while not ask():
        assert time.monotonic() < deadline, f"waited {patience_s:.0f} s in vain: {what}"
        time.sleep(0.1)


def test_sign_in_work_delete_and_restore(page: Page, demo: Demo):
    sign_in(page)
    first = create(page)
    shown(page)
    instance = page.request.get(f"{demo.address}/api/v1/instances/{first}").json()
    home, experiment = demo.workspace(instance["workspace"]["id"]), instance["experiments"][0]["id"]

    raw = f"/data/{experiment}/raw"
    run_in_terminal(page, home, f"ls {raw} > listing.txt; touch {raw}/mine 2>> listing.txt; echo done >> listing.txt")
    listing = written(home / "listing.txt", "done")
    assert raw_files(demo, experiment) <= set(listing.splitlines())
    assert "Read-only file system" in listing
    assert not list(demo.state.facility.rglob("mine"))

    page.goto(f"{demo.address}/instances/{first}")
    page.get_by_role("button", name=re.compile("Delete")).last.click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    page.goto(f"{demo.address}/bin")
    restore = page.get_by_role("button", name=re.compile("Restore")).first
    expect(restore).to_be_enabled(timeout=30_000)
    restore.click()
    page.wait_for_url(re.compile("/instances/(?!" + first + ")[^/]+/(progress|desktop)"))
    shown(page)

    (home / ".listens").unlink()
    run_in_terminal(page, home, "cp listing.txt again.txt; echo done >> again.txt")
    assert listing in written(home / "again.txt", "done\ndone")


def raw_files(demo: Demo, experiment: str) -> set[str]:
    from visa.adapters.facility.file import FileFacility

    state = FileFacility(demo.state.facility).read()
    (found,) = [one for one in state.experiments if one.id == experiment]
    return {path.name for path in Path(found.raw_path).iterdir()}


def written(file: Path, end: str) -> str:
    until(lambda: file.exists() and file.read_text().rstrip().endswith(end), f"{file} ends with {end!r}")
    return file.read_text()
