"""`visa hold`, `visa reclaim` and `visa request`, as an operator types them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from visa.cli.main import cli
from visa.services.reclaim import requests
from visa.store.session import open_engine, open_sessions
from visa.store.tables import Instance, Notice
from visa.testing.builders import ADA, seed


def run(*words: str, fails: bool = False) -> str:
    result = CliRunner().invoke(cli, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), "a traceback is no answer"
    assert (result.exit_code != 0) is fails, result.output
    return result.output


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_template: Path):
    file = tmp_path / "visa.db"
    file.write_bytes(sqlite_template.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VISA_CONFIG", raising=False)
    monkeypatch.setenv("VISA_DATABASE__URL", f"sqlite:///{file}")
    engine = open_engine(f"sqlite:///{file}")
    yield open_sessions(engine)
    engine.dispose()


@pytest.fixture
def asked(sessions, new_id) -> tuple[str, str]:
    """A request for Ada's desktop, which has its longest life: the ids of both."""
    now = datetime.now(UTC)
    with sessions.write() as session:
        seeded = seed(session, now - timedelta(days=59), new_id)
        instance = seeded.create(session, ADA, now - timedelta(days=59))
        instance.expires_at = now + timedelta(days=1)
        session.flush()
        until, reason = now + timedelta(days=20), "The second beamtime,\nand more."
        request = requests.make(session, seeded.desk(session, ADA, now), instance.id, reason=reason, until=until)
    return request.id, instance.id


def test_a_hold_is_placed_listed_and_released(asked: tuple[str, str]):
    _, instance_id = asked
    assert "Nothing is held" in run("hold", "list")
    placed = run("hold", "place", "instance", instance_id, "--reason", "A thesis", "--until", "2099-01-01")
    assert "is kept until 2099-01-01 00:00 UTC" in placed
    hold_id = placed.split()[1].rstrip(":")
    listed = run("hold", "list")
    assert "A thesis" in listed
    assert "(command line)" in listed
    assert "Release that hold first" in run("hold", "place", "instance", instance_id, "--reason", "Too", fails=True)
    assert "was released by" in run("hold", "release", hold_id)
    assert "Nothing is held" in run("hold", "list")
    assert "no more" in run("hold", "list", "--all")
    both = ("--days", "2", "--until", "2099-01-01")
    assert "not both" in run("hold", "place", "instance", instance_id, "--reason", "Too", *both, fails=True)
    for days in ("0", "99999999", "99999999999999"):
        refused = run("hold", "place", "instance", instance_id, "--reason", "Too", "--days", days, fails=True)
        assert "is not in the range 1<=x<=36525" in refused
    far = run("hold", "place", "instance", instance_id, "--reason", "Too", "--until", "9999-12-31", fails=True)
    assert "at most a hundred years" in far
    assert "no such instance" in run("hold", "place", "instance", "nothing", "--reason", "Too", fails=True)


def test_reclaim_is_stopped_and_goes_on(sessions):
    status = run("reclaim", "status")
    assert "never stopped" in status
    assert "nobody is warned, so nothing is taken" in status
    assert "No letter was delivered yet." in status
    assert "was not stopped" in run("reclaim", "resume")
    assert "is stopped since" in run("reclaim", "stop", "--reason", "storage moves")
    assert "storage moves" in run("reclaim", "stop", "--reason", "something else")
    assert "is stopped since" in run("reclaim", "status")
    assert "All reclaim is stopped" in run("status")
    assert "goes on" in run("reclaim", "resume")
    assert "ended the last stop" in run("reclaim", "status")
    assert "stopped" not in run("status")


def test_status_says_whether_people_can_be_told(sessions, asked: tuple[str, str], monkeypatch: pytest.MonkeyPatch):
    run("request", "grant", asked[0])
    with sessions.write() as session:
        (letter,) = session.scalars(select(Notice))
        letter.error = "mail_unreachable: connection refused"
    monkeypatch.setenv("VISA_MAIL__ADAPTER", "smtp")
    monkeypatch.setenv("VISA_MAIL__HOST", "smtp.example.org")
    said = run("reclaim", "status")
    assert "Warnings go out by smtp.example.org:587." in said
    assert "1 letter waits, 1 after failed tries: see `visa notice list --pending`." in said
    with sessions.write() as session:
        session.execute(update(Notice).values(state="sent", sent_at=datetime(2030, 1, 7, tzinfo=UTC)))
    assert "The last was delivered 2030-01-07 00:00 UTC." in run("reclaim", "status")


def test_a_request_is_listed_and_granted_as_it_was_asked_for(sessions, asked: tuple[str, str]):
    request_id, instance_id = asked
    assert "The second beamtime, and more." in run("request", "list")
    assert "lives until" in run("request", "grant", request_id)
    with sessions.read() as session:
        left = session.get_one(Instance, instance_id).expires_at - datetime.now(UTC)
    assert timedelta(days=19) < left < timedelta(days=20)
    assert "Nobody asks" in run("request", "list")
    assert "granted" in run("request", "list", "--all")
    assert "has answered it already" in run("request", "refuse", request_id, "--words", "No.", fails=True)


def test_a_request_is_refused_with_words(asked: tuple[str, str]):
    request_id, _ = asked
    assert "no such request" in run("request", "refuse", "nothing", "--words", "No.", fails=True)
    assert "The owner is told" in run("request", "refuse", request_id, "--words", "The image is retired.")
    assert "refused" in run("request", "list", "--all")


@pytest.mark.parametrize(("reason", "words"), [("", "is missing"), ("x" * 501, "at most 500"), ("a\nb", "one line")])
def test_reasons_are_as_the_pages_take_them(asked: tuple[str, str], reason: str, words: str):
    _, instance_id = asked
    assert words in run("hold", "place", "instance", instance_id, "--reason", reason, fails=True)
    assert words in run("reclaim", "stop", "--reason", reason, fails=True)
    assert "Nothing is held" in run("hold", "list")
    assert "never stopped" in run("reclaim", "status")


def test_nobody_is_refused_without_a_word(asked: tuple[str, str]):
    request_id, _ = asked
    assert "The answer is missing" in run("request", "refuse", request_id, "--words", " ", fails=True)
    assert "open" in run("request", "list")
