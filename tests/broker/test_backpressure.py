"""Who does not read makes nobody else wait and fills no memory; nothing is lost when they go on."""

import hashlib
import socket
import struct
import threading

from tests.broker.conftest import ORIGIN, Running, wait_until
from tests.broker.desk import MemoryDesk
from tests.broker.page import MutePage, cut_text, pointer, set_encodings
from tests.broker.rfb_source import SERVER_INIT, listening, welcome
from visa.broker.browser import BUFFER_HIGH
from visa.testing.vnc import Vnc

CHUNK = 65536
UVLOOP_READS_AT_MOST = 256_000
HELD_AT_MOST = BUFFER_HIGH + UVLOOP_READS_AT_MOST + 16
STALLED_S = 0.5


class Flood:
    """A desktop that sends as fast as it is read, until the broker takes nothing for `STALLED_S`; then the rest."""

    def __init__(self) -> None:
        self.stalled = threading.Event()
        self.sent = 0
        self.digest = hashlib.sha256()

    def serve(self, connection: socket.socket) -> None:
        welcome(connection)
        assert connection.recv(65536)  # the page's SetEncodings, or its first word
        connection.settimeout(STALLED_S)
        while not self.stalled.is_set():
            chunk = self.sent.to_bytes(8, "big") * (CHUNK // 8)
            self._send(connection, memoryview(chunk))
        connection.shutdown(socket.SHUT_WR)

    def _send(self, connection: socket.socket, chunk: memoryview) -> None:
        self.digest.update(chunk)
        self.sent += len(chunk)
        while chunk:
            try:
                chunk = chunk[connection.send(chunk) :]
            except TimeoutError:
                self.stalled.set()
                connection.settimeout(20)


def test_a_browser_that_does_not_read_fills_no_memory_and_delays_nobody(
    broker: Running, desk: MemoryDesk, open_desktop: Vnc
):
    flood = Flood()
    with (
        listening(flood.serve) as address,
        broker.page(desk.issue(open_desktop.address)) as other,
        MutePage(broker.port, desk.issue(address), origin=ORIGIN) as page,
    ):
        page.open()
        page.say(pointer(1, 1))
        assert flood.stalled.wait(20)
        assert broker.ask(broker.broker.unsent) <= HELD_AT_MOST
        other.in_step()
        assert broker.ask(broker.broker.unsent) > 0  # it was still stuck meanwhile
        seen = payloads(page.everything())
    assert seen[: len(SERVER_INIT)] == SERVER_INIT
    pictures = seen[len(SERVER_INIT) :]
    assert len(pictures) == flood.sent
    assert hashlib.sha256(pictures).digest() == flood.digest.digest()


def payloads(stream: bytes) -> bytes:
    """What the binary frames in a server's stream carry, without control frames."""
    view, at, found = memoryview(stream), 0, []
    while at < len(view):
        kind, length = view[at] & 0x0F, view[at + 1]
        at += 2
        if length > 125:
            width, form = (2, "!H") if length == 126 else (8, "!Q")
            (length,) = struct.unpack_from(form, view, at)
            at += width
        if kind == 2:
            found.append(view[at : at + length])
        at += length
    return b"".join(found)


def test_a_desktop_that_does_not_read_fills_no_memory_and_loses_nothing(broker: Running, desk: MemoryDesk):
    texts = [number.to_bytes(4, "big") * (1 << 18) for number in range(24)]
    messages = b"".join(map(cut_text, texts)) + pointer(1, 1)
    goes_on, all_there, received = threading.Event(), threading.Event(), bytearray()

    def slow(connection: socket.socket) -> None:
        welcome(connection)
        goes_on.wait(20)
        while len(received) < len(announced) + len(messages) and (chunk := connection.recv(65536)):
            received.extend(chunk)
        all_there.set()

    announced = set_encodings()
    with listening(slow) as address, broker.page(desk.issue(address), encodings=()) as page:
        parts = [messages[at : at + 30_000] for at in range(0, len(messages), 30_000)]
        sending = threading.Thread(target=lambda: [page.send(part) for part in parts])
        sending.start()
        wait_until(lambda: broker.ask(broker.broker.unsent) >= BUFFER_HIGH)
        assert broker.ask(broker.broker.unsent) <= HELD_AT_MOST
        goes_on.set()
        assert all_there.wait(20)
        sending.join(20)
    assert bytes(received) == announced + messages
