"""The demo's folder and desktops: held by one at a time, settings that load, nothing left running."""

from pathlib import Path

import pytest

from visa.cli.demo import desktops
from visa.cli.demo.state import Ports, State
from visa.domain.resources import Account, Mark, Power, ServerSpec, VolumeSpec
from visa.errors import Misconfigured
from visa.ports.clock import NewId
from visa.settings import Environment, load
from visa.testing.clock import FrozenClock
from visa.testing.cloud import FakeCloud

ADA = Account(login="ada", uid=2001, gid=2001)


@pytest.fixture
def cloud(clock: FrozenClock, new_id: NewId) -> FakeCloud:
    """A cloud with two machines, one of them stopped."""
    cloud = FakeCloud("demo", clock, new_id)
    for name in ("one", "two"):
        volume = cloud.create_volume(VolumeSpec(Mark("demo", "volume", name), 1, ADA))
        cloud.create_server(
            ServerSpec(Mark("demo", "server", name), name, "xfce", 1, 512, volume.ref, ADA, (), keyboard="us")
        )
    (one, _) = cloud.survey().servers
    cloud.stop_server(one.ref)
    return cloud


def test_stopping_the_demo_stops_the_desktops_that_run(cloud: FakeCloud):
    assert desktops.stop_all(cloud) == 1
    assert {server.power for server in cloud.survey().servers} == {Power.STOPPED}


def test_removing_the_demo_removes_every_machine(cloud: FakeCloud):
    assert desktops.remove_all(cloud) == 2
    assert cloud.survey().servers == ()


def test_a_desktop_that_does_not_end_is_said(cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(desktops, "PATIENCE_S", 0.0)
    cloud.pace.stop_s = 3600  # on a clock that stands still
    with pytest.raises(desktops.StillRunning, match="did not end"):
        desktops.stop_all(cloud)


def test_only_one_demo_runs_from_a_folder_and_the_second_is_told_where(tmp_path: Path):
    state = State(tmp_path / "demo")
    with state.held():
        state.note("process 42, http://127.0.0.1:8600")
        with pytest.raises(Misconfigured, match=r"running already \(process 42, http://127.0.0.1:8600\)"), state.held():
            pytest.fail("two demos in one folder")
    with state.held():
        pass


def test_the_settings_file_loads_and_keeps_its_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    state = State(tmp_path)
    monkeypatch.setenv("VISA_CONFIG", str(state.settings_file))
    state.write_settings(Ports(api=9600, broker=9601, provider=9602))
    first = load()
    state.write_settings(Ports(api=9700, broker=9601, provider=9602))
    second = load()
    assert first.environment is Environment.DEVELOPMENT
    assert (first.public_url, second.public_url) == ("http://127.0.0.1:9600", "http://127.0.0.1:9700")
    assert first.api.cursor_key == second.api.cursor_key
    assert state.settings_file.stat().st_mode & 0o077 == 0
