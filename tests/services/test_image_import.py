"""Which files are taken, and that importing twice makes nothing twice."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from visa.errors import BadFiles, Conflict
from visa.services.image_import import Wish, check, id_of, point
from visa.store.tables import Event, Image


def qcow2(path: Path, *, version: int = 3, backing: int = 0, features: int = 0, magic: bytes = b"QFI\xfb") -> Path:
    head = magic + version.to_bytes(4, "big") + backing.to_bytes(8, "big")
    path.write_bytes(head.ljust(72, b"\0") + features.to_bytes(8, "big") + bytes(432))
    return path


@pytest.mark.parametrize("version", [2, 3])
def test_a_whole_qcow2_is_taken(tmp_path: Path, version: int):
    check(qcow2(tmp_path / "image", version=version))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"magic": b"RIFF"}, "no qcow2"),
        ({"version": 4}, "version 4"),
        ({"backing": 512}, "backing file"),
        ({"features": 4}, "another file"),
    ],
)
def test_other_files_are_refused_with_the_reason(tmp_path: Path, wrong: dict[str, int], words: str):
    with pytest.raises(BadFiles, match=words):
        check(qcow2(tmp_path / "image", **wrong))


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path: Path):
    with pytest.raises(BadFiles, match="No such file"):
        check(tmp_path / "image")


def test_a_name_makes_an_id():
    assert id_of("Debian 12 (XFCE)") == "debian-12-xfce"


def test_importing_twice_makes_one_entry_and_one_event(sessions, seeded, clock):
    wish = Wish("new", "New", "main", audience=("role:staff",))
    with sessions.write() as session:
        for ref in ("ref-1", "ref-1"):
            entry = point(session, wish, ref, now=clock.now())
            session.flush()
        assert (entry.revision, entry.audience, entry.cloud_name) == (1, ["role:staff"], "ref-1")
        assert session.scalar(select(func.count()).select_from(Event)) == 1
        point(session, wish, "ref-2", now=clock.now())
        assert (entry.revision, entry.cloud_name) == (2, "ref-2")
        session.flush()
        assert session.scalar(select(func.count()).select_from(Image)) == 2


def test_an_entry_of_another_cloud_is_not_moved(sessions, seeded, clock):
    with sessions.write() as session, pytest.raises(Conflict):
        point(session, Wish("xfce", "New", "other"), "ref-1", now=clock.now())
