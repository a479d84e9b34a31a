"""Bringing a disk image into a cloud and into the catalogue: what the file must be, and which entry shows to it.

Doing it twice makes nothing twice: the cloud knows the content, and the entry is found by its id.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visa.errors import BadFiles, Conflict, Problem
from visa.services.catalogue import ADMIN
from visa.services.journal import By, record
from visa.store.session import alone
from visa.store.tables import Image

ENTRY_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
BY = By("system", "visa image import")

# The header of docs/interop/qcow2.txt in QEMU: big-endian; extra features only from version 3 on.
_MAGIC = b"QFI\xfb"
_HEADER_BYTES = 80
_VERSIONS = (2, 3)
_EXTERNAL_DATA = 1 << 2


@dataclass(frozen=True)
class Wish:
    """The entry to make, or to point to the new image. `audience` and `description` count only when it is made."""

    id: str
    name: str
    cloud: str
    description: str = ""
    audience: tuple[str, ...] = ()


def check(path: Path) -> None:
    """Raises `BadFiles` for what is no qcow2, or one that needs other files: a cloud would not have those."""
    if wrong := _trouble(path):
        raise BadFiles((Problem(str(path), 0, "", wrong),))


def id_of(name: str) -> str:
    """The id that an entry of this name gets: "Debian 12 (XFCE)" is debian-12-xfce."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "image"


def point(session: Session, wish: Wish, cloud_name: str, *, now: datetime) -> Image:
    """The entry, showing to the cloud's image `cloud_name`. Raises `Conflict` when it is in another cloud."""
    alone(session, "catalogue")
    entry = session.get(Image, wish.id)
    if entry is None:
        entry = _made(session, wish, cloud_name, now)
        record(session, "image.created", f"Imported the image “{entry.name}” ({entry.id}).", at=now, by=BY)
        return entry
    if entry.cloud != wish.cloud:
        raise Conflict(f"The image {wish.id} is in the cloud {entry.cloud}; give this one another id.")
    if entry.cloud_name != cloud_name:
        told = f"Imported the image “{entry.name}” ({entry.id}) anew: cloud_name: {entry.cloud_name} → {cloud_name}."
        entry.cloud_name, entry.origin, entry.updated_at = cloud_name, ADMIN, now
        entry.revision += 1
        record(session, "image.edited", told, at=now, by=BY)
    return entry


def _made(session: Session, wish: Wish, cloud_name: str, now: datetime) -> Image:
    entry = Image(
        id=wish.id,
        name=wish.name,
        description=wish.description,
        icon="desktop",
        good_for=[],
        audience=list(wish.audience),
        cloud=wish.cloud,
        cloud_name=cloud_name,
        position=(session.scalar(select(func.max(Image.position))) or 0) + 1,
        origin=ADMIN,
        updated_at=now,
    )
    session.add(entry)
    return entry


def _trouble(path: Path) -> str | None:
    try:
        with path.open("rb") as content:
            head = content.read(_HEADER_BYTES)
    except OSError as error:
        return error.strerror or "cannot be read"
    if head[:4] != _MAGIC or len(head) < _HEADER_BYTES:
        return "is no qcow2 image"
    version = int.from_bytes(head[4:8], "big")
    if version not in _VERSIONS:
        return f"is a qcow2 image of version {version}, which is not known"
    if int.from_bytes(head[8:16], "big"):
        return "needs a backing file; write it as one with `qemu-img convert -O qcow2`"
    if version > min(_VERSIONS) and int.from_bytes(head[72:80], "big") & _EXTERNAL_DATA:
        return "keeps its data in another file; write it as one with `qemu-img convert -O qcow2`"
    return None
