"""`visa notice`: who could not be told, and telling them in person."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from visa.cli.main import cli
from visa.cli.runtime import open_runtime
from visa.domain.letters import Facts, LetterKind
from visa.services.reclaim import notices
from visa.services.wake import Subject
from visa.store.tables import Notice
from visa.testing.builders import ADA, seed


@pytest.fixture(autouse=True)
def database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VISA_CONFIG", raising=False)
    monkeypatch.setenv("VISA_DATABASE__URL", f"sqlite:///{tmp_path / 'visa.db'}")
    assert run("db", "upgrade")


def run(*words: str, fails: bool = False) -> str:
    result = CliRunner().invoke(cli, list(words))
    assert (result.exit_code != 0) is fails, result.output
    return result.output


def test_who_could_not_be_told_is_listed_and_told_in_person():
    assert "Nobody was told anything yet." in run("notice", "list")
    runtime, now = open_runtime(), datetime.now(UTC)
    with runtime.sessions.write() as session:
        instance = seed(session, now, runtime.new_id).create(session, ADA, now)
        about = {"subject": Subject.INSTANCE, "subject_id": instance.id, "kind": LetterKind.LIFETIME_WARNING}
        times = {"cycle": now, "lead": timedelta(days=3), "now": now}
        notices.ask(session, new_id=lambda: "n1", person_id=ADA, facts=Facts(deadline=now), **about, **times)
        session.get_one(Notice, "n1").error = "address_refused: 550 no such user"
    listed = run("notice", "list", "--pending")
    for word in ("n1", "Ada <ada@example.org>", "“My analysis” ends on", "550 no such user"):
        assert word in listed
    assert "Error: Missing option '--how'" in run("notice", "told", "n1", "--by", "Jo Smith", fails=True)
    assert "How they were told is missing" in run("notice", "told", "n1", "--by", "Jo Smith", "--how", "", fails=True)
    assert "Who told them is missing" in run("notice", "told", "n1", "--by", "", "--how", "by phone", fails=True)
    said = run("notice", "told", "n1", "--by", "Jo Smith", "--how", "by phone")
    assert said.startswith("Told by phone that “My analysis” ends on")
    assert f"{now + timedelta(days=3):%Y-%m-%d}" in said
    assert "Everything was delivered." in run("notice", "list", "--pending")
    assert "sent" in run("notice", "list")
    assert "nobody has to be told" in run("notice", "told", "n1", "--by", "Jo", "--how", "by phone", fails=True)
    assert "There is no notice n2" in run("notice", "told", "n2", "--by", "Jo", "--how", "by phone", fails=True)
    shown = run("instance", "show", instance.id)
    assert "Told by phone that" in shown
