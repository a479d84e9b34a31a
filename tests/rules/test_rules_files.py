"""Rules about files: what none may name, how long they may be, how tests are laid out. Each failure says what to do."""

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Written in parts, so that this file does not name them either.
REGISTRY_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs", "org"), ("registry", "yarnpkg", "com"),
        ("deb", "debian", "org"), ("security", "debian", "org"), ("proxy", "golang", "org"), ("static", "crates", "io"),
    )
)  # fmt: skip
LIMITS = {".py": 300, ".ts": 250, ".tsx": 250}
GENERATED = ("web/src/api/schema.gen.ts", "visa/store/migrations/versions/")


def project_files() -> list[Path]:
    """Every file that belongs to the project: known to git or about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def files() -> list[Path]:
    found = project_files()
    assert len(found) > 50, "the listing of the project's files is broken"
    return found


def test_no_file_names_the_host_of_a_package_registry(files: list[Path]):
    naming = [
        f"{path.relative_to(ROOT)} names {host}"
        for path in files
        for host in REGISTRY_HOSTS
        if host.encode() in path.read_bytes()
    ]
    assert not naming, "leave the address to each machine's own settings (locks: see tools/lock, web/.npmrc)"


def test_files_are_short_enough_to_be_read_at_once(files: list[Path]):
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in files
        if path.suffix in LIMITS and not str(path.relative_to(ROOT)).startswith(GENERATED)
    }
    long = {name: lines for name, lines in lengths.items() if lines > LIMITS[Path(name).suffix]}
    assert not long, "look for the seam that is missing, and make two files of it"


def test_no_package_file_stands_below_tests(files: list[Path]):
    packages = [path for path in files if path.name == "__init__.py" and path.is_relative_to(ROOT / "tests")]
    assert not packages, "with one, `import api` in a test finds the tests instead of the product: remove it"


def test_test_files_have_names_of_their_own(files: list[Path]):
    names = Counter(path.name for path in files if path.is_relative_to(ROOT / "tests") and path.match("test_*.py"))
    assert not [name for name, count in names.items() if count > 1], "rename one after its area"


def test_links_between_documents_lead_somewhere(files: list[Path]):
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in files
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text())
        if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists()
    ]
    assert not broken
