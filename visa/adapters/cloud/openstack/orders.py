"""The one order that makes a machine, and what it means when the cloud does not accept it."""

from base64 import b64encode

from visa.adapters.cloud.openstack import marks, user_data
from visa.adapters.cloud.openstack.connect import Json, Reply
from visa.adapters.cloud.openstack.images import Catalogue
from visa.adapters.cloud.openstack.networks import Networks
from visa.domain.resources import ServerSpec
from visa.errors import Busy, CloudError, Refused
from visa.settings import OpenStack

WORKSPACE = "visa_workspace"
"""Beside the mark: for whoever reads the cloud's own pages."""

_MIN_BOOT_GIB = 10
_REASONS = (
    ("image", "could not be found", "no_such_image", "The cloud has no such image (any more)."),
    ("flavor", "could not be found", "no_such_flavour", "The cloud has no such flavour (any more)."),
    ("network", "could not be found", "no_such_network", "The cloud's network is not found."),
    ("flavor", "too small", "flavour_too_small", "The image needs a larger flavour."),
    ("flavor", "smaller than", "flavour_too_small", "The image needs a larger flavour."),
    ("image", "can not find", "no_such_image", "The cloud has no such image (any more)."),
    ("image", "not active", "no_such_image", "The image cannot be used at present."),
    ("availability zone", "", "no_such_zone", "The cloud has no such availability zone."),
)


class Orders:
    """Builds create calls. Image, flavour, network and security group are looked up once in a while, not each time."""

    def __init__(self, catalogue: Catalogue, networks: Networks, settings: OpenStack) -> None:
        self._catalogue = catalogue
        self._networks = networks
        self._settings = settings

    def server(self, spec: ServerSpec) -> Json:
        """The body of the create call. Raises `Refused` for an image or flavour that the cloud does not have."""
        image = self._catalogue.image(spec.image)
        flavour = self._catalogue.flavour(spec.flavour)
        place = self._networks.place()
        order: Json = {
            "name": marks.name(spec.mark),
            "flavorRef": flavour.ref,
            "networks": [{"uuid": place.network}],
            "security_groups": [{"name": place.group}],
            "metadata": marks.metadata(spec.mark) | {WORKSPACE: spec.workspace_id},
            "user_data": b64encode(user_data.render(spec, self._settings)).decode(),
            "config_drive": self._settings.config_drive,
            "block_device_mapping_v2": [
                self._boot_disk(image.ref, max(flavour.disk_gib, image.min_disk_gib) or _MIN_BOOT_GIB),
                {
                    "source_type": "volume",
                    "destination_type": "volume",
                    "uuid": spec.volume_ref,
                    "boot_index": -1,
                    "delete_on_termination": False,
                },
            ],
        }
        if not self._settings.boot_volume:
            order["imageRef"] = image.ref
        if self._settings.availability_zone:
            order["availability_zone"] = self._settings.availability_zone
        return {"server": order}

    def refused(self, reply: Reply) -> CloudError:
        """What a refusal means that does not concern the volume. What was looked up is forgotten: it may be old."""
        self._catalogue.forget()
        self._networks.forget()
        words = reply.words.lower()
        for what, why, code, public in _REASONS:
            if what in words and why in words:
                return Refused(public, code=code, detail=reply.words)
        if "security group" in words or "volume" in words:
            return Busy("Something of it has just changed.", retry_after_s=1, code="cloud_conflict", detail=reply.words)
        return reply.trouble()

    def _boot_disk(self, image_ref: str, size_gib: int) -> Json:
        disk: Json = {
            "source_type": "image",
            "destination_type": "local",
            "uuid": image_ref,
            "boot_index": 0,
            "delete_on_termination": True,
        }
        if self._settings.boot_volume:
            disk |= {"destination_type": "volume", "volume_size": size_gib}
        return disk
