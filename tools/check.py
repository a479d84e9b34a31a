"""Every check that runs nothing of the product: `make check`. All of them run, then the failed ones are named.

Standard library only in here; the tools come from the virtual environment, which has to be first on PATH.
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Check:
    """One tool to run: what a person calls it, its command, and where it runs below the root."""

    name: str
    command: Sequence[str]
    cwd: str = "."


CHECKS = (
    Check("lint", ("ruff", "check", "--quiet", "--output-format=concise", ".")),
    Check("format (mend with `make format`)", ("ruff", "format", "--quiet", "--check", "--diff", ".")),
    Check("types", ("mypy",)),
    Check("types of the tools", ("mypy", "tools")),
    Check("layers", ("lint-imports", "--no-logo")),
    Check("generated files", ("python", "tools/generated.py", "--check")),
    Check("web: types, lint, texts", ("npm", "run", "--silent", "check"), "web"),
)


def main() -> int:
    failed = [check.name for check in CHECKS if not passes(check)]
    if failed:
        print(f"✗ {len(failed)} of {len(CHECKS)} checks failed: {', '.join(failed)}")
        return 1
    print(f"✓ {len(CHECKS)} checks passed")
    return 0


def passes(check: Check) -> bool:
    """Run it; what it says is shown only when it fails."""
    begun = time.monotonic()
    done = subprocess.run(
        check.command, cwd=ROOT / check.cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    print(f"{'✗' if done.returncode else '✓'} {check.name}  {time.monotonic() - begun:.0f} s", flush=True)
    if done.returncode:
        print(done.stdout.strip(), flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
