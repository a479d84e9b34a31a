"""Real desktops, started once for the tests of this folder that ask for one."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from visa.testing.vnc import Vnc, running_vnc


@pytest.fixture(scope="module")
def vnc_folder() -> Iterator[Path]:
    """A short path: a unix socket's has at most 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="visa-vnc-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def open_desktop(vnc_folder: Path) -> Iterator[Vnc]:
    """A desktop on a unix socket, without a password."""
    with running_vnc(vnc_folder / "open") as vnc:
        yield vnc


@pytest.fixture(scope="module")
def locked_desktop(vnc_folder: Path) -> Iterator[Vnc]:
    """A desktop on loopback TCP that asks for VncAuth."""
    with running_vnc(vnc_folder / "locked", password="geheim!9", tcp=True) as vnc:
        yield vnc
