from visa.store import migrate
from visa.store.session import Sessions, open_engine


def test_the_migrations_build_exactly_the_tables_of_the_code(sessions: Sessions):
    assert migrate.differences(sessions.engine) == []


def test_upgrading_twice_changes_nothing(sessions: Sessions):
    assert migrate.upgrade(sessions.engine) == (migrate.head(), migrate.head())


def test_an_empty_database_has_no_revision(database_url: str):
    engine = open_engine(database_url)
    assert migrate.current(engine) is None
    engine.dispose()
