"""How sessions end: with which code, how soon, and that the database learns of it."""

import socket
import struct
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.broker.conftest import CALM, HURRIED, ORIGIN, Running, running_broker
from tests.broker.desk import MemoryDesk
from tests.broker.page import MutePage, dial
from tests.broker.rfb_source import listening, welcome
from visa.services.desktops import Right
from visa.testing.vnc import Vnc, running_vnc

CLOSED_WITHIN_S = 5  # the promise


def opened(broker: Running, secret: str):
    """A WebSocket that was let in and has said nothing yet."""
    return dial(broker.port, protocols=["binary", f"ticket.{secret}"], origin=ORIGIN)


def ending(websocket) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as closed:
        _receive_all(websocket)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


def _receive_all(websocket) -> None:
    while True:
        websocket.recv(20)


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("revoked", "Your access to this desktop has ended."),
        ("signed_out", "You have signed out."),
        ("not_running", "The instance is not running any more."),
    ],
)
def test_who_is_revoked_is_out_within_a_heartbeat(
    broker: Running, desk: MemoryDesk, open_desktop: Vnc, right: Right, reason: str, words: str
):
    ticket, other = desk.issue(open_desktop.address, right), desk.issue(open_desktop.address)
    with broker.page(ticket) as page, broker.page(other) as stays:
        page.in_step()
        asked_at = time.monotonic()
        desk.revoke(ticket, reason)
        assert page.ending() == (4001, words)
        assert time.monotonic() - asked_at < CLOSED_WITHIN_S
        stays.in_step()
    desk.wait_until(lambda seen: seen.closed_for.get(f"session-{ticket}") == reason)


def test_a_revoked_browser_that_answers_nothing_is_cut_off(hurried: Running, desk: MemoryDesk, open_desktop: Vnc):
    ticket = desk.issue(open_desktop.address)
    with MutePage(hurried.port, ticket, origin=ORIGIN) as page:
        page.open()
        desk.revoke(ticket)
        assert struct.pack("!H", 4001) in page.everything()


def test_a_killed_desktop_ends_the_session_with_4002(desk: MemoryDesk, broker: Running, vnc_folder: Path):
    with running_vnc(vnc_folder / "mortal") as vnc:
        ticket = desk.issue(vnc.address)
        with broker.page(ticket) as page:
            page.in_step()
            vnc.kill()
            assert page.ending() == (4002, "The desktop closed the connection.")
    desk.wait_until(lambda seen: seen.closed_for == {f"session-{ticket}": "desktop_gone"})


@pytest.mark.parametrize(
    "address", ["unix:/nowhere/rfb.sock", "tcp:127.0.0.1:1", "tcp:127.0.0.1:99999", "http://127.0.0.1/", "unix:", ""]
)
def test_a_desktop_that_is_not_there_ends_the_session_with_4004(broker: Running, desk: MemoryDesk, address: str):
    with opened(broker, desk.issue(address)) as websocket:
        assert ending(websocket) == (4004, "The desktop does not answer.")


def test_a_desktop_that_says_nothing_ends_the_session_with_4004(hurried: Running, desk: MemoryDesk):
    with (
        listening(lambda connection: connection.recv(1)) as address,
        pytest.raises(ConnectionClosed) as closed,
        hurried.page(desk.issue(address)),
    ):
        pass
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4004


