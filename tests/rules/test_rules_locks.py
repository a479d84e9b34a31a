"""Lock files: they hold what pyproject.toml asks for, each with hashes, and agree with each other."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
TESTCLOUD = "ansible/roles/testcloud_base/files/requirements"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def locked(name: str) -> dict[str, str]:
    """Versions by canonical name."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", (ROOT / name).read_text(), re.MULTILINE)
    return {canonicalize_name(package): version for package, version in pins}


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", PROJECT["dependencies"]),
        ("requirements-dev.lock", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]),
        (f"{TESTCLOUD}.lock", re.findall(r"^[a-z].*$", (ROOT / f"{TESTCLOUD}.in").read_text(), re.MULTILINE)),
    ],
)
def test_a_lock_holds_what_the_project_asks_for(lock: str, wanted: list[str]):
    pins = locked(lock)
    for requirement in map(Requirement, wanted):
        version = pins.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not locked: run `make lock`"
        assert requirement.specifier.contains(version), f"{requirement} is locked at {version}: run `make lock`"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", f"{TESTCLOUD}.lock"])
def test_every_locked_package_has_a_hash_and_no_address(lock: str):
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text().partition("make lock\n")[2].strip())
    assert len(entries) > 20
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not [entry for entry in entries if "://" in entry or entry.startswith("-")]


def test_development_runs_the_versions_that_production_runs():
    production, development = locked("requirements.lock"), locked("requirements-dev.lock")
    assert production.items() <= development.items(), "run `make lock`"


def test_the_web_lock_names_no_address_and_agrees_with_its_package():
    package = json.loads((ROOT / "web/package.json").read_text())
    lock = json.loads((ROOT / "web/package-lock.json").read_text())
    for kind in ("dependencies", "devDependencies"):
        assert lock["packages"][""].get(kind, {}) == package.get(kind, {}), "run `npm install` in web/"
    assert not [name for name, entry in lock["packages"].items() if "resolved" in entry], "see web/.npmrc"
