"""Both handshakes without a network: every version, every refusal, any chunking, arbitrary bytes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visa.wire.failed import Failed
from visa.wire.rfb import MAX_TEXT, Handshake
from visa.wire.rfb_browser import BrowserHandshake, Seated
from visa.wire.rfb_desktop import DesktopHandshake, Welcomed, vnc_response

NAME = "Ångström".encode()
SERVER_INIT = struct.pack("!HH16xI", 800, 600, len(NAME)) + NAME
OK = bytes(4)
CHALLENGE = bytes(range(16))


def text(words: bytes) -> bytes:
    return struct.pack("!I", len(words)) + words


def run(handshake: Handshake, parts: list[bytes]) -> tuple[list, bytes]:
    events, sent = [], handshake.to_send()
    for part in parts:
        handshake.receive(part)
        events += handshake.events()
        sent += handshake.to_send()
    return events, sent


def answers(version: bytes, *more: bytes) -> bytes:
    return version + b"".join(more) + b"\x01"


WELCOMES = {
    "3.8 None": (b"RFB 003.008\n" + b"\x02\x10\x01" + OK + SERVER_INIT, "", answers(b"RFB 003.008\n", b"\x01")),
    "3.8 VncAuth": (
        b"RFB 003.008\n" + b"\x02\x01\x02" + CHALLENGE + OK + SERVER_INIT,
        "secret",
        answers(b"RFB 003.008\n", b"\x02", vnc_response("secret", CHALLENGE)),
    ),
    "3.8 None although there is a password": (
        b"RFB 003.008\n" + b"\x01\x01" + OK + SERVER_INIT,
        "secret",
        answers(b"RFB 003.008\n", b"\x01"),
    ),
    "3.7 None, without a result": (
        b"RFB 003.007\n" + b"\x01\x01" + SERVER_INIT,
        "",
        answers(b"RFB 003.007\n", b"\x01"),
    ),
    "3.7 VncAuth": (
        b"RFB 003.007\n" + b"\x01\x02" + CHALLENGE + OK + SERVER_INIT,
        "secret",
        answers(b"RFB 003.007\n", b"\x02", vnc_response("secret", CHALLENGE)),
    ),
    "3.3 None": (b"RFB 003.003\n" + b"\0\0\0\x01" + SERVER_INIT, "", answers(b"RFB 003.003\n")),
    "3.3 VncAuth": (
        b"RFB 003.003\n" + b"\0\0\0\x02" + CHALLENGE + OK + SERVER_INIT,
        "secret",
        answers(b"RFB 003.003\n", vnc_response("secret", CHALLENGE)),
    ),
    "an odd version counts as 3.3": (b"RFB 003.005\n" + b"\0\0\0\x01" + SERVER_INIT, "", answers(b"RFB 003.003\n")),
    "a later version counts as 3.8": (
        b"RFB 003.889\n" + b"\x01\x01" + OK + SERVER_INIT,
        "",
        answers(b"RFB 003.008\n", b"\x01"),
    ),
}
REFUSALS = {
    "no RFB": (b"HTTP/1.1 400", "", "not_rfb"),
    "3.8 refuses": (b"RFB 003.008\n\x00" + text(b"too many\nclients"), "", "refused"),
    "3.3 refuses": (b"RFB 003.003\n\0\0\0\0" + text(b"no"), "", "refused"),
    "its reason is too long": (b"RFB 003.008\n\x00" + struct.pack("!I", MAX_TEXT + 1), "", "refused"),
    "only TLS": (b"RFB 003.008\n\x01\x13", "", "unsupported_security"),
    "3.3 with something else": (b"RFB 003.003\n\0\0\x01\x01", "", "unsupported_security"),
    "no password at hand": (b"RFB 003.008\n\x01\x02", "", "wrong_password"),
    "a wrong password": (b"RFB 003.008\n\x01\x02" + CHALLENGE + b"\0\0\0\x01" + text(b"no"), "x", "wrong_password"),
    "None and yet refused": (b"RFB 003.008\n\x01\x01" + b"\0\0\0\x01" + text(b"closed"), "", "refused"),
    "a name that is too long": (
        b"RFB 003.008\n\x01\x01" + OK + struct.pack("!HH16xI", 1, 1, MAX_TEXT + 1),
        "",
        "malformed",
    ),
}


@pytest.mark.parametrize("case", WELCOMES)
def test_a_desktop_of_any_version_welcomes_us(case: str):
    stream, password, sent = WELCOMES[case]
    assert run(DesktopHandshake(password), [stream]) == ([Welcomed(SERVER_INIT)], sent)


@pytest.mark.parametrize("case", REFUSALS)
def test_a_desktop_that_does_not_want_us_says_why(case: str):
    stream, password, code = REFUSALS[case]
    (event,), _ = run(DesktopHandshake(password), [stream])
    assert isinstance(event, Failed)
    assert event.code == code
    assert "\n" not in event.message


def test_the_desktops_own_words_are_shown():
    (event,), _ = run(DesktopHandshake(""), [REFUSALS["3.8 refuses"][0]])
    assert event == Failed("refused", "the desktop refused us: too many clients")


@pytest.mark.parametrize("case", [*WELCOMES, *REFUSALS])
def test_single_bytes_end_as_one_chunk_does(case: str):
    stream, password, _ = {**WELCOMES, **REFUSALS}[case]
    bytewise = run(DesktopHandshake(password), [bytes([byte]) for byte in stream])
    assert bytewise == run(DesktopHandshake(password), [stream])


@given(parts=st.lists(st.binary(max_size=40), max_size=20), version=st.sampled_from([b"", *b"378"]))
def test_arbitrary_bytes_never_raise(parts: list[bytes], version: bytes | int):
    start = b"RFB 003.00" + bytes([version]) + b"\n" if isinstance(version, int) else b""
    joined = run(DesktopHandshake("x"), [start + b"".join(parts)])
    assert run(DesktopHandshake("x"), [start, *parts]) == joined
    assert run(BrowserHandshake(), [b"RFB 003.008\n", *parts])[0] in (
        [],
        [Seated()],
        *([Failed(*e)] for e in SEATED_NOT),
    )


SEATED_NOT = [
    ("version", "this desktop speaks RFB 3.8 only"),
    ("security", "the browser chose a security type that was not offered"),
]


@given(tail=st.binary(max_size=50))
def test_what_follows_a_handshake_is_kept_as_surplus(tail: bytes):
    desktop = DesktopHandshake("")
    run(desktop, [WELCOMES["3.8 None"][0] + tail])
    browser = BrowserHandshake()
    run(browser, [b"RFB 003.008\n\x01\x01" + tail])
    assert (desktop.surplus, browser.surplus) == (tail, tail)


def test_a_browser_is_let_in_step_by_step():
    browser = BrowserHandshake()
    assert browser.to_send() == b"RFB 003.008\n"
    browser.receive(b"RFB 003.008\n")
    assert browser.to_send() == b"\x01\x01"
    browser.receive(b"\x01")
    assert (browser.to_send(), browser.events()) == (OK, [])
    browser.receive(b"\x00")
    assert browser.events() == [Seated()]


@pytest.mark.parametrize(("stream", "code"), [(b"RFB 003.003\n", "version"), (b"RFB 003.008\n\x02", "security")])
def test_a_browser_that_wants_something_else_fails(stream: bytes, code: str):
    (event,), _ = run(BrowserHandshake(), [stream])
    assert isinstance(event, Failed)
    assert event.code == code


def test_our_two_sides_understand_each_other():
    browser, desktop = BrowserHandshake(), DesktopHandshake("")
    seated: list = []
    while not seated:
        desktop.receive(browser.to_send())
        browser.receive(desktop.to_send())
        seated = browser.events()
    desktop.receive(browser.to_send() + SERVER_INIT)
    assert desktop.events() == [Welcomed(SERVER_INIT)]