def test_something_else_than_a_desktop_ends_the_session_with_4004(broker: Running, desk: MemoryDesk):
    with (
        listening(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n")) as address,
        opened(broker, desk.issue(address)) as websocket,
    ):
        code, words = ending(websocket)
    assert (code, words) == (4004, "The desktop could not be opened: what answers there is not an RFB desktop")


def test_a_wrong_desktop_password_ends_the_session_with_4004(broker: Running, desk: MemoryDesk, locked_desktop: Vnc):
    ticket = desk.issue(locked_desktop.address, password="falsch")
    with opened(broker, ticket) as websocket:
        code, words = ending(websocket)
    assert code == 4004
    assert "falsch" not in words
    desk.wait_until(lambda seen: seen.closed_for == {f"session-{ticket}": "wrong_password"})


def test_a_connection_that_sends_no_request_is_cut_off(hurried: Running):
    with socket.create_connection(("127.0.0.1", hurried.port), timeout=20) as connection:
        connection.sendall(b"GET /desktop HTTP/1.1\r\nHost: x\r\n")
        began = time.monotonic()
        assert connection.recv(1) == b""
        assert time.monotonic() - began >= HURRIED.opening_s / 2


def test_a_browser_that_does_not_finish_the_handshake_ends_with_4006(
    hurried: Running, desk: MemoryDesk, open_desktop: Vnc
):
    with opened(hurried, desk.issue(open_desktop.address)) as websocket:
        websocket.send(b"RFB 003.0")
        assert ending(websocket) == (4006, "Opening the desktop took too long.")


@pytest.mark.parametrize("nonsense", [b"\x63", b"\x06\0\0\0\x7f\xff\xff\xff", "text"])
def test_a_browser_that_speaks_no_rfb_ends_with_4005(
    broker: Running, desk: MemoryDesk, open_desktop: Vnc, nonsense: bytes | str
):
    other = desk.issue(open_desktop.address)
    with broker.page(other) as stays, broker.page(desk.issue(open_desktop.address)) as page:
        page.socket.send(nonsense)
        assert page.ending()[0] == 4005
        stays.in_step()


def test_a_frame_that_is_too_large_ends_with_1009(broker: Running, desk: MemoryDesk, open_desktop: Vnc):
    with broker.page(desk.issue(open_desktop.address)) as page:
        page.send(bytes(70_000))
        assert page.ending()[0] == 1009


def test_a_session_ends_when_the_browser_leaves(broker: Running, desk: MemoryDesk, open_desktop: Vnc):
    ticket = desk.issue(open_desktop.address)
    with broker.page(ticket) as page:
        page.in_step()
        desk.next_report()
        assert list(desk.held) == [f"session-{ticket}"]
    desk.wait_until(lambda seen: seen.closed_for == {f"session-{ticket}": "browser_left"})
    desk.wait_until(lambda seen: not seen.held)


def test_a_stopping_broker_ends_all_sessions_with_1001(desk: MemoryDesk, open_desktop: Vnc):
    with running_broker(desk) as broker:
        tickets = [desk.issue(open_desktop.address) for _ in range(3)]
        with broker.page(tickets[0]) as one, broker.page(tickets[1]) as two, opened(broker, tickets[2]) as half:
            began = time.monotonic()
            broker.stop()
            assert time.monotonic() - began < 2 * CALM.drain_s
            for page in (one, two):
                assert page.ending() == (1001, "This broker is being restarted.")
            assert ending(half)[0] == 1001
    assert desk.closed_for == {f"session-{ticket}": "broker_stopped" for ticket in tickets}


def test_a_short_database_outage_ends_nothing(desk: MemoryDesk, open_desktop: Vnc):
    with running_broker(desk, blind_close_s=60) as broker:
        ticket, later = desk.issue(open_desktop.address), desk.issue(open_desktop.address)
        with broker.page(ticket) as page:
            desk.is_down = True
            with pytest.raises(InvalidStatus) as refused, opened(broker, later):
                pass
            assert refused.value.response.status_code == 503
            page.in_step()
            desk.is_down = False
            desk.next_report()
            page.in_step()
            desk.revoke(ticket)
            assert page.ending()[0] == 4001


def test_a_long_database_outage_ends_all_sessions_with_4007(desk: MemoryDesk, open_desktop: Vnc):
    with running_broker(desk, blind_close_s=0.5) as broker:
        ticket = desk.issue(open_desktop.address)
        with broker.page(ticket) as page:
            desk.is_down = True
            code, _ = page.ending()
        assert code == 4007
        with pytest.raises(InvalidStatus) as refused, opened(broker, desk.issue(open_desktop.address)):
            pass
        assert refused.value.response.status_code == 503
        assert desk.closed_for == {}
        desk.is_down = False
        desk.wait_until(lambda seen: seen.closed_for == {f"session-{ticket}": "no_database"})
        with broker.page(desk.issue(open_desktop.address)) as again:
            again.in_step()


def test_a_dead_browser_is_noticed(desk: MemoryDesk, open_desktop: Vnc):
    """It answers no ping; its connection stays open."""
    ticket, lively = desk.issue(open_desktop.address), desk.issue(open_desktop.address)
    with (
        running_broker(desk, patience=replace(CALM, ping_s=0.2)) as broker,
        broker.page(lively) as stays,
        MutePage(broker.port, ticket, origin=ORIGIN) as dead,
    ):
        dead.open()
        desk.wait_until(lambda seen: seen.closed_for == {f"session-{ticket}": "browser_left"})
        stays.in_step()


def test_a_desktop_that_takes_no_input_ends_the_session(desk: MemoryDesk):
    """The browser cannot be heard then, because it is not read any more."""

    def stuck(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        welcome(connection)
        looked_at.wait(20)

    looked_at = threading.Event()
    with listening(stuck) as address, running_broker(desk, patience=replace(CALM, ping_s=0.2)) as broker:
        ticket = desk.issue(address)
        with broker.page(ticket) as page, pytest.raises(ConnectionClosed):
            _flood(page.socket)
        desk.wait_until(lambda seen: seen.closed_for == {f"session-{ticket}": "desktop_stuck"})
        looked_at.set()


def _flood(websocket) -> None:
    """Pointer messages until the broker closes."""
    chunk = struct.pack("!BBHH", 5, 0, 1, 1) * 5000
    while True:
        websocket.send(chunk)
