"""Makes the archive of a backup, or fills a volume from one: a program of its own, which needs nothing but Python.

It works in its current folder, and whatever kills it leaves nothing there that counts: an archive counts when
`digest.json` is there, a volume's content when `data` is. When it gives up, `failed` says why. `argv[1]` is a step in
JSON: {"step": "keep", "command": what writes a tar file to its output} or {"step": "fill", "command": what unpacks one
into `part` from its input, "clean": what removes `part`, "archive": its path, "sha256": its digest}.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TypedDict, cast

TRIES = 3
PAUSE_S = 1.0
PIECE = 1 << 20
WORDS = 300  # of what a command said


class Step(TypedDict, total=False):
    """See the module."""

    step: str
    command: list[str]
    clean: list[str]
    archive: str
    sha256: str


class Failure(Exception):
    """This try did not come to an end."""


class Damage(Exception):
    """No try ever will."""


def keep(step: Step) -> None:
    """Write the archive, read it back from the disk, and only then say that it is there."""
    part, log = Path("part"), Path("log")
    digest, size = hashlib.sha256(), 0
    with part.open("wb") as file, log.open("wb") as words:
        with subprocess.Popen(step["command"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=words) as tar:
            for piece in _pieces(cast(IO[bytes], tar.stdout)):
                digest.update(piece)
                size += file.write(piece)
        if tar.returncode:
            raise Failure(log.read_text(errors="replace"))
        file.flush()
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # what is read back comes from the disk
    if _digest_of(part) != digest.hexdigest():
        raise Failure("What was read back is not what was written.")
    part.rename("data.tar")
    _sync_folder()
    with Path("digest.part").open("w") as file:
        json.dump({"sha256": digest.hexdigest(), "bytes": size}, file)
        file.flush()
        os.fsync(file.fileno())
    Path("digest.part").rename("digest.json")
    _sync_folder()


def fill(step: Step) -> None:
    """Unpack an archive that has proved to be what was once kept; all of it becomes the content at once."""
    archive, log = Path(step["archive"]), Path("log")
    if _digest_of(archive) != step["sha256"]:
        raise Damage("The archive is damaged: its content is not what was kept.")
    subprocess.run(step["clean"], check=True)
    Path("part").mkdir(mode=0o700)
    with archive.open("rb") as file, log.open("wb") as words:
        tar = subprocess.run(step["command"], stdin=file, stdout=words, stderr=words, check=False)
    if tar.returncode:
        raise Failure(log.read_text(errors="replace"))
    subprocess.run(["sync", "-f", "part"], check=True)
    Path("part").rename("data")
    _sync_folder()


def main(argument: str) -> None:
    os.nice(10)
    step: Step = json.loads(argument)
    work = {"keep": keep, "fill": fill}[step["step"]]
    why = ""
    for attempt in range(TRIES):
        time.sleep(PAUSE_S if attempt else 0)
        try:
            work(step)
        except Damage as damage:
            why = str(damage)
            break
        except (Failure, OSError, subprocess.CalledProcessError) as error:
            why = str(error).strip()[-WORDS:] or type(error).__name__
        else:
            return
    Path("failed.part").write_text(why)
    Path("failed.part").rename("failed")


def _digest_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for piece in _pieces(file):
            digest.update(piece)
    return digest.hexdigest()


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: file.read(PIECE), b"")


def _sync_folder() -> None:
    folder = os.open(".", os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


if __name__ == "__main__":
    main(sys.argv[1])
