"""What a browser's instructions are, and what of guacd's is kept from whom: by kind, for any chunking."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visa.wire.failed import Failed
from visa.wire.guacamole import encoded
from visa.wire.guacamole_messages import GuacamoleMessages
from visa.wire.guacamole_muted import Muted
from visa.wire.kinds import Kind, Piece

BOTH = frozenset({Kind.CLIPBOARD, Kind.FILES})


def kinds_of(*said: bytes) -> list[Kind]:
    messages = GuacamoleMessages()
    messages.receive(b"".join(said))
    pieces = [event for event in messages.events() if isinstance(event, Piece)]
    assert [piece.data for piece in pieces] == list(said)
    return [piece.kind for piece in pieces]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (encoded("sync", "123"), Kind.VIEW),
        (encoded("ack", "1", "OK", "0"), Kind.VIEW),
        (encoded("key", "65307", "1"), Kind.KEY),
        (encoded("mouse", "10", "20", "1"), Kind.POINTER),
        (encoded("touch", "0", "10", "20", "1", "1", "0", "1"), Kind.POINTER),
        (encoded("size", "800", "600"), Kind.RESIZE),
        (encoded("clipboard", "0", "text/plain"), Kind.CLIPBOARD),
        (encoded("file", "0", "text/plain", "a.txt"), Kind.FILES),
        (encoded("put", "0", "63", "text/plain", "/a.txt"), Kind.FILES),
        (encoded("get", "0", "/"), Kind.FILES),
        (encoded("audio", "1", "audio/L16"), Kind.AUDIO),
        (encoded("pipe", "1", "text/plain", "STDIN"), Kind.OTHER),
        (encoded("argv", "1", "text/plain", "password"), Kind.OTHER),
        (encoded("select", "vnc"), Kind.OTHER),
        (encoded("connect", "x"), Kind.OTHER),
        (encoded("", "ping", "1"), Kind.OTHER),
        (encoded("clipboard"), Kind.OTHER),
        (encoded("clipboard", "01", "text/plain"), Kind.OTHER),
        (encoded("clipboard", "64", "text/plain"), Kind.OTHER),
        (encoded("blob", "1", "QUJD"), Kind.OTHER),
    ],
)
def test_each_instruction_is_of_one_kind(said: bytes, kind: Kind) -> None:
    assert kinds_of(said) == [kind]


def test_what_travels_in_a_stream_is_of_the_kind_that_opened_it() -> None:
    said = [
        encoded("clipboard", "0", "text/plain"),
        encoded("file", "1", "text/plain", "a"),
        encoded("blob", "0", "QUJD"),
        encoded("blob", "1", "QUJD"),
        encoded("end", "0"),
        encoded("blob", "0", "QUJD"),
        encoded("end", "1"),
    ]
    expected = [Kind.CLIPBOARD, Kind.FILES, Kind.CLIPBOARD, Kind.FILES, Kind.CLIPBOARD, Kind.OTHER, Kind.FILES]
    assert kinds_of(*said) == expected


@pytest.mark.parametrize("index", ["01", " 1", "1 ", "1x", "+1", "-1", "", "١"])
def test_an_index_that_guacd_would_read_as_another_is_of_no_stream(index: str) -> None:
    opened = encoded("file", "1", "text/plain", "a")
    assert kinds_of(opened, encoded("blob", index, "QUJD")) == [Kind.FILES, Kind.OTHER]


def test_what_is_no_instruction_ends_in_failed() -> None:
    messages = GuacamoleMessages()
    messages.receive(encoded("sync", "1") + b"?")
    _, failed = messages.events()
    assert isinstance(failed, Failed)


PICTURE = [
    encoded("size", "0", "800", "600"),
    encoded("img", "3", "14", "0", "image/png", "0", "0"),
    encoded("blob", "3", "QUJD"),
    encoded("end", "3"),
    encoded("sync", "1"),
]
CLIPBOARD = [encoded("clipboard", "2", "text/plain"), encoded("blob", "2", "geheim"), encoded("end", "2")]
DOWNLOAD = [encoded("file", "4", "text/plain", "a"), encoded("blob", "4", "geheim"), encoded("end", "4")]
LISTING = [encoded("filesystem", "0", "Drive"), encoded("body", "0", "5", "x/y", "/"), encoded("blob", "5", "geheim")]


def passed(muted: Muted, data: bytes, cuts: list[int]) -> bytes:
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    parts = []
    for start, end in itertools.pairwise(places):
        part = muted.passes(data[start:end])
        assert isinstance(part, bytes)
        parts.append(part)
    return b"".join(parts)


@given(st.lists(st.integers(0, 1000), max_size=12))
def test_who_may_not_have_clipboard_and_files_gets_the_picture_alone(cuts: list[int]) -> None:
    data = b"".join(PICTURE + CLIPBOARD + PICTURE + DOWNLOAD + LISTING + PICTURE)
    assert passed(Muted(BOTH), data, cuts) == b"".join(PICTURE) * 3


def test_who_may_have_the_clipboard_gets_it_without_files() -> None:
    data = b"".join(CLIPBOARD + DOWNLOAD + PICTURE)
    assert passed(Muted(frozenset({Kind.FILES})), data, []) == b"".join(CLIPBOARD + PICTURE)


def test_an_index_is_free_again_once_a_picture_uses_it() -> None:
    unfinished = CLIPBOARD[:2]
    picture = [encoded("img", "2", "14", "0", "image/png", "0", "0"), encoded("blob", "2", "QUJD")]
    assert passed(Muted(BOTH), b"".join(unfinished + picture), []) == b"".join(picture)


def test_what_cannot_be_followed_is_not_passed() -> None:
    assert isinstance(Muted(BOTH).passes(b"4.sync,1.1;?"), Failed)
