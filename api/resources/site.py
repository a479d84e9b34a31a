"""What the pages need before anybody signed in."""

from importlib import metadata

from api.operation import Noun, operation
from api.schemas.people import SiteSchema
from api.shell import shell
from visa.settings import Environment

noun = Noun("site", __name__, url_prefix="/api/v1", description="This place")


@operation(noun, "GET", "/site", gives=SiteSchema, anonymous="the sign-in page shows the name of the place")
def get_site() -> dict[str, object]:
    """What this place is called, and what everybody should read"""
    settings = shell().runtime.settings
    return {
        "name": settings.site.name,
        "federation_name": settings.site.federation_name,
        "notices": [],
        "development": settings.environment is Environment.DEVELOPMENT,
        "version": _version(),
    }


def _version() -> str:
    try:
        return metadata.version("visa")
    except metadata.PackageNotFoundError:
        return "uninstalled"
