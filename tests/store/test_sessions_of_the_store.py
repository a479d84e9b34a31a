import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from visa.store.session import Sessions
from visa.store.tables import LoginAttempt
from visa.testing.clock import FrozenClock


def test_the_values_of_a_statement_that_failed_are_not_in_the_error(sessions: Sessions, clock: FrozenClock):
    """Errors that nobody expected are logged as they are."""
    attempt = {"state_hash": "same", "browser_hash": "b", "nonce": "secret nonce", "verifier": "secret verifier"}
    attempt |= {"next_path": "/", "expires_at": clock.now()}
    with sessions.write() as session:
        session.execute(insert(LoginAttempt), attempt)
    with pytest.raises(IntegrityError) as failure, sessions.write() as session:
        session.execute(insert(LoginAttempt), attempt)
    assert "login_attempt" in str(failure.value)
    assert "secret" not in str(failure.value)
