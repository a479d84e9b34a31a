"""The framing of client messages: the same messages for any chunking, never an exception, bounded memory, no copies."""

import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visa.wire.failed import Failed
from visa.wire.kinds import Kind, Piece
from visa.wire.rfb_messages import (
    EXTENDED_MOUSE_BUTTONS,
    MAX_CLIPBOARD,
    MAX_ENCODINGS,
    MAX_HELD,
    ClientMessages,
    encodings,
)


def set_encodings(*codes: int) -> bytes:
    return struct.pack(f"!BxH{len(codes)}i", 2, len(codes), *codes)


def cut_text(text: bytes, *, extended: bool = False) -> bytes:
    return struct.pack("!Bxxxi", 6, -len(text) if extended else len(text)) + text


def fence(payload: bytes) -> bytes:
    return struct.pack("!BxxxIB", 248, 0, len(payload)) + payload


def set_desktop_size(screens: int) -> bytes:
    return struct.pack("!BxHHBx", 251, 800, 600, screens) + bytes(16 * screens)


def fixed(message_type: int, length: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=length - 1, max_size=length - 1).map(lambda rest: bytes([message_type]) + rest)


codes = st.integers(-(2**31), 2**31 - 1).filter(lambda code: code != EXTENDED_MOUSE_BUTTONS)
messages = st.one_of(
    st.tuples(st.just(Kind.VIEW), fixed(0, 20)),
    st.tuples(st.just(Kind.VIEW), fixed(3, 10)),
    st.tuples(st.just(Kind.VIEW), fixed(150, 10)),
    st.tuples(st.just(Kind.VIEW), st.binary(max_size=64).map(fence)),
    st.tuples(st.just(Kind.ENCODINGS), st.lists(codes, max_size=40).map(lambda found: set_encodings(*found))),
    st.tuples(st.just(Kind.KEY), fixed(4, 8)),
    st.tuples(st.just(Kind.KEY), st.binary(min_size=10, max_size=10).map(lambda rest: b"\xff\x00" + rest)),
    st.tuples(st.just(Kind.POINTER), fixed(5, 6)),
    st.tuples(st.just(Kind.CLIPBOARD), st.binary(max_size=300).map(cut_text)),
    st.tuples(st.just(Kind.CLIPBOARD), st.binary(min_size=4, max_size=300).map(lambda t: cut_text(t, extended=True))),
    st.tuples(st.just(Kind.RESIZE), st.integers(0, 255).map(set_desktop_size)),
    st.tuples(st.just(Kind.POWER), fixed(250, 4)),
    st.tuples(st.just(Kind.AUDIO), st.sampled_from([b"\xff\x01\x00\x00", b"\xff\x01\x00\x01"])),
    st.tuples(st.just(Kind.AUDIO), st.binary(min_size=6, max_size=6).map(lambda rest: b"\xff\x01\x00\x02" + rest)),
)


def chunks(data: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(places)]


def followed(parser: ClientMessages, parts: list[bytes]) -> tuple[list[tuple[Kind, bytes]], Failed | None]:
    """The whole messages and how it ended; an unfinished message counts as far as it was handed out."""
    whole: list[tuple[Kind, bytes]] = []
    open_text = b""
    for part in parts:
        parser.receive(part)
        for event in parser.events():
            if isinstance(event, Failed):
                return whole, event
            assert isinstance(event, Piece)
            open_text += event.data
            if event.ends:
                whole.append((event.kind, open_text))
                open_text = b""
    return whole, None


cuts = st.lists(st.integers(0, 2**16), max_size=30)


@given(sent=st.lists(messages, max_size=12), cuts=cuts)
def test_any_chunking_gives_the_messages_that_were_sent(sent: list[tuple[Kind, bytes]], cuts: list[int]):
    stream = b"".join(data for _, data in sent)
    assert followed(ClientMessages(), chunks(stream, cuts)) == (sent, None)


@given(sent=st.lists(messages, max_size=6))
def test_single_bytes_give_the_messages_that_were_sent(sent: list[tuple[Kind, bytes]]):
    stream = b"".join(data for _, data in sent)
    assert followed(ClientMessages(), [bytes([byte]) for byte in stream]) == (sent, None)


