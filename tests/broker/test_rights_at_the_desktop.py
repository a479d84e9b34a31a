"""Who may do what, seen from inside real desktops: an X client notes what arrives there."""

import re
import struct
import threading

import pytest

from tests.broker.conftest import Running
from tests.broker.desk import MemoryDesk
from tests.broker.page import CLIPBOARD, ENCODINGS, cut_text, key, pointer, qemu_key, set_desktop_size, update_request
from visa.services.desktops import Right
from visa.testing.vnc import HEIGHT, WIDTH, Vnc
from visa.testing.x11 import X11

SECRET_TEXT = b"the owner's password"
ENTER = 0xFF0D


PROVIDE = 1 << 28


def extended_clipboard_actions(seen: bytes) -> list[int]:
    """The flags of every extended ServerCutText (a short negative length) in what a desktop sent."""
    places = [found.end() for found in re.finditer(rb"\x03\0\0\0\xff\xff..", seen, re.DOTALL)]
    return [struct.unpack_from("!I", seen, place)[0] for place in places]


def test_an_owner_types_points_and_copies(broker: Running, desk: MemoryDesk, vnc: Vnc):
    ticket = desk.issue(vnc.address, password=vnc.password)
    with X11(vnc.display) as inside, broker.page(ticket) as page:
        page.send(pointer(33, 44), key(ord("a")), pointer(33, 44, buttons=1), pointer(33, 44), cut_text(b"hello"))
        page.in_step()
        assert inside.pointer() == (33, 44)
        assert inside.input_seen() == ["motion", "key", "button"]
        assert inside.clipboard_owner() != 0


def test_a_qemu_key_of_an_owner_is_typed(broker: Running, desk: MemoryDesk, open_desktop: Vnc):
    with X11(open_desktop.display) as inside, broker.page(desk.issue(open_desktop.address)) as page:
        page.send(qemu_key(ord("b"), 0x30))
        page.in_step()
        assert inside.input_seen() == ["key"]


def test_an_owner_resizes_the_desktop(broker: Running, desk: MemoryDesk, open_desktop: Vnc):
    with X11(open_desktop.display) as inside, broker.page(desk.issue(open_desktop.address)) as page:
        page.send(set_desktop_size(640, 480))
        page.in_step()
        assert inside.size() == (640, 480)
        page.send(set_desktop_size(WIDTH, HEIGHT))
        page.in_step()
        assert inside.size() == (WIDTH, HEIGHT)


def test_nothing_of_a_viewer_reaches_the_desktop(broker: Running, desk: MemoryDesk, vnc: Vnc):
    ticket = desk.issue(vnc.address, Right.VIEW, password=vnc.password)
    with X11(vnc.display) as inside, broker.page(ticket) as page:
        before = inside.pointer(), inside.size(), inside.clipboard_owner()
        page.in_step()  # the desktop knows all our abilities from here on
        page.send(key(ord("a")), pointer(7, 9, buttons=1), pointer(7, 9), qemu_key(ord("c"), 0x2E), key(ENTER))
        page.send(cut_text(b"from a viewer"), set_desktop_size(320, 200), b"\xfa\x00\x01\x02")
        for byte in key(ord("d")) + pointer(1, 1) + cut_text(b"bytewise"):
            page.send(bytes([byte]))
        page.in_step(b"still in step")
        assert inside.input_seen() == []
        assert (inside.pointer(), inside.size(), inside.clipboard_owner()) == before


def test_a_viewer_sees_the_picture(broker: Running, desk: MemoryDesk, open_desktop: Vnc):
    raw = 0
    with broker.page(desk.issue(open_desktop.address, Right.VIEW), encodings=(raw,)) as page:
        page.send(update_request(WIDTH, HEIGHT))
        while len(page.seen) < WIDTH * HEIGHT * 4:
            page.seen += page.socket.recv(20)


@pytest.mark.parametrize("encodings", [ENCODINGS, (*ENCODINGS, CLIPBOARD)])
def test_a_copied_text_goes_to_the_owner_and_not_to_a_viewer(
    broker: Running, desk: MemoryDesk, open_desktop: Vnc, encodings: tuple[int, ...]
):
    owner_ticket, viewer_ticket = desk.issue(open_desktop.address), desk.issue(open_desktop.address, Right.VIEW)
    with (
        X11(open_desktop.display) as inside,
        broker.page(owner_ticket) as owner,
        broker.page(viewer_ticket, encodings=encodings) as viewer,
    ):
        owner.in_step()
        viewer.in_step()
        inside.copy(SECRET_TEXT)
        served = threading.Thread(target=inside.serve, args=(20,))
        served.start()
        while SECRET_TEXT not in owner.seen:
            owner.seen += owner.socket.recv(20)
        served.join(20)
        viewer.send(cut_text(b""), b"\x06\0\0\0" + (-4 & 0xFFFFFFFF).to_bytes(4, "big") + b"\x02\x00\x00\x01")
        shown = viewer.in_step(b"viewer after the copy")
        assert SECRET_TEXT not in shown
        assert not any(actions & PROVIDE for actions in extended_clipboard_actions(shown))


def test_only_an_owners_input_is_recorded(broker: Running, desk: MemoryDesk, open_desktop: Vnc):
    owner, viewer = desk.issue(open_desktop.address), desk.issue(open_desktop.address, Right.VIEW)
    with broker.page(owner) as owning, broker.page(viewer) as viewing:
        owning.in_step()
        viewing.in_step()
        desk.next_report()
        assert desk.held[f"session-{owner}"].last_input_at is None
        owning.send(pointer(5, 6))
        viewing.send(pointer(5, 6), key(ord("a")))
        owning.in_step()
        viewing.in_step()
        desk.next_report()
        assert desk.held[f"session-{owner}"].last_input_at is not None
        assert desk.held[f"session-{viewer}"].last_input_at is None
