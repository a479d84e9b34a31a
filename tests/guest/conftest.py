"""What runs inside machines, run for real: in a mount namespace of its own, so that nothing of this host changes."""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GUEST = Path(__file__).resolve().parents[2] / "images" / "guest"
MIB = 1024 * 1024


@pytest.fixture
def inside() -> Callable[..., Any]:
    """Runs Python in a mount namespace of its own; what it assigns to `came` is returned."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")

    def run(code: str, **given: Any) -> Any:
        begin, end = "import json, sys\nglobals().update(json.loads(sys.argv[1]))\n", "\nprint(json.dumps(came))"
        python = [sys.executable, "-c", begin + textwrap.dedent(code) + end, json.dumps(given)]
        done = subprocess.run(
            ["unshare", "--mount", "--propagation", "private", *python],
            env={**os.environ, "PYTHONPATH": str(GUEST)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A blank disk of 64 MiB."""
    path = tmp_path / "disk"
    with path.open("wb") as file:
        file.truncate(64 * MIB)
    return path
