"""The sandbox's first process ends with the X server or the session, however early either dies."""

import pytest

from visa.adapters.cloud.local import LocalImage
from visa.domain.resources import Power


@pytest.mark.parametrize("session", ["true", "false", "no-such-program", "pkill -KILL Xtigervnc; sleep 60"])
def test_a_session_that_ends_at_once_ends_the_sandbox(bench, session):
    bench.images["brief"] = LocalImage(("sh", "-c", session), geometry="320x200")
    ref = bench.cloud.create_server(bench.spec(image="brief")).ref
    seen = bench.until(ref, lambda seen: seen.power in (Power.STOPPED, Power.ERROR))
    if seen.power is Power.ERROR:
        assert seen.fault


@pytest.mark.parametrize("_attempt", range(5))
def test_an_x_server_that_dies_early_ends_the_sandbox(bench, _attempt):
    ref = bench.server().ref
    bench.kill_inside(ref, "Xtigervnc")
    bench.until_power(ref, Power.STOPPED)
