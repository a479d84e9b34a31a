"""The test cloud's play, as far as it can be looked at without bringing one up: `make test-openstack` does that."""

import json
import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml

from visa.adapters.cloud.openstack import connect
from visa.settings import OpenStack

ROOT = Path(__file__).resolve().parents[2]
ANSIBLE = ROOT / "ansible"
ENVIRONMENT = {**os.environ, "ANSIBLE_CONFIG": str(ANSIBLE / "ansible.cfg"), "PYTHONWARNINGS": ""}
PLAYBOOK = [str(Path(sys.executable).with_name("ansible-playbook"))]


def play(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {
        **ENVIRONMENT,
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),
        "VISA_TESTCLOUD_DIR": str(folder / "cloud"),
    }
    return subprocess.run(
        [*PLAYBOOK, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", ["testcloud.yml", "testcloud-down.yml", "image.yml"])
def test_a_playbook_is_well_formed(name: str, tmp_path: Path):
    done = play("--syntax-check", str(ANSIBLE / name), folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ending_a_cloud_that_was_never_there_changes_nothing(tmp_path: Path):
    done = play(str(ANSIBLE / "testcloud-down.yml"), folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not [line for line in done.stdout.splitlines() if line.startswith("✗")]


def test_a_mistake_ends_in_one_line_that_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(ENVIRONMENT, "VIRT", "dreams")
    done = play(str(ANSIBLE / "testcloud.yml"), folder=tmp_path)
    assert done.returncode != 0
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("✗")]
    assert "VIRT=fake or VIRT=qemu" in line
    assert "dreams" in line


def test_the_product_understands_the_clouds_that_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    template = jinja2.Template((ANSIBLE / "roles/testcloud_openstack/templates/clouds.yaml.j2").read_text())
    text = template.render(
        testcloud_folder=tmp_path,
        testcloud_password="secret",
        testcloud_region="RegionOne",
        testcloud_urls={"keystone": "http://127.0.0.1:17000/v3"},
    )
    file = tmp_path / "clouds.yaml"
    file.write_text(text)
    clouds = yaml.safe_load(text)["clouds"]
    assert set(clouds) == {"visa-test", "visa-other", "visa-test-admin"}
    assert len({cloud["auth"]["project_name"] for cloud in clouds.values()}) == 3
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    for name in clouds:
        assert connect.Api(OpenStack(cloud=name))


# The module that runs the services, as Ansible runs it: by a Python of its own


@dataclass
class Processes:
    """The module on a folder of this test."""

    folder: Path

    def __call__(self, **given: Any) -> dict[str, Any]:
        order = self.folder / "order.json"
        order.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": {"folder": str(self.folder), **given}}))
        command = [sys.executable, str(ANSIBLE / "library" / "process.py"), str(order)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    def record(self, name: str) -> Path:
        return self.folder / "run" / f"{name}.process"

    def pid(self, name: str) -> int:
        return int(json.loads(self.record(name).read_text())["pid"])


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(tmp_path)
    yield made
    made(all_but=[])


@pytest.fixture
def port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        number: int = taken.getsockname()[1]
    return number


def server(port: int) -> list[str]:
    return [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)]


def test_a_process_is_started_once_and_anew_when_what_it_is_made_from_changes(
    processes: Processes, port: int, tmp_path: Path
):
    settings = tmp_path / "settings"
    settings.write_text("one")
    order = {"name": "web", "command": server(port), "files": [str(settings)]}
    assert processes(started=[order], answering={"web": port})["processes"] == ["web"]
    first = processes.pid("web")
    assert processes(started=[order])["changed"] is False
    settings.write_text("two")
    assert processes(started=[order])["processes"] == ["web"]
    assert processes.pid("web") != first


def test_a_process_that_ends_by_itself_is_said_to_have_with_its_last_words(processes: Processes, port: int):
    order = {"name": "short", "command": [sys.executable, "-c", "raise SystemExit('the error is here')"]}
    said = processes(started=[order], answering={"short": port})
    assert said["failed"]
    assert said["msg"].startswith("short has ended: the error is here (all of it: ")


def test_a_process_that_took_over_the_number_of_ours_is_left_alone(processes: Processes, port: int):
    processes(started=[{"name": "web", "command": server(port)}], answering={"web": port})
    record = processes.record("web")
    kept = record.read_text()
    record.write_text(json.dumps({**json.loads(kept), "born": "another boot 1"}))
    assert processes(stopped=["web"])["processes"] == []
    socket.create_connection(("127.0.0.1", port), timeout=1).close()
    record.write_text(kept)
    assert processes(stopped=["web"])["processes"] == ["web"]


def test_stopping_ends_also_what_a_process_has_started(processes: Processes, port: int):
    command = ["sh", "-c", f"{shlex.join(server(port))} & wait"]
    processes(started=[{"name": "parent", "command": command}], answering={"parent": port})
    assert processes(all_but=[])["processes"] == ["parent"]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
