"""Owners and modes of the sample's data, as a facility's storage has them. Only root can give files to others.

Raw data belong to the data acquisition and are readable by the experiment's group; processed data are the group's to
write in. Open data are readable by everybody. Without root everything stays the caller's, with plain modes.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from visa.testing.sample.people import DATA_OWNER

PLAIN_FOLDER, PLAIN_FILE = 0o755, 0o644


@dataclass(frozen=True)
class Modes:
    folder: int
    file: int


RAW_CLOSED, RAW_OPEN = Modes(0o750, 0o640), Modes(0o755, 0o644)
PROCESSED_CLOSED, PROCESSED_OPEN = Modes(0o2770, 0o660), Modes(0o2775, 0o664)


def give(folder: Path, modes: Modes, *, gid: int) -> None:
    """Set owner, group and mode of a new folder and everything in it, before anybody else may write there."""
    as_root = os.geteuid() == 0
    for path in _everything(folder):
        if as_root:
            os.chown(path, DATA_OWNER, gid, follow_symlinks=False)
        if path.is_dir():
            path.chmod(modes.folder if as_root else PLAIN_FOLDER)
        else:
            path.chmod(modes.file if as_root else PLAIN_FILE)


def _everything(folder: Path) -> Iterator[Path]:
    yield folder
    yield from sorted(folder.rglob("*"))
