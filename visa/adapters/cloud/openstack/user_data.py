"""What cloud-init is given."""

from visa.domain.resources import ServerSpec
from visa.settings import OpenStack


def render(spec: ServerSpec, settings: OpenStack) -> bytes:  # noqa: ARG001 - the templates come with the guest service
    """The user data of one machine."""
    return b"#cloud-config\n{}\n"
