"""Every page, for everybody: no serious accessibility problem in either scheme and width, and changes that arrive."""

import re
import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import PERSON, sign_in
from tests.e2e.conftest import Demo
from tests.e2e.visitor import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PAGES = (
    "/",
    "/new",
    "/new?experiment=nowhere",
    "/bin",
    "/activity",
    "/nothing-here",
    "{instance}",
    "{instance}/desktop",
)
SCREENS = [("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)]


@pytest.fixture(scope="module")
def visitor(demo: Demo) -> Visitor:
    person = Visitor(demo.address, PERSON.claims["sub"])
    person.sign_in()
    return person


@pytest.fixture(scope="module")
def instance(visitor: Visitor) -> Iterator[str]:
    """The path of a running instance with the longest name that is allowed."""
    experiments = [one["id"] for one in visitor.get("/experiments?scope=mine")["items"]]
    wish = {"image_id": "terminal", "flavour_id": "small", "keyboard": "us", "experiment_ids": experiments}
    made = visitor.post("/instances", wish | {"name": "散乱 " + "Bragg-reflection " * 5})["id"]
    visitor.until(lambda: visitor.get(f"/instances/{made}")["phase"] == "running" or None, "the instance runs")
    yield f"/instances/{made}"
    visitor.delete(f"/instances/{made}")


@pytest.mark.parametrize(("scheme", "width"), SCREENS)
def test_no_page_has_a_serious_accessibility_problem(
    scheme: str, width: int, chromium: Browser, demo: Demo, instance: str
):
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(demo.address)
    expect(page.locator(".mantine-Loader-root")).to_have_count(0)
    found = serious(page, "sign in")
    sign_in(page)
    for path in PAGES:
        page.goto(demo.address + path.format(instance=instance))
        expect(page.locator("main")).to_be_visible()
        expect(page.locator(".mantine-Skeleton-root, .mantine-Loader-root[role=status]")).to_have_count(0)
        found += serious(page, path)
        if width == 360 and not path.endswith("/desktop"):
            sideways = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            found += [f"{path}: wider than the window by {sideways} px"] if sideways > 0 else []
    context.close()
    assert found == []


def serious(page: Page, where: str) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [
        f"{where}: {one['id']}: {node['html'][:200]}"
        for one in violations
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


def test_changes_reach_an_open_page_within_two_seconds(page: Page, visitor: Visitor, instance: str):
    sign_in(page)
    name = visitor.get(instance)["name"]
    card = page.get_by_text(name).first
    expect(card).to_be_visible()
    visitor.post(f"{instance}/stop")
    begun = time.monotonic()
    expect(page.get_by_role("status").filter(has_text=re.compile("Stopping|Stopped")).first).to_be_visible(
        timeout=10_000
    )
    took = time.monotonic() - begun
    visitor.until(lambda: visitor.get(instance)["phase"] == "stopped" or None, "the instance stops")
    visitor.post(f"{instance}/start")
    assert took < 4, f"it took {took:.1f} s; promised are 2 s, and a busy machine gets as much again"


def test_a_deep_link_survives_signing_in(page: Page, demo: Demo, visitor: Visitor):
    experiment = visitor.get("/experiments?scope=mine")["items"][0]["id"]
    page.goto(f"{demo.address}/new?experiment={experiment}")
    page.get_by_role("link", name=re.compile("Sign in")).click()
    page.get_by_role("button", name=re.compile(re.escape(PERSON.claims["name"]))).click()
    expect(page.get_by_role("checkbox", name=re.compile(experiment))).to_be_checked()


def test_signing_out_ends_the_session_on_the_server(page: Page, demo: Demo):
    sign_in(page)
    page.get_by_role("button", name=re.compile("account and settings")).click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(re.compile("/oauth2/end_session|/sign-in"))
    assert page.request.get(f"{demo.address}/api/v1/me").status == 401
