"""Where desktops answer: short paths, sockets that are what they seem, greetings asked for all at once."""

import os
import socket
import threading
import time
from contextlib import closing

import pytest

from visa.adapters.cloud.local.desktop import Addresses, adopt_socket, greeting
from visa.errors import Misconfigured


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Sockets are reached by relative names here, because the folders of tests are deep."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def listener(name, says):
    """An endless server of one connection after another that says something at once."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(name)
    server.listen()

    def serve():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            connection.sendall(says)
            connection.close()

    threading.Thread(target=serve, daemon=True).start()
    return server


def test_a_deep_root_is_reached_by_a_short_path(tmp_path):
    servers = tmp_path / ("deep" * 40) / "servers"
    (servers / "s-1").mkdir(parents=True)
    path = Addresses(servers, longest_ref=26).socket_of("s-1")
    assert len(path) <= 107
    with closing(socket.socket(socket.AF_UNIX)) as server:
        server.bind(path)
        assert (servers / "s-1" / "rfb.sock").is_socket()


def test_a_short_path_that_was_tidied_away_comes_back(tmp_path):
    servers = tmp_path / ("deep" * 40) / "servers"
    servers.mkdir(parents=True)
    addresses = Addresses(servers, longest_ref=26)
    link = os.path.dirname(os.path.dirname(addresses.socket_of("s-1")))
    os.unlink(link)
    os.rmdir(os.path.dirname(link))
    addresses.socket_of("s-1")
    assert os.path.realpath(link) == str(servers)


def test_a_short_folder_that_others_could_write_is_refused(tmp_path):
    servers = tmp_path / ("deep" * 40) / "servers"
    servers.mkdir(parents=True)
    short = os.path.dirname(os.path.dirname(os.path.dirname(Addresses(servers, longest_ref=26).socket_of("s-1"))))
    os.chmod(short, 0o740)
    with pytest.raises(Misconfigured):
        Addresses(servers, longest_ref=26)
    os.chmod(short, 0o700)


def test_a_short_root_is_used_as_it_is(tmp_path):
    assert Addresses(tmp_path / ".." / "x", longest_ref=0) is not None
    from pathlib import Path

    assert Addresses(Path("/srv/visa/servers"), longest_ref=26).socket_of("s-1") == "/srv/visa/servers/s-1/rfb.sock"


def test_only_a_socket_is_adopted(folder):
    run = folder / "run"
    run.mkdir()
    assert not adopt_socket(folder)
    (run / "rfb.sock").symlink_to("/etc/passwd")
    assert not adopt_socket(folder)
    assert not os.path.lexists(folder / "rfb.sock")
    (run / "rfb.sock").unlink()
    with closing(socket.socket(socket.AF_UNIX)) as server:
        server.bind("run/rfb.sock")
        assert adopt_socket(folder)
        assert adopt_socket(folder)
    assert (folder / "rfb.sock").stat().st_ino == (run / "rfb.sock").stat().st_ino


def test_only_desktops_that_greet_are_ready_and_silent_ones_cost_one_wait_together(folder):
    servers = [listener("good", b"RFB 003.008\n"), listener("odd", b"SSH-2.0-x\r\n")]
    silent = []
    for number in range(50):
        server = socket.socket(socket.AF_UNIX)
        server.bind(f"silent{number}")
        server.listen()
        silent.append(server)
    paths = {name: name for name in ["good", "odd", "missing", *(f"silent{number}" for number in range(50))]}
    before = time.monotonic()
    assert greeting(paths, wait_s=0.3) == {"good"}
    assert time.monotonic() - before < 1
    for server in [*servers, *silent]:
        server.close()


def test_when_all_have_greeted_nobody_waits_any_longer(folder):
    server = listener("good", b"RFB 003.008\n")
    before = time.monotonic()
    assert greeting({"a": "good", "b": "nowhere"}, wait_s=5) == {"a"}
    assert time.monotonic() - before < 2
    server.close()
