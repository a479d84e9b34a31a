"""Two entries of clouds.yaml are two clouds of the settings: each is asked at its address, by its credentials."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import yaml

from visa.bootstrap import SystemClock, open_cloud
from visa.domain.resources import Survey
from visa.errors import CloudError
from visa.settings import load

LISTS = {"compute": "servers", "block-storage": "volumes"}


class SmallCloud(BaseHTTPRequestHandler):
    """Gives a token to one person, and lists nothing."""

    server: "Listening"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        person = asked["auth"]["identity"]["password"]["user"]["name"]
        self.server.seen.append(person)
        if person != self.server.person:
            self._say(401, {"error": {"message": "Who are you?"}})
            return
        at, here = "2099-01-01T00:00:00.000000Z", {"id": "d", "name": "D"}
        catalogue = [
            {"type": kind, "name": kind, "id": kind, "endpoints": [self._endpoint(kind)]}
            for kind in ("compute", "block-storage")
        ]
        token = {"methods": ["password"], "expires_at": at, "issued_at": at, "audit_ids": ["x"], "roles": []}
        token |= {"user": {"id": "u", "name": person, "domain": here}, "catalog": catalogue}
        token |= {"project": {"id": f"project of {person}", "name": "p", "domain": here}}
        self._say(201, {"token": token})

    def do_GET(self) -> None:
        if self.path.rstrip("/") == "/v3":
            self._say(404, {})
            return
        self.server.seen.append(self.headers["X-Auth-Token"])
        key = "snapshots" if "snapshots" in self.path else LISTS[self.path.split("/")[1]]
        self._say(200, {key: []})

    def _endpoint(self, kind: str) -> dict[str, str]:
        return {"interface": "public", "region_id": "R", "region": "R", "url": f"{self.server.url}/{kind}", "id": kind}

    def _say(self, status: int, body: dict[str, object]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Subject-Token", f"token of {self.server.person}")
        text = json.dumps(body).encode()
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


class Listening(ThreadingHTTPServer):
    """`seen`: who asked for a token, and the tokens that lists were asked with."""

    def __init__(self, person: str) -> None:
        super().__init__(("127.0.0.1", 0), SmallCloud)
        self.person, self.seen = person, list[str]()
        self.url = f"http://127.0.0.1:{self.server_port}"


@contextmanager
def listening(person: str) -> Iterator[Listening]:
    with Listening(person) as server:
        serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        try:
            yield server
        finally:
            server.shutdown()
            serving.join()


@pytest.fixture
def places(tmp_path, monkeypatch) -> Iterator[dict[str, Listening]]:
    """`ill` knows Ida and `ess` knows Eva; clouds.yaml holds both."""
    monkeypatch.chdir(tmp_path)
    with ExitStack() as running:
        made = {"ill": running.enter_context(listening("ida")), "ess": running.enter_context(listening("eva"))}
        (tmp_path / "clouds.yaml").write_text(yaml.safe_dump({"clouds": {n: entry(one) for n, one in made.items()}}))
        monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
        yield made


def entry(place: Listening) -> dict[str, object]:
    auth = {"auth_url": f"{place.url}/v3", "username": place.person, "password": "p", "project_name": "p"}
    auth |= {"user_domain_name": "D", "project_domain_name": "D"}
    return {"auth_type": "v3password", "auth": auth, "region_name": "R"}


def settings_of(first: str, second: str):
    def section(name: str, cloud: str) -> dict[str, object]:
        return {"name": name, "adapter": "openstack", "openstack": {"cloud": cloud, "network": "n"}}

    return load(cloud=section("main", first), more_clouds=[section("second", second)])


def test_each_of_two_clouds_is_asked_at_its_address_by_its_credentials(places):
    settings = settings_of("ill", "ess")
    for cloud in settings.clouds:
        assert open_cloud(settings, cloud.name, SystemClock()).survey() == Survey((), (), ())
    assert places["ill"].seen == ["ida", *["token of ida"] * 3]
    assert places["ess"].seen == ["eva", *["token of eva"] * 3]


def test_wrong_credentials_for_one_leave_the_other_alone(places):
    places["ess"].person = "somebody else"
    settings = settings_of("ill", "ess")
    main, second = (open_cloud(settings, cloud.name, SystemClock()) for cloud in settings.clouds)
    with pytest.raises(CloudError):
        second.survey()
    assert main.survey() == Survey((), (), ())
