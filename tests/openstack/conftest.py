"""The test cloud, once for all tests here, and the contract suite's house on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.openstack import ground as testcloud
from tests.openstack.ground import Ground
from tests.openstack.scene import Scene, open_scene
from visa.store.session import Sessions

pytest.register_assert_rewrite(
    "tests.contract.test_cloud_contract", "tests.contract.test_cloud_copies", "tests.contract.test_cloud_power"
)

from tests.contract.house import House  # noqa: E402


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bringing the cloud up counts for the first test, and a real cloud takes its time."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="session")
def ground() -> Iterator[Ground]:
    with pytest.MonkeyPatch.context() as environment, testcloud.up():
        environment.setenv("OS_CLIENT_CONFIG_FILE", str(testcloud.CLOUDS))
        made = Ground()
        made.prepare()
        yield made
        made.clean()


@pytest.fixture
def house(ground: Ground, tmp_path: Path) -> Iterator[House]:
    mine, theirs = ground.deployment(), ground.deployment()
    made = House(
        ground.cloud(mine),
        ground.cloud,
        tmp_path,
        testcloud.put,
        testcloud.held,
        mine=mine,
        theirs=theirs,
        image=testcloud.NAME,
        flavour=testcloud.NAME,
        volume_gib=1,
        patience_s=60,
        pause_s=testcloud.PAUSE_S,
    )
    yield made
    for ref in made.servers():
        made.cloud.delete_server(ref)  # the rest, and what this leaves, goes at the end of the run


@pytest.fixture
def database_kind() -> str:
    """One kind of database is enough here: these tests are about the cloud."""
    return "sqlite"


@pytest.fixture
def scene(ground: Ground, sessions: Sessions) -> Iterator[Scene]:
    made = open_scene(ground, sessions)
    yield made
    ground.remove_servers(made.deployment)  # the fake hypervisor has few places; all else goes at the end of the run
