"""Data folders appear and vanish as the api says; only what was mounted here is ever taken away."""

from textwrap import dedent

import pytest

FOLDERS = """
import os, subprocess
from pathlib import Path
from visa_guest.folders import Folders, is_mounted
root = Path(folder)
(root / "store").mkdir(exist_ok=True)
(root / "store" / "file").write_text("raw")
record = root / "run" / "folders.json"
data = root / "data"
folders = Folders(record, str(data))
def bind(name, mode="ro"):
    return {"kind": "bind", "device": str(root / "store"), "target": str(data / name), "mode": mode, "options": []}
"""


def test_a_folder_is_mounted_read_only_and_goes_when_access_ends(inside, tmp_path):
    code = """
    states = folders.make([bind("a/raw"), bind("a/processed", "rw")])
    (data / "a/processed/new").write_text("x")
    try:
        (data / "a/raw/new").write_text("x")
        refused = False
    except OSError as error:
        refused = error.strerror
    after = folders.make([bind("a/processed", "rw")])
    came = [[one["state"] for one in states], refused, [one["state"] for one in after],
            is_mounted(str(data / "a/raw")), is_mounted(str(data / "a/processed"))]
    """
    came = inside(FOLDERS + dedent(code), folder=str(tmp_path))
    assert came == [["mounted", "mounted"], "Read-only file system", ["mounted"], False, True]


def test_a_folder_in_use_is_taken_all_the_same_and_that_is_told(inside, tmp_path):
    code = """
    folders.make([bind("a/raw")])
    reader = subprocess.Popen(["sleep", "60"], cwd=data / "a/raw")
    (state,) = folders.make([])
    came = [state["state"], is_mounted(str(data / "a/raw")), folders.make([])]
    reader.kill()
    """
    assert inside(FOLDERS + dedent(code), folder=str(tmp_path)) == ["busy", False, []]


def test_what_is_left_empty_goes_too_and_nothing_else(inside, tmp_path):
    code = """
    folders.make([bind("a/raw"), bind("a/processed"), bind("b/raw"), bind("c/raw")])
    folders.make([bind("a/processed"), bind("c/raw")])
    came = [(data / one).exists() for one in ("a/raw", "a/processed", "b")]
    (data / "c/mine").write_text("x")
    folders.make([])
    came += [sorted(str(one.relative_to(data)) for one in data.rglob("*")), data.exists()]
    """
    assert inside(FOLDERS + dedent(code), folder=str(tmp_path)) == [False, True, False, ["c", "c/mine"], True]


def test_a_mode_that_changes_is_applied_and_options_cannot_widen_it(inside, tmp_path):
    code = """
    folders.make([bind("a/raw", "rw")])
    folders.make([bind("a/raw") | {"options": ["rw"]}])
    came = "ro" in next(line for line in Path("/proc/self/mountinfo").read_text().splitlines()
                        if line.split(" ")[4] == str(data / "a/raw")).split(" ")[5].split(",")
    """
    assert inside(FOLDERS + dedent(code), folder=str(tmp_path)) is True


def test_after_a_restart_of_the_service_its_mounts_are_still_its_own(inside, tmp_path):
    code = """
    folders.make([bind("a/raw")])
    again = Folders(record, str(data))
    again.make([])
    came = is_mounted(str(data / "a/raw"))
    """
    assert inside(FOLDERS + dedent(code), folder=str(tmp_path)) is False


@pytest.mark.parametrize("name", ["../store", "../../etc", "."])
def test_nothing_is_mounted_outside_the_data_folder(inside, tmp_path, name):
    code = """
    (state,) = folders.make([bind(name)])
    came = [state["state"], len(folders._have)]
    """
    assert inside(FOLDERS + dedent(code), folder=str(tmp_path), name=name) == ["failed", 0]


def test_what_somebody_else_mounted_is_neither_covered_nor_taken(inside, tmp_path):
    code = """
    (data / "local").mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "none", str(data / "local")], check=True)
    (state,) = folders.make([bind("local")])
    folders.make([])
    came = [state["state"], is_mounted(str(data / "local"))]
    """
    assert inside(FOLDERS + dedent(code), folder=str(tmp_path)) == ["failed", True]


def test_a_store_that_is_not_there_is_told_and_tried_again(inside, tmp_path):
    code = """
    missing = bind("a/raw") | {"device": str(root / "later")}
    (first,) = folders.make([missing])
    (root / "later").mkdir()
    (second,) = folders.make([missing])
    came = [first["state"], bool(first["error"]), second["state"]]
    """
    assert inside(FOLDERS + dedent(code), folder=str(tmp_path)) == ["failed", True, "mounted"]
