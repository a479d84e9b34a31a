"""Bringing a qcow2 file into Glance: once for each name and content, and whole or not at all."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from visa.adapters.cloud.openstack.connect import Api, Json, Service
from visa.adapters.cloud.openstack.images import seen_image
from visa.domain.resources import CloudImage
from visa.errors import Busy, Fault, Refused
from visa.ports.cloud import Progress

_CHUNK = 1 << 20
_GIB = 1 << 30
_DIGEST = "visa_sha256"
_MAGIC = b"QFI\xfb"  # qcow2: magic, version, backing file, cluster bits, then the size of the disk at byte 24
_SIZE_AT = slice(24, 32)
_HEAD_BYTES = 32


@dataclass(frozen=True)
class _File:
    """`disk_gib` is what the disk inside takes, rounded up."""

    path: Path
    sha256: str
    sha512: str
    disk_gib: int


class _Watched:
    """A file's content that tells how much of it was sent. It can be sent anew: a token may be lost on the way."""

    def __init__(self, path: Path, progress: Progress) -> None:
        self._path, self._progress, self._sent = path, progress, 0

    def __len__(self) -> int:
        return self._path.stat().st_size

    def __iter__(self) -> Iterator[bytes]:
        self._tell(-self._sent)
        with self._path.open("rb") as content:
            while piece := content.read(_CHUNK):
                self._tell(len(piece))
                yield piece

    def _tell(self, count: int) -> None:
        self._sent += count
        self._progress(count)


class Uploads:
    """See the module."""

    def __init__(self, api: Api, deployment: str) -> None:
        self._api = api
        self._deployment = deployment

    def bring(self, path: Path, name: str, progress: Progress) -> CloudImage:
        """The image, ready. An upload that broke off is taken up again from its beginning."""
        file = _read(path)
        there = self._find(name, file)
        if there is not None and there["status"] == "active":
            return seen_image(there)
        if there is not None and there["status"] != "queued":
            raise Busy(
                "The image is being uploaded already.", retry_after_s=10, code="cloud_conflict", detail=there["status"]
            )
        image = there or self._declare(name, file)
        self._send(image["id"], file, progress)
        return self._checked(image["id"], file)

    def _find(self, name: str, file: _File) -> Json | None:
        """Active before queued, then the newest; what was killed or taken out of use does not count."""
        rows = self._api.listed(
            Service.IMAGE, "/images", "images", name=name, **{_DIGEST: file.sha256}, sort="created_at:desc"
        )
        same = [row for row in rows if row.get(_DIGEST) == file.sha256 and row["name"] == name]
        order = ("active", "saving", "uploading", "importing", "queued")
        usable = [row for row in same if row["status"] in order]
        return min(usable, key=lambda row: order.index(row["status"]), default=None)

    def _declare(self, name: str, file: _File) -> Json:
        order = {
            "name": name,
            "disk_format": "qcow2",
            "container_format": "bare",
            "visibility": "private",
            "min_disk": file.disk_gib,
            "visa_deployment": self._deployment,
            _DIGEST: file.sha256,
        }
        return self._api.post(Service.IMAGE, "/images", order).json()

    def _send(self, ref: str, file: _File, progress: Progress) -> None:
        content = {"Content-Type": "application/octet-stream"}
        reply = self._api.call(
            Service.IMAGE, "PUT", f"/images/{ref}/file", data=_Watched(file.path, progress), headers=content
        )
        if not reply.ok:
            raise reply.trouble()

    def _checked(self, ref: str, file: _File) -> CloudImage:
        """What the cloud stored is what was read, or it is thrown away."""
        row = self._api.get(Service.IMAGE, f"/images/{ref}").json()
        stored = row.get("os_hash_value")
        if row.get("os_hash_algo") == "sha512" and stored != file.sha512:
            self._api.delete(Service.IMAGE, f"/images/{ref}")
            raise Fault("The image arrived damaged.", code="image_damaged", detail=f"{file.sha512} became {stored}")
        return seen_image(row)


def _read(path: Path) -> _File:
    try:
        with path.open("rb") as content:
            head = content.read(_HEAD_BYTES)
            if head[:4] != _MAGIC or len(head) < _HEAD_BYTES:
                raise Refused("This file is not a qcow2 image.", code="not_qcow2", detail=str(path))
            sha256, sha512 = hashlib.sha256(head), hashlib.sha512(head)
            while chunk := content.read(_CHUNK):
                sha256.update(chunk)
                sha512.update(chunk)
    except OSError as error:
        raise Refused("The image's file cannot be read.", code="unreadable", detail=f"{path}: {error}") from error
    size = int.from_bytes(head[_SIZE_AT], "big")
    return _File(path, sha256.hexdigest(), sha512.hexdigest(), -(-size // _GIB))
