"""Nothing that the SDK, its authentication, its transport or a cloud's answer can do leaves the adapter untyped."""

import importlib
import inspect
import pkgutil
from datetime import UTC, datetime

import keystoneauth1.exceptions
import openstack.exceptions
import pytest
import requests
import urllib3
from requests.adapters import BaseAdapter

from visa.adapters.cloud.openstack import OpenStackCloud, troubles
from visa.domain.resources import Account, Mark, ServerSpec, VolumeSpec
from visa.errors import Busy, CloudError, Fault, Misconfigured, Refused
from visa.ports.cloud import Cloud
from visa.settings import OpenStack

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ANNA = Account("anna", 6101, 6101)
CLOUDS = """
clouds:
  here:
    auth_type: v3password
    auth: {auth_url: 'http://127.0.0.1:1/v3', username: u, password: hunter2, project_name: p,
           user_domain_name: Default, project_domain_name: Default}
    region_name: R
"""
CALLS = {
    "survey": (),
    "create_volume": (VolumeSpec(Mark("d", "volume", "1"), 1, ANNA),),
    "delete_volume": ("ref",),
    "snapshot_volume": ("ref", Mark("d", "snapshot", "1")),
    "delete_snapshot": ("ref",),
    "create_backup": ("ref", Mark("d", "backup", "1.1")),
    "delete_backup": ("ref",),
    "create_volume_from": ("ref", VolumeSpec(Mark("d", "volume", "1"), 1, ANNA)),
    "create_server": (ServerSpec(Mark("d", "server", "1"), "n", "i", 1, 1, "v", ANNA, (), "us", flavour="f"),),
    "start_server": ("ref", ()),
    "stop_server": ("ref",),
    "reboot_server": ("ref", ()),
    "delete_server": ("ref",),
    "detach_volume": ("ref", "volume"),
    "console": ("ref",),
    "ports": (),
    "delete_port": ("ref",),
    "offers": (),
    "usage": (),
}
READY_MADE = {
    urllib3.exceptions.IncompleteRead: (1, 2),
    urllib3.exceptions.InvalidChunkLength: (urllib3.HTTPResponse(b""), b"zz"),
}
ASKS_NOTHING = {"enforcement", "set_mounts", "archives"}


def exception_classes():
    """Every exception class of the SDK, of keystoneauth, of requests and of urllib3."""
    modules = [openstack.exceptions, requests.exceptions, urllib3.exceptions]
    for found in pkgutil.iter_modules(keystoneauth1.exceptions.__path__):
        modules.append(importlib.import_module(f"keystoneauth1.exceptions.{found.name}"))
    classes = {
        one
        for module in modules
        for _, one in inspect.getmembers(module, inspect.isclass)
        if issubclass(one, Exception) and not issubclass(one, Warning)
    }
    return sorted(classes, key=lambda one: f"{one.__module__}.{one.__name__}")


def made(kind):
    """One of the class, whatever its constructor wants."""
    if kind in READY_MADE:
        return kind(*READY_MADE[kind])
    error = kind.__new__(kind)
    try:
        kind.__init__(error)
    except TypeError:
        for arguments in (("words",), ("words", "more"), ("words", "more", "still")):
            try:
                return kind(*arguments)
            except (TypeError, AttributeError):
                continue
        Exception.__init__(error, "words")
    return error


class Raising(BaseAdapter):
    """A transport on which every call ends in this exception."""

    def __init__(self, error):
        super().__init__()
        self._error = error

    def send(self, *_, **__):
        raise self._error

    def close(self):
        """Nothing is open."""


class Answering(BaseAdapter):
    """A cloud that gives out tokens, and answers everything else with one and the same."""

    def __init__(self, status, body=b"", content_type="application/json", **headers):
        super().__init__()
        self._answer = (status, body, {"Content-Type": content_type, **headers})
        self.asked = []

    def send(self, request, *_, **__):
        self.asked.append(f"{request.method} {request.path_url}")
        if request.path_url.endswith("/auth/tokens"):
            return _response(request, 201, TOKEN, {"Content-Type": "application/json", "X-Subject-Token": "t"})
        if request.path_url in {"/v3", "/v3/"}:
            return _response(request, 404, b"", {})
        return _response(request, *self._answer)

    def close(self):
        """Nothing is open."""


def _response(request, status, body, headers):
    answer = requests.Response()
    answer.status_code, answer._content, answer.request, answer.url = status, body, request, request.url
    answer.headers.update(headers)
    return answer


def _endpoints():
    for kind in ("compute", "block-storage", "image", "network"):
        endpoint = (
            f'{{"interface": "public", "region_id": "R", "region": "R", "url": "http://c/{kind}", "id": "{kind}"}}'
        )
        yield f'{{"type": "{kind}", "name": "{kind}", "id": "{kind}", "endpoints": [{endpoint}]}}'


TOKEN = f"""{{"token": {{"methods": ["password"], "expires_at": "2099-01-01T00:00:00.000000Z",
"issued_at": "2026-01-01T00:00:00.000000Z", "user": {{"id": "u", "name": "u", "domain": {{"id": "d", "name": "D"}}}},
"project": {{"id": "p", "name": "p", "domain": {{"id": "d", "name": "D"}}}}, "roles": [], "audit_ids": ["x"],
"catalog": [{",".join(_endpoints())}]}}}}""".encode()


@pytest.fixture(autouse=True)
def clouds_file(tmp_path, monkeypatch):
    (tmp_path / "clouds.yaml").write_text(CLOUDS)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))


