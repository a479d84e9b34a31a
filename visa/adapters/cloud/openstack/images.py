"""What machines are made from: images of Glance and flavours of Nova, found by id or exact name."""

import threading
import time
from collections.abc import Iterator
from typing import NoReturn
from uuid import UUID

from visa.adapters.cloud.openstack.connect import Api, Json, Service
from visa.domain.resources import CloudFlavour, CloudImage, Offers
from visa.errors import Refused

_PAGE = 500
_FRESH_S = 300.0


class Catalogue:
    """Remembers the last list for a few minutes, so that making a machine does not list everything each time."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._offers: Offers | None = None
        self._read_at = 0.0

    def offers(self) -> Offers:
        """What there is now: one list of images, one of flavours."""
        images = self._api.listed(Service.IMAGE, "/images", "images", limit=_PAGE, sort="created_at:desc")
        flavours = self._api.listed(Service.COMPUTE, "/flavors/detail", "flavors", limit=_PAGE)
        offers = Offers(tuple(map(seen_image, images)), tuple(map(_flavour, flavours)))
        with self._lock:
            self._offers, self._read_at = offers, time.monotonic()
        return offers

    def image(self, wanted: str) -> CloudImage:
        """By id, also one that is hidden from lists, or the newest with this name."""
        return self._image(wanted) or _refuse("image", "no_such_image", wanted)

    def flavour(self, wanted: str) -> CloudFlavour:
        """By id or name."""
        return self._flavour(wanted) or _refuse("flavour", "no_such_flavour", wanted)

    def forget(self) -> None:
        with self._lock:
            self._offers = None

    def _image(self, wanted: str) -> CloudImage | None:
        for offers in self._twice():
            named = [image for image in offers.images if image.ref == wanted]
            named += [image for image in offers.images if image.name == wanted and image.ready]
            if named:
                return named[0]
        return CloudImage(wanted, wanted, ready=True) if _is_id(wanted) else None

    def _flavour(self, wanted: str) -> CloudFlavour | None:
        for offers in self._twice():
            named = [flavour for flavour in offers.flavours if wanted == flavour.ref]
            named += [flavour for flavour in offers.flavours if wanted == flavour.name]
            if named:
                return named[0]
        return None

    def _twice(self) -> Iterator[Offers]:
        """The remembered list while it is fresh, then the present one."""
        with self._lock:
            fresh = self._offers if time.monotonic() - self._read_at < _FRESH_S else None
        if fresh is not None:
            yield fresh
        yield self.offers()


def seen_image(row: Json) -> CloudImage:
    return CloudImage(
        ref=row["id"],
        name=row.get("name") or "",
        ready=row["status"] == "active",
        size_bytes=row.get("size"),
        min_disk_gib=int(row.get("min_disk") or 0),
    )


def _flavour(row: Json) -> CloudFlavour:
    return CloudFlavour(row["id"], row["name"], int(row["vcpus"]), int(row["ram"]), int(row["disk"]))


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _refuse(what: str, code: str, wanted: str) -> NoReturn:
    raise Refused(f"The cloud has no such {what} (any more).", code=code, detail=f"{what} {wanted!r} is not listed")
