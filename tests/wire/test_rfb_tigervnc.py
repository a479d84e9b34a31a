"""Against a real Xtigervnc: its streams recorded and replayed, and its own framing compared with ours."""

import socket
import struct
import zlib

from hypothesis import given, settings
from hypothesis import strategies as st

from visa.testing.vnc import HEIGHT, WIDTH, Vnc
from visa.wire.failed import Failed
from visa.wire.kinds import Kind, Piece
from visa.wire.rfb_clipboard import muted_encodings
from visa.wire.rfb_desktop import DesktopHandshake, Welcomed
from visa.wire.rfb_messages import ClientMessages

FENCES, CONTINUOUS, RESIZES, QEMU_KEYS, CLIPBOARD = -312, -313, -308, -258, -0x3F5E1A32
ENCODINGS = (0, FENCES, CONTINUOUS, RESIZES, QEMU_KEYS, CLIPBOARD)
TIMEOUT_S = 20


def opened(vnc: Vnc, password: str) -> tuple[socket.socket, list, list[bytes]]:
    """A connection after its handshake, the events, and the chunks that the desktop sent."""
    connection, handshake = vnc.connect(), DesktopHandshake(password)
    connection.settimeout(TIMEOUT_S)
    recorded, events = [], []
    while not events:
        recorded.append(connection.recv(65536))
        handshake.receive(recorded[-1])
        events = handshake.events()
        connection.sendall(handshake.to_send())
    return connection, events, recorded


def welcomed(events: list) -> Welcomed:
    (event,) = events
    assert isinstance(event, Welcomed)
    assert struct.unpack_from("!HH", event.server_init) == (WIDTH, HEIGHT)
    return event


def test_a_desktop_on_a_unix_socket_welcomes_us(open_desktop: Vnc):
    connection, events, _ = opened(open_desktop, "")
    connection.close()
    welcomed(events)


def test_a_desktop_with_a_password_welcomes_us(locked_desktop: Vnc):
    connection, events, _ = opened(locked_desktop, locked_desktop.password)
    connection.close()
    welcomed(events)


def test_a_desktop_refuses_a_wrong_password(locked_desktop: Vnc):
    connection, (event,), _ = opened(locked_desktop, "falsch")
    connection.close()
    assert isinstance(event, Failed)
    assert event.code == "wrong_password"


@settings(max_examples=50)
@given(data=st.data())
def test_a_recorded_handshake_replays_the_same_in_any_chunking(open_desktop: Vnc, data: st.DataObject):
    recorded = _recording(open_desktop)
    stream = b"".join(recorded[1])
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=12)))
    handshake, events = DesktopHandshake(""), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        handshake.receive(stream[start:end])
        events += handshake.events()
    assert events == recorded[0]


_recordings: dict[str, tuple[list, list[bytes]]] = {}


def _recording(vnc: Vnc) -> tuple[list, list[bytes]]:
    if vnc.address not in _recordings:
        connection, events, recorded = opened(vnc, vnc.password)
        connection.close()
        _recordings[vnc.address] = events, recorded
    return _recordings[vnc.address]


small = st.integers(0, 255)
client_messages = st.one_of(
    st.builds(lambda x, y: struct.pack("!BBHH", 5, 0, x, y), small, small),
    st.builds(lambda key: struct.pack("!BBxxI", 4, 0, key), st.integers(32, 126)),
    st.builds(lambda key: struct.pack("!BBHII", 255, 0, 0, key, 30), st.integers(32, 126)),
    st.builds(lambda w, h: struct.pack("!BBHHHH", 3, 1, 0, 0, w, h), small, small),
    st.builds(lambda on: struct.pack("!BBHHHH", 150, on, 0, 0, 8, 8), st.booleans()),
    st.builds(lambda text: struct.pack("!Bxxxi", 6, len(text)) + text, st.binary(max_size=200)),
    st.just(struct.pack("!BxxxiII", 6, -8, 1 << 24 | 1 << 27 | 1, 0)),
    st.builds(lambda load: struct.pack("!BxxxIB", 248, 0, len(load)) + load, st.binary(max_size=64)),
    st.just(struct.pack("!BxHHBxIHHHHI", 251, WIDTH, HEIGHT, 1, 0, 0, 0, WIDTH, HEIGHT, 0)),
    st.just(struct.pack(f"!BxH{len(ENCODINGS)}i", 2, len(ENCODINGS), *ENCODINGS)),
)


def in_step(connection: socket.socket, stream: bytes) -> bool:
    """Whether the desktop still understands us after these bytes: it answers a fence with our mark."""
    mark = b"in-step-" + struct.pack("!Q", zlib.crc32(stream))
    connection.sendall(stream + struct.pack("!BxxxIB", 248, 0x80000000, len(mark)) + mark)
    seen = b""
    while mark not in seen:
        chunk = connection.recv(65536)
        if not chunk:
            return False
        seen = seen[-64:] + chunk
    return True


@settings(max_examples=25, deadline=None)
@given(sent=st.lists(client_messages, max_size=12))
def test_the_desktop_frames_messages_as_we_do(open_desktop: Vnc, sent: list[bytes]):
    announced = struct.pack(f"!BxH{len(ENCODINGS)}i", 2, len(ENCODINGS), *ENCODINGS)
    parser = ClientMessages()
    parser.receive(announced + b"".join(sent))
    pieces = [event.data for event in parser.events() if isinstance(event, Piece)]
    assert pieces == [announced, *sent]
    connection, _, _ = opened(open_desktop, "")
    with connection:
        assert in_step(connection, announced + b"".join(sent))


def test_the_desktop_understands_muted_encodings(open_desktop: Vnc):
    parser = ClientMessages()
    stream = muted_encodings(struct.pack("!BxH3i", 2, 3, 0, FENCES, -316))
    parser.receive(stream)
    kinds = [event.kind for event in parser.events() if isinstance(event, Piece)]
    assert kinds == [Kind.ENCODINGS, Kind.CLIPBOARD]
    connection, _, _ = opened(open_desktop, "")
    with connection:
        assert in_step(connection, stream)
