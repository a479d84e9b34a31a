"""Many at once: a rush of openings, all alive side by side, all gone when they leave."""

import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.broker.conftest import Running
from tests.broker.desk import MemoryDesk
from tests.broker.page import Page, pointer
from visa.services.desktops import Right
from visa.testing.vnc import Vnc
from visa.testing.x11 import X11

SESSIONS = 200
AT_ONCE = 50


@pytest.fixture
def many_open_files() -> Iterator[None]:
    """Pages and broker share this process here; many systems begin with a limit of 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(8 * SESSIONS, hard)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_open_files")
def test_200_sessions_live_side_by_side(broker: Running, desk: MemoryDesk, open_desktop: Vnc):
    rights = [Right.CONTROL, *[Right.VIEW] * (SESSIONS - 1)]
    tickets = [desk.issue(open_desktop.address, right) for right in rights]

    def used(page: Page) -> bytes:
        page.send(pointer(11, 22) if page is pages[0] else pointer(1, 1))
        return page.in_step()

    with ThreadPoolExecutor(AT_ONCE) as threads, X11(open_desktop.display) as inside:
        pages = list(threads.map(broker.page, tickets))
        assert all(threads.map(used, pages))
        assert inside.pointer() == (11, 22)
        desk.next_report()
        assert desk.held.keys() == {f"session-{ticket}" for ticket in tickets}
        list(threads.map(lambda page: page.__exit__(None, None, None), pages))
    desk.wait_until(lambda seen: seen.closed_for.keys() == {f"session-{ticket}" for ticket in tickets})
    assert broker.ask(broker.broker.holds) == ()
