"""Reading while somebody replaces the files: never half of one export and half of another."""

import os
import shutil
import threading
from pathlib import Path

import pytest

from visa.adapters.facility.file import FILES, FileFacility
from visa.adapters.facility.snapshot import ATTEMPTS, read_descriptor, take
from visa.errors import Fault

NAMES = ("a.csv", "b.csv", "c.csv")


def export(folder: Path, generation: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name in NAMES:
        (folder / name).write_text(generation)
    return folder


def replace(folder: Path, generation: str) -> None:
    """As a careful exporter does it: each file is written beside and renamed."""
    for name in NAMES:
        (folder / f".{name}").write_text(generation)
        os.replace(folder / f".{name}", folder / name)


class Interrupted:
    """Reads files, and lets somebody act after the n-th one."""

    def __init__(self, acts: dict[int, object]) -> None:
        self.acts = acts
        self.count = 0

    def __call__(self, descriptor: int) -> bytes:
        content = read_descriptor(descriptor)
        self.count += 1
        act = self.acts.get(self.count)
        if callable(act):
            act()
        return content


def test_files_replaced_during_the_reading_are_read_again(tmp_path):
    folder = export(tmp_path / "now", "old")
    pauses: list[float] = []
    read = Interrupted({1: lambda: replace(folder, "new")})
    assert set(take(folder, NAMES, read=read, pause=pauses.append).values()) == {b"new"}
    assert len(pauses) == 1


def test_a_file_rewritten_in_place_is_noticed_even_with_its_old_time_and_size(tmp_path):
    folder = export(tmp_path / "now", "old")
    times = os.stat(folder / "a.csv")

    def rewrite() -> None:
        for name in NAMES:
            (folder / name).write_text("new")
            os.utime(folder / name, ns=(times.st_atime_ns, times.st_mtime_ns))

    assert set(take(folder, NAMES, read=Interrupted({1: rewrite}), pause=lambda _: None).values()) == {b"new"}


def test_a_swapped_link_gives_the_export_that_was_there_at_the_start(tmp_path):
    export(tmp_path / "1", "old")
    export(tmp_path / "2", "new")
    link = tmp_path / "current"
    link.symlink_to("1")

    def swap() -> None:
        (tmp_path / "next").symlink_to("2")
        os.replace(tmp_path / "next", link)

    assert set(take(link, NAMES, read=Interrupted({1: swap})).values()) == {b"old"}
    assert set(take(link, NAMES).values()) == {b"new"}


def test_an_old_export_deleted_under_the_reading_is_no_missing_file(tmp_path):
    export(tmp_path / "1", "old")
    export(tmp_path / "2", "new")
    link = tmp_path / "current"
    link.symlink_to("1")

    def swap_and_delete() -> None:
        (tmp_path / "next").symlink_to("2")
        os.replace(tmp_path / "next", link)
        shutil.rmtree(tmp_path / "1")

    read = Interrupted({1: swap_and_delete})
    assert set(take(link, NAMES, read=read, pause=lambda _: None).values()) == {b"new"}


def test_files_that_never_rest_are_a_fault(tmp_path):
    folder = export(tmp_path / "now", "old")
    read = Interrupted({n: lambda n=n: replace(folder, str(n)) for n in range(1, 100)})
    with pytest.raises(Fault, match="keep changing"):
        take(folder, NAMES, read=read, pause=lambda _: None)
    assert read.count == ATTEMPTS * len(NAMES)


def test_a_pipe_in_place_of_a_file_does_not_hold_the_reader(tmp_path):
    folder = export(tmp_path / "now", "old")
    (folder / "b.csv").unlink()
    os.mkfifo(folder / "b.csv")
    with pytest.raises(Fault) as caught:
        take(folder, NAMES)
    assert "b.csv: is not a regular file" in caught.value.detail


def test_readings_during_a_hundred_swaps_are_each_of_one_export(folder, tmp_path):
    """Two real exports whose people have different ids; a writer swaps and deletes as fast as it can."""
    one, two, link = tmp_path / "one", tmp_path / "two", tmp_path / "current"
    one.mkdir()
    for name in FILES:
        shutil.move(folder.root / name, one / name)
    shutil.copytree(one, two)
    for name in ("facility.yaml", "people.csv", "teams.csv"):
        text = (two / name).read_text()
        for number in "123":
            text = text.replace(f"p{number}", f"q{number}")
        (two / name).write_text(text)
    link.symlink_to("one")
    stop = threading.Event()

    def swap() -> None:
        for n in range(100):
            copy = tmp_path / f"copy{n}"
            shutil.copytree((one, two)[n % 2], copy)
            (tmp_path / "next").symlink_to(copy.name)
            os.replace(tmp_path / "next", link)
            shutil.rmtree(tmp_path / f"copy{n - 5}", ignore_errors=True)
        stop.set()

    def people() -> str:
        return "".join(sorted({person.id[0] for person in FileFacility(link).read().people}))

    writer = threading.Thread(target=swap)
    seen = {people()}
    writer.start()
    while not stop.is_set():
        seen.add(people())
    writer.join()
    seen.add(people())
    assert seen == {"p", "q"}
