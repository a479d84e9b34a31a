"""The contract suite's house on the two clouds that are always there; tests/openstack has a third."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.house import House, fake_house, local_house


@pytest.fixture(params=["fake", "local"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    data = tmp_path / "raw"
    data.mkdir()
    with fake_house(data) if request.param == "fake" else local_house(tmp_path / "cloud", data) as made:
        yield made
