"""The real demo, started by its command on free ports in a folder of its own, and a real Chromium to use it with."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.browsing import CHROMIUM
from visa.cli.demo.state import State

START_S, STOP_S, POLL_S = 120, 60, 0.05


@dataclass(frozen=True)
class Demo:
    """A running demo: where its pages are, and its folder."""

    address: str
    state: State

    def workspace(self, workspace_id: str) -> Path:
        """The workspace's files, as they lie on this machine."""
        for mark in self.state.cloud.glob("volumes/*/mark.json"):
            if json.loads(mark.read_text())["mark"]["id"] == workspace_id:
                return mark.parent / "data"
        raise LookupError(f"no volume carries the mark of workspace {workspace_id}")


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    state = State(Path(tempfile.mkdtemp(prefix="visa-e2e-")))
    free = [word for name in ("api", "broker", "provider") for word in (f"--{name}-port", "0")]
    command = [sys.executable, "-c", "from visa.cli.main import main; main()", "demo", "--folder", str(state.folder)]
    process = subprocess.Popen([*command, *free], start_new_session=True, stdout=subprocess.PIPE, text=True)
    try:
        yield Demo(_address(process, state), state)
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=STOP_S)
        assert process.returncode == 0, output
        subprocess.run([*command, "--clean"], check=True, timeout=STOP_S)
        shutil.rmtree(state.folder, ignore_errors=True)


def _address(process: "subprocess.Popen[str]", state: State) -> str:
    deadline = time.monotonic() + START_S
    while not state.running_file.exists():
        if process.poll() is not None:
            raise AssertionError(f"the demo ended: {process.communicate()[0]}")
        if time.monotonic() > deadline:
            process.send_signal(signal.SIGINT)
            raise AssertionError(f"the demo was not ready after {START_S} s: {process.communicate()[0]}")
        time.sleep(POLL_S)
    return str(json.loads(state.running_file.read_text())["address"])


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium") or "", args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile; what it did is kept as a trace when VISA_E2E_TRACES names a folder."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(30_000)
    traces = os.environ.get("VISA_E2E_TRACES")
    if traces:
        context.tracing.start(screenshots=True, snapshots=True)
    yield context
    if traces:
        context.tracing.stop(path=Path(traces) / f"{time.time_ns()}.zip")
    context.close()


@pytest.fixture
def page(context: BrowserContext, demo: Demo) -> Page:
    page = context.new_page()
    page.goto(demo.address)
    return page
