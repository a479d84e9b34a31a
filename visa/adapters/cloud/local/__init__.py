"""The local cloud: one sandboxed desktop on this machine for each server."""

from visa.adapters.cloud.local.cloud import LocalCloud
from visa.adapters.cloud.local.images import LocalImage, load_images

__all__ = ["LocalCloud", "LocalImage", "load_images"]