def cloud(transport):
    return OpenStackCloud(OpenStack(cloud="here", network="n", backups=True), "d", transport=transport)


def trouble_of(transport, operation):
    with pytest.raises(CloudError) as caught:
        getattr(cloud(transport), operation)(*CALLS[operation])
    return caught.value


def test_every_operation_of_the_port_is_asked_here():
    operations = {name for name in vars(Cloud) if not name.startswith("_")}
    assert operations == set(CALLS) | ASKS_NOTHING | {"import_image"}


@pytest.mark.parametrize("kind", exception_classes(), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_exception_of_the_sdk_and_below_becomes_one_of_three(kind):
    error = made(kind)
    for judged in (troubles.from_exception(error, NOW), trouble_of(Raising(error), "survey")):
        assert isinstance(judged, Busy | Refused | Fault)
        assert judged.code
        assert judged.public
        assert len(judged.detail) <= troubles.MAX_WORDS


@pytest.mark.parametrize("operation", sorted(CALLS))
@pytest.mark.parametrize(
    "error",
    [
        requests.ConnectionError("reset"),
        requests.Timeout("slow"),
        ValueError("not understood"),
        RuntimeError("broken"),
        OSError("no file"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_no_operation_lets_an_exception_through(operation, error):
    assert isinstance(trouble_of(Raising(error), operation), Busy | Fault)


@pytest.mark.parametrize(
    "status", [400, 401, 403, 404, 405, 408, 409, 410, 413, 418, 422, 423, 429, 500, 501, 503, 599]
)
@pytest.mark.parametrize("operation", ["survey", "create_volume", "stop_server", "usage", "offers"])
def test_every_status_becomes_one_of_three(operation, status):
    body = b'{"badRequest": {"message": "the words of the cloud", "code": 1}}'
    assert "the words of the cloud" in trouble_of(Answering(status, body), operation).detail


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"null", b'{"servers": 3}', b'{"servers": [{}]}', b'{"servers": [null]}', b"{", b"\xff"]
)
def test_an_answer_that_is_not_understood_is_a_fault(body):
    assert isinstance(trouble_of(Answering(200, body), "survey"), Fault)


def test_a_list_whose_pages_do_not_end_is_a_fault(monkeypatch):
    monkeypatch.setattr("visa.adapters.cloud.openstack.connect.MAX_PAGES", 3)
    body = b'{"servers": [{"id": "1", "metadata": {}}], "servers_links": [{"rel": "next", "href": "http://c/"}]}'
    assert isinstance(trouble_of(Answering(200, body), "survey"), Fault)


def test_servers_of_a_part_that_does_not_answer_make_the_survey_fail():
    body = b'{"servers": [{"id": "1", "status": "UNKNOWN", "links": []}]}'
    assert trouble_of(Answering(200, body), "survey").code == "cloud_partial"


def test_a_proxy_that_knows_no_such_path_does_not_make_things_gone():
    transport = Answering(404, b"<html><h1>404 Not Found</h1></html>", "text/html")
    assert trouble_of(transport, "delete_server").code == "cloud_no_service"
    assert trouble_of(transport, "stop_server").code == "cloud_no_service"


@pytest.mark.parametrize("operation", sorted(CALLS))
def test_lost_credentials_cost_nobody_an_attempt(operation):
    trouble = trouble_of(Answering(401, b'{"error": {"message": "expired"}}'), operation)
    assert isinstance(trouble, Busy)
    assert trouble.code == "cloud_credentials"


def test_a_token_is_renewed_once_and_not_again():
    transport = Answering(401)
    trouble_of(transport, "usage")
    assert sum("auth/tokens" in asked for asked in transport.asked) == 2


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (403, "Quota exceeded for instances: Requested 1, but already used 10 of 10 instances"),
        (413, "VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota 'volumes'."),
        (409, "OverQuota: Quota exceeded for resources: ['port']."),
    ],
)
def test_a_quota_is_a_quota_in_every_service(status, words):
    judged = troubles.from_answer(status, {"Retry-After": "0"}, f'{{"x": {{"message": "{words}"}}}}', NOW)
    assert (type(judged), judged.code) == (Refused, "quota")
    assert words in judged.detail


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("0", 1),
        ("99999", 600),
        ("Mon, 04 May 2026 12:00:30 GMT", 30),
        ("Mon, 04 May 2020 12:00:30 GMT", 1),
        ("soon", 10),
        ("", 10),
        ("-5", 10),
    ],
)
def test_a_rate_limit_says_when_to_come_back(value, seconds):
    judged = troubles.from_answer(429, {"retry-after": value}, "", NOW)
    assert isinstance(judged, Busy)
    assert judged.retry_after_s == seconds


def test_the_detail_holds_no_secret():
    token = "gAAAAAB" + "x" * 120
    text = f'{{"badRequest": {{"message": "Invalid user_data. Value: {token}. password: hunter2 was wrong"}}}}'
    detail = troubles.from_answer(400, {}, text, NOW).detail
    assert token not in detail
    assert "hunter2" not in detail
    assert "Invalid user_data" in detail


def test_no_connection_at_all_is_waited_for_and_a_broken_one_is_unknown():
    refused = trouble_of(None, "survey")
    assert (type(refused), refused.code) == (Busy, "cloud_down")
    assert type(trouble_of(Raising(requests.ConnectionError("reset by peer")), "survey")) is Fault


def test_a_cloud_that_nobody_wrote_down_is_a_mistake_in_the_settings():
    with pytest.raises(Misconfigured):
        OpenStackCloud(OpenStack(cloud="nowhere"), "d")
