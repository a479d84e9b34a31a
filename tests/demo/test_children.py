"""The demo's supervisor, with real programs: readiness, deaths, stopping, and nothing left behind."""

import os
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from visa.cli.demo import ports
from visa.cli.demo.children import ChildFailed, Children, Program, Stopped
from visa.cli.demo.readiness import answers

SLEEPER = [sys.executable, "-c", "import signal; signal.pause()"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True); signal.pause()",
]


def at_once() -> str:
    return ""


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    children = Children(tmp_path)
    yield children
    children.stop_all(grace_s=5)


def web_server(folder: Path) -> Program:
    port = ports.choose(0, purpose="test", option="--test-port")
    command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)]
    return Program("web", command, answers(f"http://127.0.0.1:{port}/"), folder)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_program_is_ready_once_it_answers(children: Children, tmp_path: Path):
    children.start(web_server(tmp_path))
    children.wait_ready("web")
    assert is_alive(children.pids()["web"])


def test_a_program_that_ends_before_it_is_ready_is_named_with_the_end_of_its_log(children: Children):
    children.start(
        Program("api", [sys.executable, "-c", "raise SystemExit('no such table')"], answers("http://127.0.0.1:9/"))
    )
    with pytest.raises(ChildFailed, match=r"(?s)api did not start.*no such table"):
        children.wait_ready("api")


def test_a_death_ends_the_waiting_and_names_the_program(children: Children):
    children.start(Program("broker", SLEEPER, at_once))
    children.start(Program("scheduler", [sys.executable, "-c", "print('last words'); raise SystemExit(3)"], at_once))
    with pytest.raises(ChildFailed, match=r"(?s)scheduler ended with exit code 3.*last words"):
        children.wait()


def test_a_killed_program_is_reported_as_killed(children: Children):
    children.start(Program("broker", SLEEPER, at_once))
    os.kill(children.pids()["broker"], signal.SIGKILL)
    with pytest.raises(ChildFailed, match="broker was killed by signal 9"):
        children.wait()


def test_stopping_ends_all_and_kills_those_that_do_not_listen(children: Children, tmp_path: Path):
    children.start(Program("polite", SLEEPER, at_once))
    children.start(Program("stubborn", STUBBORN, at_once))
    while "up" not in (tmp_path / "stubborn.log").read_text():
        assert is_alive(children.pids()["stubborn"])
    pids = children.pids().values()
    assert children.stop_all(grace_s=0.5) == ["stubborn"]
    assert not any(map(is_alive, pids))


def test_a_requested_stop_ends_the_waiting(children: Children):
    children.start(Program("api", SLEEPER, answers("http://127.0.0.1:9/")))
    children.request_stop()
    with pytest.raises(Stopped):
        children.wait_ready("api")
    children.wait()


def test_an_earlier_log_is_kept(children: Children, tmp_path: Path):
    (tmp_path / "api.log").write_text("yesterday")
    children.start(Program("api", SLEEPER, at_once))
    assert (tmp_path / "api.log.1").read_text() == "yesterday"


def test_programs_end_when_their_supervisor_is_killed(tmp_path: Path):
    supervisor = textwrap.dedent(f"""
        import pathlib, signal
        from visa.cli.demo.children import Children, Program
        children = Children(pathlib.Path({str(tmp_path)!r}))
        children.start(Program("child", {SLEEPER!r}, str))
        print(children.pids()["child"], flush=True)
        signal.pause()
    """)
    with subprocess.Popen([sys.executable, "-c", supervisor], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child = os.pidfd_open(int(process.stdout.readline()))
        process.kill()
    assert select.select([child], [], [], 20)[0], "the program outlived its supervisor"
    os.close(child)
