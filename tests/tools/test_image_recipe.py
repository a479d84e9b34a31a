"""The image's recipe, as far as it can be looked at without building one: `make test-image` boots what it builds."""

import importlib.util
import struct
import sys
from pathlib import Path
from types import ModuleType

import pytest

RECIPE = Path(__file__).resolve().parents[2] / "images/debian"
FIRST_SECTOR = 2048  # of the BIOS boot partition


def load(name: str) -> ModuleType:
    specification = importlib.util.spec_from_file_location(name, RECIPE / f"{name}.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "path", sys.path.copy())
    return load("build")


def test_each_piece_of_grub_is_told_where_the_next_begins(tmp_path: Path):
    image, boot, core = tmp_path / "disk", bytes(range(256)) * 2, b"\x11" * 4096
    image.write_bytes(b"\xff" * 2 * 2**20)
    load("disk")._write_grub(image, boot, core)
    written = image.read_bytes()
    assert struct.unpack_from("<Q", written, 0x5C) == (FIRST_SECTOR,)
    assert written[:0x5C] == boot[:0x5C]
    assert written[440:512] == b"\xff" * 72  # the partition table's
    head = written[FIRST_SECTOR * 512 :][: len(core)]
    assert struct.unpack_from("<Q", head, 500) == (FIRST_SECTOR + 1,)
    assert head[512:] == core[512:]


def test_an_image_is_out_of_date_once_a_file_of_its_recipe_changes(
    build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "images/guest").mkdir(parents=True)
    program = tmp_path / "images/guest/program"
    program.write_text("1")
    monkeypatch.setattr(build, "ROOT", tmp_path)
    seen = [build.digest_of_recipe()]
    program.write_text("2")
    seen.append(build.digest_of_recipe())
    program.chmod(0o755)
    seen.append(build.digest_of_recipe())
    program.rename(program.with_name("other"))
    seen.append(build.digest_of_recipe())
    assert len(set(seen)) == 4


def test_the_recipe_names_files_that_are_there(build: ModuleType):
    for pattern in build.RECIPE:
        assert list(build.ROOT.glob(pattern)), pattern


def test_a_missing_program_is_named_with_its_package(build: ModuleType, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(build.os, "geteuid", lambda: 0)
    monkeypatch.setattr(build, "TOOLS", {"no-such-program": "its-package"})
    assert build.what_is_missing() == "Please install its-package."


def test_it_says_that_it_needs_root(build: ModuleType, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(build.os, "geteuid", lambda: 1000)
    assert build.what_is_missing().startswith("This needs root")


def test_what_no_two_machines_may_have_alike_is_taken_away(build: ModuleType, tmp_path: Path):
    for place in ("etc/ssh", "etc/xrdp", "etc/ssl/private", "run/systemd"):
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "etc/resolv.conf").write_text("nameserver 192.0.2.1")
    secrets = [tmp_path / "etc/ssh/ssh_host_rsa_key", tmp_path / "etc/xrdp/rsakeys.ini"]
    for secret in secrets:
        secret.write_text("secret")
    build.settle(tmp_path)
    assert not any(secret.exists() for secret in secrets)
    assert (tmp_path / "etc/machine-id").read_text() == "uninitialized\n"
    assert (tmp_path / "etc/resolv.conf").is_symlink()
