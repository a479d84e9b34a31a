"""What cloud-init is given: a template that a facility may replace, and in which every value is written as JSON.

The one secret file that it writes is readable by root alone. What it holds is good for this instance only: the guest's
token, and the password of its desktop.
"""

import json
import re
from importlib.resources import files
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from visa.domain.hostnames import hostname_of
from visa.domain.resources import ServerSpec
from visa.errors import Fault, Refused
from visa.settings import OpenStack

MAX_BYTES = 65_535 * 3 // 4  # Nova takes 65535 characters of base64
_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_SHIPPED = files("visa.adapters.cloud.openstack") / "user-data.yaml.j2"


def render(spec: ServerSpec, settings: OpenStack) -> bytes:
    """The user data of one machine. Raises `Fault` when the facility's template is broken, `Refused` when too long."""
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
    environment.filters["json"] = as_json
    name = str(settings.user_data or "the shipped template")
    try:
        template = environment.from_string((settings.user_data or _SHIPPED).read_text(encoding="utf-8"))
        text = template.render(
            spec=spec,
            hostname=hostname_of(spec.name),
            timezone=settings.timezone,
            config=guest_config(spec, settings),
        )
    except (TemplateError, OSError, UnicodeError) as error:
        detail = f"{name}: {type(error).__name__}: {error}"
        raise Fault("The cloud's template for machines is broken.", code="bad_template", detail=detail) from error
    data = text.encode(errors="replace")
    if len(data) > MAX_BYTES:
        raise Refused("There is too much to tell the machine.", code="user_data_too_long", detail=f"{len(data)} bytes")
    return data


def as_json(value: Any) -> str:
    """JSON that is YAML as well: YAML takes some signs for line breaks, and refuses others, that JSON leaves alone."""
    return _NOT_IN_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def guest_config(spec: ServerSpec, settings: OpenStack) -> dict[str, Any]:
    """What /etc/visa-guest/config.json holds: see images/README.md."""
    return {
        "api_url": settings.guest_api_url,
        "ca_pem": settings.guest_ca_file.read_text() if settings.guest_ca_file else "",
        "token": spec.guest_token,
        "deployment": spec.mark.deployment,
        "instance_id": spec.mark.id,
        "account": {
            "login": spec.account.login,
            "uid": spec.account.uid,
            "gid": spec.account.gid,
            "gids": list(spec.account.gids),
            "full_name": spec.account.full_name,
        },
        "workspace": {"volume_id": spec.volume_ref},
        "keyboard": spec.keyboard,
        "desktop": {"port": settings.desktop_port, "password": spec.desktop_password},
    }
