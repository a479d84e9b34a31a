"""The image that the tests here boot, and a browser."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.e2e.browsing import CHROMIUM

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def image() -> Path:
    """The one that VISA_IMAGE names, or that of `make image`, which is built when it is missing or out of date."""
    if named := os.environ.get("VISA_IMAGE"):
        return Path(named)
    subprocess.run(["make", "--no-print-directory", "image", "ARGS="], cwd=ROOT, check=True)
    return ROOT / "build/image/visa-debian-12.qcow2"


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium") or "", args=CHROMIUM)
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
        context.set_default_timeout(60_000)
        yield context.new_page()
        browser.close()
