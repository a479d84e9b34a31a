"""Each test of the api gets its own application on its own database of each kind."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.api.place import Place, make_runtime, make_settings, open_place
from tests.api.signed_site import Site, development_provider, signed_site
from visa.bootstrap import Runtime
from visa.ports.clock import NewId
from visa.settings import Settings
from visa.store.session import Sessions
from visa.testing.clock import FrozenClock


@pytest.fixture
def settings(migrated_url: str, tmp_path: Path) -> Settings:
    return make_settings(migrated_url, tmp_path)


@pytest.fixture
def runtime(settings: Settings, sessions: Sessions, clock: FrozenClock, new_id: NewId) -> Runtime:
    return make_runtime(settings, sessions, clock, new_id)


@pytest.fixture
def place(runtime: Runtime, clock: FrozenClock) -> Place:
    return open_place(runtime, clock)


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with development_provider(tmp_path_factory.mktemp("provider")) as address:
        yield address


@pytest.fixture
def site(provider: str, migrated_url: str, sessions: Sessions, new_id: NewId, tmp_path: Path) -> Iterator[Site]:
    """Its clock begins at the present moment: the provider's own goes on as ever."""
    clock = FrozenClock(datetime.now(UTC))
    with signed_site(provider, migrated_url, sessions, new_id, folder=tmp_path, clock=clock) as running:
        yield running
