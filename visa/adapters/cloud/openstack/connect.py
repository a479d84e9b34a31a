"""The way to one cloud: who we are there, and one function that sends a call and judges the answer.

Credentials come from clouds.yaml or the environment through openstacksdk, in any form that it knows (passwords,
application credentials, …). Calls are made on its authenticated session and not through its resource classes: those
look names up behind our back, retry by themselves and cost milliseconds a listed row. No call is repeated here after a
time-out or an error, because an order may have been taken; only a lost token is renewed, once, by the session.
"""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from keystoneauth1.adapter import Adapter
from openstack import exceptions as sdk
from openstack import warnings as sdk_warnings
from openstack.config import OpenStackConfig
from openstack.config.cloud_region import CloudRegion
from requests import Session
from requests.adapters import BaseAdapter

from visa.adapters.cloud.openstack import troubles
from visa.errors import CloudError, Fault, Misconfigured
from visa.settings import OpenStack

Json = dict[str, Any]
"""A decoded answer. Only the modules of this adapter read one, each in one place."""

MAX_PAGES = 1000


class Service(StrEnum):
    COMPUTE = "compute"
    VOLUME = "block-storage"
    IMAGE = "image"
    NETWORK = "network"


_VERSION_PATH = {Service.COMPUTE: "v2.1", Service.VOLUME: "v3", Service.IMAGE: "v2", Service.NETWORK: "v2.0"}
_MICROVERSION = {
    Service.COMPUTE: "2.79",  # Train; from 2.69 on a broken cell shows its servers as UNKNOWN and does not omit them
    Service.VOLUME: "3.59",  # Train; from 3.27 on attachments can be listed, from 3.22 on snapshots by metadata
}
_SAME_EVERYWHERE = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS})
_VERSIONED = re.compile(r"/v\d+(\.\d+)?(/|$)")


@dataclass(frozen=True)
class Reply:
    """An answer of the cloud."""

    status: int
    headers: Mapping[str, str]
    text: str
    body: Json

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110, section 15.3

    @property
    def missing(self) -> bool:
        """The service itself says that there is no such thing; a proxy in front of it would not answer in JSON."""
        return self.status == HTTPStatus.NOT_FOUND and bool(self.body)

    @property
    def conflict(self) -> bool:
        return self.status == HTTPStatus.CONFLICT

    @property
    def words(self) -> str:
        return troubles.spoken(self.text)

    def trouble(self) -> CloudError:
        """What the answer means where the caller knows no better."""
        if self.status == HTTPStatus.NOT_FOUND and not self.missing:
            return Fault("The cloud's service is not there.", code="cloud_no_service", detail=f"404: {self.words}")
        return troubles.from_answer(self.status, self.headers, self.text, datetime.now(UTC))

    def json(self) -> Json:
        """The body of a success. Raises the trouble otherwise."""
        if not self.ok:
            raise self.trouble()
        return self.body


class Api:
    """Calls to the services of one cloud, from any number of threads. `transport` carries them instead of the network.

    Nothing is asked of the cloud before the first call. Raises `Misconfigured` when the credentials cannot be read.
    """

    def __init__(self, settings: OpenStack, transport: BaseAdapter | None = None) -> None:
        try:
            region = _region(settings.cloud)
            region.config["api_timeout"] = settings.timeout_s
            region.config["verify"] = settings.verify_tls
            if settings.ca_file:
                region.config["cacert"] = str(settings.ca_file)
            self._session = region.get_session()
        except (sdk.SDKException, OSError, ValueError) as error:
            raise Misconfigured(f"cloud.openstack.cloud: {troubles.redacted(str(error))}") from error
        if transport is not None:
            self._session.session = _carried_by(transport)
        self._adapters = {
            service: Adapter(
                self._session,
                service_type=service,
                interface=region.get_interface(service),
                region_name=region.get_region_name(service),
                endpoint_override=region.get_endpoint(service),
                connect_retries=0,
                status_code_retries=0,
            )
            for service in Service
        }

    def project_id(self) -> str:
        """Our project: Neutron and Glance show an administrator everybody's."""
        try:
            project = self._session.get_project_id()
        except Exception as error:
            raise troubles.from_exception(error, datetime.now(UTC)) from error
        return str(project)

    def call(
        self,
        service: Service,
        method: str,
        path: str,
        *,
        json: Json | None = None,
        params: Mapping[str, Any] | None = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One call. Raises `CloudError` when there was no answer, and for those that mean the same everywhere:
        wrong credentials, too many calls, a failure of the cloud. All others are the caller's to judge.
        """
        try:
            answer = self._adapters[service].request(
                self._url(service, path),
                method,
                json=json,
                params=params,
                data=data,
                headers={"Accept": "application/json", **(headers or {})},
                microversion=_MICROVERSION.get(service),
                raise_exc=False,
            )
            text = answer.text
            body = answer.json() if text and "json" in answer.headers.get("Content-Type", "") else {}
        except Exception as error:
            raise troubles.from_exception(error, datetime.now(UTC)) from error
        reply = Reply(answer.status_code, answer.headers, text, body if isinstance(body, dict) else {})
        if reply.status in _SAME_EVERYWHERE or reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise reply.trouble()
        return reply

    def get(self, service: Service, path: str, **params: Any) -> Reply:
        return self.call(service, "GET", path, params=params)

    def post(self, service: Service, path: str, json: Json) -> Reply:
        return self.call(service, "POST", path, json=json)

    def delete(self, service: Service, path: str) -> Reply:
        return self.call(service, "DELETE", path)

    def listed(self, service: Service, path: str, key: str, **params: Any) -> list[Json]:
        """All items of a list, page by page: complete, or it raises."""
        rows: list[Json] = []
        for _ in range(MAX_PAGES):
            body = self.call(service, "GET", path, params=params).json()
            page: list[Json] = body[key]
            rows += page
            if not page or not _has_next(body, key):
                return rows
            params["marker"] = page[-1]["id"]
        raise ValueError(f"the list of {key} does not end")

    def _url(self, service: Service, path: str) -> str:
        """Without asking the cloud which versions it has: it may be down just then, and the answer never changes."""
        endpoint = self._adapters[service].get_endpoint(skip_discovery=True)
        if endpoint is None:
            raise sdk.EndpointNotFound(f"the catalogue has no {service}")
        base = endpoint.rstrip("/")
        return f"{base}{path}" if _VERSIONED.search(base) else f"{base}/{_VERSION_PATH[service]}{path}"


def _region(cloud: str) -> CloudRegion:
    """The SDK warns of a deprecated way to report metrics whether it is used or not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sdk_warnings.RemovedInSDK60Warning)
        return OpenStackConfig(app_name="visa").get_one(cloud=cloud or None)


def _has_next(body: Json, key: str) -> bool:
    """Nova, Cinder and Neutron say so in a list of links, Glance in a field."""
    return bool(body.get("next")) or any(link.get("rel") == "next" for link in body.get(f"{key}_links", ()))


def _carried_by(transport: BaseAdapter) -> Session:
    session = Session()
    session.mount("http://", transport)
    session.mount("https://", transport)
    return session
