"""`visa demo` from start to clean: Ctrl-C leaves nothing running, a new start brings the desktops back, a killed demo
takes its processes with it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from tests.e2e.visitor import Visitor
from visa.cli.demo import ports
from visa.cli.demo.readiness import wait_until
from visa.cli.demo.state import State
from visa.testing.sample.people import SAMPLE_PEOPLE

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

VISA = [str(Path(sys.executable).parent / "visa"), "demo"]
Start = Callable[[], "subprocess.Popen[str]"]
PERSON = SAMPLE_PEOPLE["okonkwo"].claims["sub"]


@pytest.fixture
def state() -> Iterator[State]:
    """A folder for a demo."""
    folder = Path(tempfile.mkdtemp(prefix="visa-demo-"))
    yield State(folder / "demo")
    cleaned = clean(State(folder / "demo"))
    assert cleaned.returncode == 0, cleaned.stderr  # the folder stays while anything runs from it
    shutil.rmtree(folder)


@pytest.fixture
def command(state: State) -> list[str]:
    """The same free ports at each start, as people are known by their provider's address."""
    free = [
        f"--{name}-port={ports.choose(0, purpose='test', option='--port')}" for name in ("api", "broker", "provider")
    ]
    return [*VISA, "--folder", str(state.folder), *free]


def clean(state: State) -> "subprocess.CompletedProcess[str]":
    command = [*VISA, "--folder", str(state.folder), "--clean"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def start(state: State, command: list[str]) -> Iterator[Start]:
    """Starts a demo and returns it once it said that it is ready. Ended with the test, also when that fails."""
    started: list[subprocess.Popen[str]] = []

    def run() -> "subprocess.Popen[str]":
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        started.append(process)
        wait_until(
            lambda: "" if state.running_file.exists() else "running.json is missing",
            alive=lambda: process.poll() is None,
            stop=Event(),
            timeout_s=120,
        )
        return process

    yield run
    for process in started:
        if process.poll() is None:
            end(process)


def end(process: "subprocess.Popen[str]") -> str:
    """Press Ctrl-C; returns what the demo printed."""
    process.send_signal(signal.SIGINT)
    printed, _ = process.communicate(timeout=60)
    return printed


def left_running(state: State) -> list[str]:
    """Command lines of processes that name the folder: our own, and the sandboxes'."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it ended meanwhile
        if str(state.folder) in line:
            lines.append(line)
    return lines


def desktop(state: State, *, make: bool) -> str:
    """The id of the person's one instance, once it runs."""
    person = Visitor(json.loads(state.running_file.read_text())["address"], PERSON)
    person.sign_in()
    if make:
        person.post("/instances", wish(person))
    (instance,) = person.get("/instances")["items"]
    path = f"/instances/{instance['id']}"
    person.until(lambda: person.get(path)["phase"] == "running" or None, "the desktop runs")
    return str(instance["id"])


def wish(person: Visitor) -> dict[str, object]:
    experiment = person.get("/experiments?scope=mine")["items"][0]["id"]
    ids = {"image_id": "terminal", "flavour_id": "small", "experiment_ids": [experiment]}
    return {"name": "Stays", "keyboard": "us", **ids}


def test_the_demo_stops_wholly_and_goes_on_where_it_was(state: State, start: Start, command: list[str]):
    process = start()
    made = desktop(state, make=True)
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert f"running already (process {process.pid}, http://127.0.0.1:" in second.stderr
    assert "Stopped, 1 desktop too" in end(process)
    assert left_running(state) == []

    process = start()
    assert desktop(state, make=False) == made
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    pids = json.loads(state.running_file.read_text())["pids"].values()
    wait_until(lambda: " ".join(str(pid) for pid in pids if runs(pid)), alive=lambda: True, stop=Event(), timeout_s=30)

    assert "1 machine removed" in clean(state).stdout
    assert left_running(state) == []
    assert not state.folder.exists()


def runs(pid: int) -> bool:
    """A process that nobody waited for yet has ended as well."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_start_that_fails_says_why_and_leaves_nothing_running(state: State, command: list[str]):
    state.facility.mkdir(parents=True)
    (state.facility / "thesis.txt").write_text("not a facility")
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "holds no sample" in done.stderr
    assert left_running(state) == []
    assert (state.facility / "thesis.txt").exists()
