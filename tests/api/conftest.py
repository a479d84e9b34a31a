"""Each test of the api gets its own application on its own database of each kind."""

from pathlib import Path

import pytest

from tests.api.place import Place, make_runtime, make_settings, open_place
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
