"""One step of the service against a real server: what it concludes from each answer, and what it does not."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from textwrap import dedent

import pytest
from visa_guest.api import Api, TokenDead, Unreachable

ORDER = {"kind": "bind", "device": "/srv/x", "target": "/data/x/raw", "mode": "ro", "options": []}
GOOD = {"mounts": [ORDER], "poll_s": 7}


class Server(ThreadingHTTPServer):
    """Answers every report with `status` and `body`, and keeps what it was told."""

    status, body = 200, json.dumps(GOOD).encode()

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.told: list[tuple[str, str, dict]] = []  # type: ignore[type-arg]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.told.append((self.path, self.headers["Authorization"], said))
        self.send_response(server.status)
        self.send_header("Content-Length", str(len(server.body)))
        self.end_headers()
        self.wfile.write(server.body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def test_a_report_carries_the_token_and_brings_orders(server):
    assert Api(server.url + "/", "t0ken").report({"version": "1"}) == ([ORDER], 7.0)
    assert server.told == [("/api/guest/v1/report", "Bearer t0ken", {"version": "1"})]


def test_a_dead_token_is_told_apart_from_everything_else(server):
    server.status = 401
    with pytest.raises(TokenDead):
        Api(server.url, "t").report({})


@pytest.mark.parametrize("status", [400, 403, 404, 422, 429, 500, 502, 503])
def test_other_refusals_prove_nothing(server, status):
    server.status = status
    with pytest.raises(Unreachable, match=str(status)):
        Api(server.url, "t").report({})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b"null",
        b'{"mounts": 3, "poll_s": 1}',
        b'{"mounts": [{}], "poll_s": 1}',
        b'{"mounts": [null], "poll_s": 1}',
        b'{"mounts": [], "poll_s": "soon"}',
        json.dumps({"mounts": [ORDER | {"options": "rw"}], "poll_s": 1}).encode(),
        b'{"mounts": [], "poll',
    ],
)
def test_an_answer_that_makes_no_sense_proves_nothing(server, body):
    server.body = body
    with pytest.raises(Unreachable):
        Api(server.url, "t").report({})


def test_nobody_there_proves_nothing():
    with pytest.raises(Unreachable):
        Api("http://127.0.0.1:9", "t").report({})


@pytest.mark.parametrize(("asked", "waited"), [(0, 1.0), (100000, 60.0), (5, 5.0)])
def test_the_pace_that_the_api_asks_for_is_bounded(server, asked, waited):
    server.body = json.dumps({"mounts": [], "poll_s": asked}).encode()
    assert Api(server.url, "t").report({})[1] == waited


STEPS = """
import json, os, subprocess
from pathlib import Path
import visa_guest.__main__ as program
from visa_guest.folders import Folders, is_mounted
subprocess.run(["mount", "-t", "tmpfs", "none", "/home"], check=True)
root = Path(folder)
(root / "store").mkdir()
program.STATE = root / "run"
guest = program.Guest({
    "api_url": url, "token": "t", "account": {"login": "ada", "uid": 10001, "gid": 10001, "gids": []},
    "workspace": {"volume_id": "0" * 36}, "desktop": {"port": 9, "password": "x"}, "keyboard": "us",
})
guest._folders = Folders(root / "run" / "folders.json", str(root / "data"))
target = str(root / "data" / "raw")
def answer(status, body):
    (root / "answer").write_text(json.dumps([status, body]))
"""


def test_access_that_ends_and_a_dead_token_unmount_and_a_broken_api_does_not(inside, server, tmp_path):
    order = ORDER | {"device": str(tmp_path / "store"), "target": str(tmp_path / "data" / "raw")}
    plan = [
        (200, {"mounts": [order], "poll_s": 5}),
        (500, {}),
        (200, {"mounts": [], "poll_s": 5}),
        (200, {"mounts": [order], "poll_s": 5}),
        (401, {}),
    ]
    answers = iter(plan)
    send = Handler.do_POST

    class Planned(Handler):
        def do_POST(self) -> None:
            status, body = next(answers)
            self.server.status, self.server.body = status, json.dumps(body).encode()  # type: ignore[attr-defined]
            send(self)

    server.RequestHandlerClass = Planned
    code = """
    came = []
    for _ in range(5):
        wait_s = guest.step()
        came.append([is_mounted(target), wait_s])
    """
    came = inside(STEPS + dedent(code), folder=str(tmp_path), url=server.url)
    assert [mounted for mounted, _ in came] == [True, True, False, True, False]
    waits = [wait_s for _, wait_s in came]
    assert waits[0] == waits[2] == waits[3] == 5
    assert 5 <= waits[1] <= 10
    assert waits[4] == 60
    said = server.told[-1][2]
    assert said["workspace"] == {"state": "missing", "error": "its disk is not there (yet)"}
    assert said["desktop"]["up"] is False
    assert said["mounts"] == [{"target": order["target"], "state": "mounted", "error": ""}]


def test_what_it_reports_is_what_the_api_understands(inside, server, tmp_path):
    """The two are built apart: images live long."""
    from api.schemas.guest import GuestReportSchema

    server.body = json.dumps({"mounts": [], "poll_s": 5}).encode()
    inside(STEPS + "came = guest.step()", folder=str(tmp_path), url=server.url)
    report = GuestReportSchema().load(server.told[0][2])
    assert report.boot
    assert report.desktop_up is False
