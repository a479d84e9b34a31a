"""Handshake and parsers with a real guacd that shows a real VNC desktop, opened by one and joined by another."""

import base64
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Self

import pytest

from visa.testing.guacd import Guacd, running_guacd
from visa.testing.vnc import HEIGHT, WIDTH, Vnc
from visa.testing.x11 import X11
from visa.wire.guacamole import Instruction, Instructions, encoded
from visa.wire.guacamole_muted import Muted
from visa.wire.guacd import Connected, GuacdHandshake, Join, Open, Screen
from visa.wire.kinds import Kind

SCREEN = Screen(WIDTH, HEIGHT, 96, image=("image/png",))
TIMEOUT_S = 20


@pytest.fixture(scope="module")
def guacd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guacd]:
    with running_guacd(tmp_path_factory.mktemp("guacd")) as running:
        yield running


class Viewer:
    """A client of guacd as the broker will be one."""

    def __init__(self, guacd: Guacd, wish: Open | Join) -> None:
        self.socket = socket.create_connection((guacd.host, guacd.port), timeout=TIMEOUT_S)
        self.received = b""
        handshake = GuacdHandshake(wish, SCREEN, name="Ada Lovelace")
        while not handshake.is_over:
            self.socket.sendall(handshake.to_send())
            handshake.receive(self._chunk())
        [self.outcome] = handshake.events()
        self.stream = Instructions()
        self.stream.receive(handshake.surplus)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def until(self, opcode: bytes) -> Instruction:
        """Read on, confirming each frame as guacd wants it, until this instruction comes."""
        deadline = time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline:
            for read in self.stream.events():
                assert isinstance(read, Instruction), read
                if read.opcode == b"sync":
                    self.socket.sendall(encoded("sync", read.args[0].decode()))
                if read.opcode == opcode:
                    return read
            self.stream.receive(self._chunk())
        raise AssertionError(f"no {opcode!r} within {TIMEOUT_S} s")

    def _chunk(self) -> bytes:
        chunk = self.socket.recv(65536)
        assert chunk, "guacd closed the connection"
        self.received += chunk
        return chunk


def shown(desktop: Vnc) -> Open:
    """guacd's VNC client takes the path of a unix socket for a host's name."""
    return Open("vnc", {"hostname": desktop.address.removeprefix("unix:"), "port": "5900"})


def test_a_desktop_is_opened_and_joined(guacd: Guacd, open_desktop: Vnc) -> None:
    with Viewer(guacd, shown(open_desktop)) as first:
        assert isinstance(first.outcome, Connected)
        assert first.until(b"size").args == (b"0", str(WIDTH).encode(), str(HEIGHT).encode())
        first.until(b"sync")
        second = Viewer(guacd, Join(first.outcome.connection_id, {"read-only": "true"}))
    with second:
        assert second.outcome == first.outcome
        second.until(b"img")
        second.until(b"sync")  # it goes on for those who are left


def test_a_desktop_that_does_not_answer_fails_after_guacd_was_ready(guacd: Guacd) -> None:
    with Viewer(guacd, Open("vnc", {"hostname": "127.0.0.1", "port": "1"})) as nobody:
        assert isinstance(nobody.outcome, Connected)
        assert nobody.until(b"error").args[1] in {b"519", b"512"}


def test_an_id_that_is_gone_lets_nobody_in(guacd: Guacd) -> None:
    with socket.create_connection((guacd.host, guacd.port), timeout=TIMEOUT_S) as late:
        late.sendall(encoded("select", "$00000000-0000-0000-0000-000000000000"))
        assert late.recv(65536) == b""


def test_what_is_copied_inside_goes_to_all_but_who_may_not_have_it(guacd: Guacd, open_desktop: Vnc) -> None:
    with X11(open_desktop.display) as inside, Viewer(guacd, shown(open_desktop)) as viewer:
        viewer.until(b"sync")
        inside.copy(b"the owner's password")
        with ThreadPoolExecutor(1) as aside:
            serving = aside.submit(inside.serve, TIMEOUT_S)
            viewer.until(b"clipboard")
            viewer.until(b"end")
            assert serving.result()
    secret = base64.b64encode(b"the owner's password")
    assert secret in viewer.received
    kept = Muted(frozenset({Kind.CLIPBOARD, Kind.FILES})).passes(viewer.received)
    assert isinstance(kept, bytes)
    assert b".img," in kept
    assert secret not in kept
