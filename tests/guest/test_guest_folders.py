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


@pytest.mark.parametrize("way", ["standing in it", "a file open", "a folder open", "deaf to requests"])
def test_who_uses_a_folder_that_is_taken_is_ended(inside, tmp_path, way):
    commands = {
        "standing in it": "os.chdir(place)",
        "a file open": "kept = open(place + '/file')",
        "a folder open": "kept = os.open(place, os.O_RDONLY)",
        "deaf to requests": "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.chdir(place)",
    }
    code = f"""
    folders.make([bind("a/raw")])
    program = "import os, time; place = {{!r}}; {commands[way]}; print('in', flush=True); time.sleep(60)"
    reader = subprocess.Popen(["python3", "-c", program.format(str(data / "a/raw"))], stdout=subprocess.PIPE)
    bystander = subprocess.Popen(["sleep", "60"], cwd=root / "store")
    assert reader.stdout.readline() == b"in\\n"
    states = folders.make([])
    came = [states, is_mounted(str(data / "a/raw")), reader.wait(5) < 0, bystander.poll()]
    bystander.kill()
    """
    assert inside(FOLDERS + dedent(code), folder=str(tmp_path)) == [[], False, True, None]


def test_a_mode_that_narrows_reaches_who_has_the_folder_open(inside, tmp_path):
    code = """
    folders.make([bind("a/raw", "rw")])
    writer = subprocess.Popen(["sleep", "60"], cwd=data / "a/raw")
    (state,) = folders.make([bind("a/raw", "ro")])
    try:
        (data / "a/raw/new").write_text("x")
        refused = False
    except OSError as error:
        refused = error.strerror
    came = [state["state"], refused, writer.wait(5) < 0]
    """
    assert inside(FOLDERS + dedent(code), folder=str(tmp_path)) == ["mounted", "Read-only file system", True]


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
