"""Who is not let in, over real connections; and that a ticket's secret stands in no log."""

import logging
import socket
import urllib.error
import urllib.request

import pytest
import structlog
from websockets.datastructures import Headers
from websockets.exceptions import InvalidStatus
from websockets.http11 import Request

from tests.broker.conftest import ORIGIN, Running
from tests.broker.desk import MemoryDesk
from tests.broker.page import dial, frame, upgrade_request
from visa.broker.gate import Admit, Refuse, judge, origin_of
from visa.testing.vnc import Vnc

UNKNOWN = "x" * 32


def refusal(port: int, *, protocols: list[str], origin: str | None = ORIGIN, **more) -> tuple[int, str]:
    """The status and the code that an opening is refused with."""
    with pytest.raises(InvalidStatus) as refused, dial(port, protocols=protocols, origin=origin, **more):
        pass
    response = refused.value.response
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.status_code, response.body.decode().partition('"code": "')[2].partition('"')[0]


@pytest.mark.parametrize(
    "protocols",
    [["binary"], ["binary", "ticket."], ["binary", "ticket.short"], ["binary", "ticket." + "a" * 200]],
)
def test_without_a_ticket_nobody_comes_in(broker: Running, protocols: list[str]):
    assert refusal(broker.port, protocols=protocols) == (401, "no_ticket")


def test_two_tickets_are_no_ticket(broker: Running):
    protocols = ["binary", f"ticket.{UNKNOWN}", f"ticket.{UNKNOWN[::-1]}"]
    assert refusal(broker.port, protocols=protocols) == (401, "no_ticket")


def test_an_unknown_ticket_opens_nothing(broker: Running):
    assert refusal(broker.port, protocols=["binary", f"ticket.{UNKNOWN}"]) == (403, "ticket_invalid")


def test_a_replayed_ticket_opens_nothing_and_harms_nobody(broker: Running, desk: MemoryDesk, open_desktop: Vnc):
    ticket = desk.issue(open_desktop.address)
    with broker.page(ticket) as page:
        assert refusal(broker.port, protocols=["binary", f"ticket.{ticket}"]) == (403, "ticket_invalid")
        page.in_step()


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", "http://visa.example", f"{ORIGIN}:8443", f"{ORIGIN}.evil.example"]
)
def test_a_page_of_another_origin_uses_up_no_ticket(
    broker: Running, desk: MemoryDesk, open_desktop: Vnc, origin: str | None
):
    ticket = desk.issue(open_desktop.address)
    assert refusal(broker.port, protocols=["binary", f"ticket.{ticket}"], origin=origin) == (403, "wrong_origin")
    with broker.page(ticket) as page:
        page.in_step()


@pytest.mark.parametrize("path", ["/", "/desktop/", "/desktop?ticket=1", "/desktops", "//desktop"])
def test_only_one_path_leads_to_desktops(broker: Running, desk: MemoryDesk, open_desktop: Vnc, path: str):
    ticket = desk.issue(open_desktop.address)
    assert refusal(broker.port, protocols=["binary", f"ticket.{ticket}"], path=path) == (404, "not_found")


def test_the_subprotocol_must_be_offered(broker: Running):
    assert refusal(broker.port, protocols=[f"ticket.{UNKNOWN}"]) == (400, "no_subprotocol")


def test_a_ticket_without_an_upgrade_is_not_used_up(broker: Running, desk: MemoryDesk, open_desktop: Vnc):
    ticket = desk.issue(open_desktop.address)
    request = urllib.request.Request(
        f"http://127.0.0.1:{broker.port}/desktop",
        headers={"Origin": ORIGIN, "Sec-WebSocket-Protocol": f"binary, ticket.{ticket}"},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=20)  # noqa: S310
    refused.value.close()
    assert refused.value.code == 426
    with broker.page(ticket) as page:
        page.in_step()


def test_the_process_says_that_it_is_alive(broker: Running):
    with urllib.request.urlopen(f"http://127.0.0.1:{broker.port}/healthz", timeout=20) as answer:
        assert (answer.status, answer.read()) == (200, b'{"status": "ok"}')


def everything(connection: socket.socket) -> bytes:
    """What the broker sends until it closes, however it closes."""
    connection.settimeout(20)
    seen = b""
    try:
        while chunk := connection.recv(65536):
            seen += chunk
    except ConnectionResetError:
        pass  # it closed while we still had something to say
    return seen


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /desktop HTTP/1.1\r\nX: " + b"a" * 9000, b"HTTP/1.1 431"),
        (b"GET /desktop HTTP/1.1\r\n" + b"X: aaaaaaaaaaaaaaaa\r\n" * 2000, b"HTTP/1.1 431"),
        (b"GET /" + b"a" * 9000, b"HTTP/1.1 414"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n\n", b""),
        (b"GET /desktop HTTP/1.0\r\n\r\n", b"HTTP/1.1 403"),
    ],
)
def test_an_oversized_or_senseless_request_is_answered_or_cut_off(broker: Running, head: bytes, status: bytes):
    with socket.create_connection(("127.0.0.1", broker.port)) as connection:
        connection.sendall(head)
        assert everything(connection).startswith(status)


def test_frames_before_the_upgrade_are_cut_off(broker: Running, desk: MemoryDesk, open_desktop: Vnc):
    ticket = desk.issue(open_desktop.address)
    with socket.create_connection(("127.0.0.1", broker.port)) as connection:
        connection.sendall(upgrade_request(ticket, origin=ORIGIN) + frame(b"R"))
        assert everything(connection) == b""
    desk.wait_until(lambda seen: seen.closed_for == {f"session-{ticket}": "browser_left"})


def test_a_ticket_stands_in_no_log(
    broker: Running, desk: MemoryDesk, open_desktop: Vnc, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    ticket = desk.issue(open_desktop.address)
    with structlog.testing.capture_logs() as decisions:
        with broker.page(ticket) as page:
            page.in_step()
        refusal(broker.port, protocols=["binary", "ticket." + "secret" * 6])
    broker_lines = [record for record in caplog.records if record.name != "websockets.client"]
    told = repr([decision for decision in decisions if "session" not in decision]) + repr(broker_lines)
    assert f"ticket.{ticket}" not in repr(decisions) + repr(broker_lines)
    assert "secretsecret" not in told
    assert "secretsecret" not in repr(judge(request("binary, ticket." + "secret" * 6), origin=ORIGIN))


def request(protocols: str, *, origin: str = ORIGIN) -> Request:
    headers = Headers([("Origin", origin), ("Sec-WebSocket-Protocol", protocols)])
    return Request("/desktop", headers)


def test_a_gate_admits_a_ticket_of_the_right_origin():
    assert judge(request(f"binary, ticket.{UNKNOWN}"), origin=ORIGIN) == Admit(UNKNOWN)


def test_several_origins_are_none():
    twice = Request("/desktop", Headers([("Origin", ORIGIN), ("Origin", ORIGIN)]))
    verdict = judge(twice, origin=ORIGIN)
    assert isinstance(verdict, Refuse)
    assert verdict.code == "wrong_origin"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://visa.example", "https://visa.example"),
        ("https://VISA.example:443/path/", "https://visa.example"),
        ("http://127.0.0.1:8600", "http://127.0.0.1:8600"),
        ("http://[::1]:8600/", "http://[::1]:8600"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(url: str, origin: str):
    assert origin_of(url) == origin
