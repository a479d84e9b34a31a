"""The shapes of the JSON files that make up a server, volume or copy, and how a mark becomes a folder's name."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from visa.adapters.cloud.local.state import Order, Ready, Started, Stop
from visa.domain.resources import Mark, ServerSpec, VolumeSpec

REF_LENGTH = 26


@dataclass(frozen=True)
class Copy:
    """`mark.json` of a snapshot."""

    mark: Mark
    volume_ref: str
    created_at: datetime


@dataclass(frozen=True)
class Backup:
    """`mark.json` of a backup; `size_gib` is its volume's."""

    mark: Mark
    volume_ref: str
    size_gib: int
    created_at: datetime


@dataclass(frozen=True)
class Digest:
    """`digest.json` of a backup that is whole: of its `data.tar`."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Filling:
    """`filling.json` of a volume that is made from a backup."""

    backup_ref: str


@dataclass(frozen=True)
class Usage:
    """`used.json`: what a volume held when it was measured."""

    used_bytes: int


SPEC = TypeAdapter(ServerSpec)
ORDER = TypeAdapter(Order)
STOP = TypeAdapter(Stop)
STARTED = TypeAdapter(Started)
READY = TypeAdapter(Ready)
INFO = TypeAdapter(dict[str, int])
NAMES = TypeAdapter(tuple[str, ...])
VOLUME = TypeAdapter(VolumeSpec)
COPY = TypeAdapter(Copy)
BACKUP = TypeAdapter(Backup)
DIGEST = TypeAdapter(Digest)
FILLING = TypeAdapter(Filling)
USAGE = TypeAdapter(Usage)


def ref_of(mark: Mark) -> str:
    """The same mark always has the same ref, so that two makers of one thing meet at one name."""
    text = "\0".join((mark.deployment, mark.kind, mark.id))
    return f"{mark.kind[:1]}-{hashlib.sha256(text.encode()).hexdigest()[: REF_LENGTH - 2]}"