@given(stream=st.binary(max_size=3000), cuts=cuts)
def test_arbitrary_bytes_never_raise_and_end_the_same_way_for_any_chunking(stream: bytes, cuts: list[int]):
    assert followed(ClientMessages(), chunks(stream, cuts)) == followed(ClientMessages(), [stream])


likely = st.lists(st.sampled_from([2, 5, 6, 248, 251, 255, 0, 1, 9, 255, 255]), max_size=600).map(bytes)


@given(parts=st.lists(st.one_of(st.binary(max_size=500), likely), max_size=20))
def test_less_than_one_message_is_held_back(parts: list[bytes]):
    parser, fed, handed_out = ClientMessages(), 0, 0
    for part in parts:
        fed += len(part)
        parser.receive(part)
        for event in parser.events():
            if isinstance(event, Failed):
                return
            handed_out += len(event.data)
        assert fed - handed_out <= MAX_HELD


@given(junk=st.binary(max_size=200))
def test_nothing_is_said_after_a_failure(junk: bytes):
    parser = ClientMessages()
    parser.receive(b"\x63")
    assert parser.events() == [Failed("unknown_message", "client message 99 is not known here")]
    parser.receive(junk)
    assert parser.events() == []


def test_whole_messages_are_views_of_the_chunk_that_they_came_in():
    chunk = fence(b"x") + cut_text(b"text")
    parser = ClientMessages()
    parser.receive(chunk)
    assert [event.data.obj is chunk for event in parser.events() if isinstance(event, Piece)] == [True, True]


def test_a_large_clipboard_text_passes_without_being_collected():
    parser = ClientMessages()
    parser.receive(struct.pack("!Bxxxi", 6, MAX_CLIPBOARD))
    chunk = bytes(65536)
    for number in range(1, MAX_CLIPBOARD // 65536 + 1):
        parser.receive(chunk)
        *_, piece = parser.events()
        assert isinstance(piece, Piece)
        assert piece.data.obj is chunk
        assert piece.ends == (number == MAX_CLIPBOARD // 65536)


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (b"\x01", "unknown_message"),
        (b"\xfd", "unknown_message"),
        (b"\xff\x02", "unknown_message"),
        (b"\xff\x01\x00\x03", "unknown_message"),
        (struct.pack("!BxH", 2, MAX_ENCODINGS + 1), "too_large"),
        (struct.pack("!Bxxxi", 6, MAX_CLIPBOARD + 1), "too_large"),
        (struct.pack("!Bxxxi", 6, -MAX_CLIPBOARD - 1), "too_large"),
        (struct.pack("!Bxxxi", 6, -(2**31)), "too_large"),
        (struct.pack("!BxxxIB", 248, 0, 65), "too_large"),
    ],
)
def test_what_is_unknown_or_too_large_fails_at_its_head(stream: bytes, code: str):
    parser = ClientMessages()
    parser.receive(stream)
    (event,) = parser.events()
    assert isinstance(event, Failed)
    assert event.code == code


def test_a_long_pointer_event_counts_only_after_its_announcement():
    marked, key = struct.pack("!BBHHB", 5, 0x80, 1, 2, 1), struct.pack("!BBxxI", 4, 1, 97)
    announced = set_encodings(0, EXTENDED_MOUSE_BUTTONS)
    sent = [(Kind.ENCODINGS, announced), (Kind.POINTER, marked), (Kind.KEY, key)]
    stream = announced + marked + key
    assert followed(ClientMessages(), [bytes([byte]) for byte in stream]) == (sent, None)
    refused = followed(ClientMessages(extended_pointer=False), [stream])
    assert refused[0][:2] == [(Kind.ENCODINGS, announced), (Kind.POINTER, marked[:6])]


def test_a_later_announcement_can_take_the_long_form_back():
    plain = struct.pack("!BBHH", 5, 0x80, 1, 2)
    first, second = set_encodings(EXTENDED_MOUSE_BUTTONS), set_encodings(0)
    sent = [(Kind.ENCODINGS, first), (Kind.ENCODINGS, second), (Kind.POINTER, plain)]
    assert followed(ClientMessages(), [first + second + plain]) == (sent, None)


@given(found=st.lists(codes, max_size=MAX_ENCODINGS))
def test_the_encodings_of_a_message_are_read_in_order(found: list[int]):
    assert encodings(set_encodings(*found)) == tuple(found)
