"""Ports of the demo: a busy one is named with its holder and with the way out."""

import os
import re
import socket

import pytest

from visa.cli.demo import ports
from visa.errors import Misconfigured


def test_a_free_port_is_taken_as_it_is():
    free = ports.choose(0, purpose="test", option="--api-port")
    assert ports.choose(free, purpose="test", option="--api-port") == free


def test_a_busy_port_names_its_holder_and_how_to_choose_another():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(Misconfigured) as refused:
            ports.choose(port, purpose="pages and API", option="--api-port")
    message = str(refused.value)
    assert f"port {port} (pages and API) is taken by" in message
    assert f"(process {os.getpid()})" in message
    assert re.search(r"VISA_DEMO_API_PORT=\d+ make demo", message)
