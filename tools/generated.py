"""Writes the files that are made from code (`make generated`), or with --check says which of them are out of date.

Each is printed by one command, so that what is committed can be compared without touching it.
"""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Generated:
    """A committed file and the command that prints it; later ones may read earlier ones."""

    path: str
    command: Sequence[str]
    cwd: str = "."


FILES = (
    Generated("docs/configure.md", ("visa", "config", "docs")),
    Generated("docs/policy.md", ("visa", "policy", "docs")),
    Generated("config/visa.example.yaml", ("visa", "config", "example")),
    Generated("api/openapi.json", ("python", "-m", "api.openapi")),
    Generated("web/src/api/schema.gen.ts", ("npm", "run", "--silent", "gen"), "web"),
)


def main(arguments: Sequence[str]) -> int:
    stale = [file.path for file in FILES if not is_fresh(file)]
    if "--check" in arguments:
        for path in stale:
            print(f"{path} is out of date: run `make generated`")
        return 1 if stale else 0
    for file in FILES:
        text = printed(file)
        (ROOT / file.path).parent.mkdir(exist_ok=True)
        (ROOT / file.path).write_text(text)
    print(f"written: {', '.join(stale)}" if stale else "all were fresh")
    return 0


def is_fresh(file: Generated) -> bool:
    path = ROOT / file.path
    return path.is_file() and path.read_text() == printed(file)


def printed(file: Generated) -> str:
    """What the command prints now. Ends the program when it cannot."""
    done = subprocess.run(file.command, cwd=ROOT / file.cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{file.path}: {' '.join(file.command)} failed:\n{done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
