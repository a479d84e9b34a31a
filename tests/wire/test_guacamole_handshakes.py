"""Opening a Guacamole desktop: what is said to guacd, what a browser may say of itself, and how each can fail."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visa.wire.failed import Failed
from visa.wire.guacamole import encoded
from visa.wire.guacamole_browser import GuacamoleBrowserHandshake, Introduced
from visa.wire.guacd import Connected, GuacdHandshake, Join, Open, Screen

SCREEN = Screen(1280, 800, 96, audio=("audio/L16",), image=("image/png", "image/webp"), timezone="Europe/Paris")
VNC = Open("vnc", {"hostname": "desk", "port": "5900", "password": "geheim"})
ARGS = encoded("args", "VERSION_1_3_0", "hostname", "port", "read-only", "password", "swap-red-blue")


def test_a_connection_is_opened_with_parameters_in_the_order_that_guacd_asks_for() -> None:
    handshake = GuacdHandshake(VNC, SCREEN, name="Ada")
    assert handshake.to_send() == encoded("select", "vnc")
    handshake.receive(ARGS)
    assert handshake.to_send() == b"".join(
        [
            encoded("size", "1280", "800", "96"),
            encoded("audio", "audio/L16"),
            encoded("video"),
            encoded("image", "image/png", "image/webp"),
            encoded("timezone", "Europe/Paris"),
            encoded("name", "Ada"),
            encoded("connect", "VERSION_1_3_0", "desk", "5900", "", "geheim", ""),
        ]
    )
    handshake.receive(encoded("ready", "$1234") + b"4.sync,1.1")
    assert handshake.events() == [Connected("$1234")]
    assert handshake.surplus == b"4.sync,1.1"


def test_an_open_connection_is_joined_by_its_id() -> None:
    handshake = GuacdHandshake(Join("$1234", {"read-only": "true"}), SCREEN, name="Ada")
    assert handshake.to_send() == encoded("select", "$1234")
    handshake.receive(ARGS)
    assert handshake.to_send().endswith(encoded("connect", "VERSION_1_3_0", "", "", "true", "", ""))


def test_a_guacd_of_1_0_is_told_neither_version_nor_timezone_nor_name() -> None:
    handshake = GuacdHandshake(VNC, SCREEN, name="Ada")
    handshake.to_send()
    handshake.receive(encoded("args", "hostname", "port"))
    said = handshake.to_send()
    assert said.endswith(encoded("image", "image/png", "image/webp") + encoded("connect", "desk", "5900"))


def test_a_newer_guacd_is_answered_with_the_newest_version_that_we_know() -> None:
    handshake = GuacdHandshake(VNC, SCREEN, name="Ada")
    handshake.to_send()
    handshake.receive(encoded("args", "VERSION_9_9_9", "hostname"))
    assert handshake.to_send().endswith(encoded("connect", "VERSION_1_5_0", "desk"))


@pytest.mark.parametrize(
    ("answers", "code", "words"),
    [
        ([encoded("error", "No such connection.", "519")], "refused", "No such connection."),
        ([ARGS, encoded("error", "Aborted.\n See logs.", "519")], "refused", "Aborted.  See logs."),
        ([ARGS, encoded("error")], "refused", "it gave no reason"),
        ([encoded("sync", "1")], "not_guacd", "does not speak"),
        ([ARGS, encoded("ready")], "not_guacd", "no id"),
        ([b"RFB 003.008\n"], "malformed", ""),
    ],
)
def test_who_does_not_let_us_in_is_quoted(answers: list[bytes], code: str, words: str) -> None:
    handshake = GuacdHandshake(VNC, SCREEN, name="Ada")
    for answer in answers:
        handshake.receive(answer)
    [failed] = handshake.events()
    assert isinstance(failed, Failed)
    assert failed.code == code
    assert words in failed.message
    assert "geheim" not in failed.message
    handshake.receive(encoded("ready", "$1"))
    assert handshake.events() == []


def test_secrets_are_in_no_representation() -> None:
    assert "geheim" not in repr(VNC) + repr(Join("$1", VNC.parameters))


INTRODUCTION = [
    encoded("size", "1280", "800", "96"),
    encoded("audio", "audio/L16"),
    encoded("image", "image/png", "image/webp"),
    encoded("timezone", "Europe/Paris"),
    encoded("connect"),
]


@given(st.permutations(INTRODUCTION[:-1]), st.lists(st.integers(0, 500), max_size=6))
def test_a_browser_introduces_itself_in_any_order_and_any_chunks(said: list[bytes], cuts: list[int]) -> None:
    data = b"".join(said) + INTRODUCTION[-1] + b"4.sync"
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    handshake = GuacamoleBrowserHandshake()
    surplus = b""
    for start, end in itertools.pairwise(places):
        surplus = b"" if not handshake.is_over else surplus + data[start:end]
        handshake.receive(data[start:end])
    assert handshake.events() == [Introduced(SCREEN)]
    assert handshake.surplus + surplus == b"4.sync"


@pytest.mark.parametrize(
    "said",
    [
        [encoded("connect")],
        [encoded("size", "1280", "800"), encoded("connect")],
        [encoded("size", "0", "800", "96"), encoded("connect")],
        [encoded("size", "99999", "800", "96"), encoded("connect")],
        [encoded("size", "1280", "800", "9600"), encoded("connect")],
        [encoded("size", "1280", "8e2", "96"), encoded("connect")],
        [encoded("size", "1280", "800", "96"), encoded("size", "1280", "800", "96")],
        [encoded("image", *["image/png"] * 17)],
        [encoded("audio", "loud")],
        [encoded("timezone", "Europe/Paris; rm")],
        [encoded("timezone")],
        [encoded("select", "vnc")],
        [encoded("name", "Somebody else")],
        [encoded("key", "65", "1")],
    ],
)
def test_a_browser_that_says_something_else_is_refused(said: list[bytes]) -> None:
    handshake = GuacamoleBrowserHandshake()
    handshake.receive(b"".join(said))
    [failed] = handshake.events()
    assert isinstance(failed, Failed)
    assert failed.code == "introduction"


@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_raise(data: bytes) -> None:
    for handshake in (GuacamoleBrowserHandshake(), GuacdHandshake(VNC, SCREEN, name="Ada")):
        handshake.receive(data)
        assert len(handshake.events()) <= 1
